"""The log's own cursors, so that closing it lets go of the file: any that is left open keeps the whole database open."""

import threading
from contextlib import suppress

import duckdb

from store.views import create_views, in_log


class Cursors:
    """Owns the connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._of_thread = threading.local()
        self._ours: list[duckdb.DuckDBPyConnection] = []

    def of_thread(self) -> duckdb.DuckDBPyConnection:
        """This thread's, with the views on it: a shared connection raises ResourceInUse."""
        if not hasattr(self._of_thread, "cursor"):
            self._of_thread.cursor = self.plain()
            create_views(self._of_thread.cursor, in_log(), temporary=True)
        cursor: duckdb.DuckDBPyConnection = self._of_thread.cursor
        return cursor

    def plain(self) -> duckdb.DuckDBPyConnection:
        self._ours.append(self.connection.cursor())
        return self._ours[-1]

    def close(self) -> None:
        for cursor in (*self._ours, self.connection):
            with suppress(duckdb.Error):  # a broken instance cannot be closed in order; nothing is lost by that
                cursor.close()
