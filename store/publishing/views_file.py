"""The views-only file `finsdistill.duckdb` over the published segments, readable by any DuckDB since 1.0."""

import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from store.database import duckdb_errors
from store.publishing.manifest import Manifest
from store.tables import EVENTS, TABLES, Table
from store.views import create_views, without_rows


class ViewsFile:
    """Written beside its place and renamed into it. For one thread at a time."""

    def __init__(self, path: Path, published: Path) -> None:
        self.path, self._published = path, published
        # Kept: to open DuckDB takes twice as long as all else that is done here every second.
        self._duckdb: duckdb.DuckDBPyConnection | None = None

    def make(self, manifest: Manifest) -> None:
        """All of them, anew: at start and after a restore, so that an upgrade's columns are there."""
        with self._staged(copy=False) as connection:
            create_views(connection, in_segments(manifest, self._published), temporary=False)

    def refresh(self, manifest: Manifest, *, changed: Collection[str]) -> None:
        """Only the raw tables whose segments changed: a fifth of the time of making all, and it happens every second."""
        if not self.path.exists():  # somebody removed it while the service runs
            self.make(manifest)
            return
        source = in_segments(manifest, self._published)
        with self._staged(copy=True) as connection:
            for table in (EVENTS, *TABLES):
                if table.name in changed:
                    connection.execute(f"CREATE OR REPLACE VIEW raw_{table.name} AS {source(table)}")

    @contextmanager
    def _staged(self, *, copy: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection on a new file, or on a copy of the present one, which then takes its place."""
        temporary = self.path.with_name(f".{self.path.name}.tmp")
        temporary.unlink(missing_ok=True)
        if copy:
            shutil.copyfile(self.path, temporary)
        connection = self._duckdb or duckdb.connect(config={"threads": "1", "memory_limit": "256MiB"})
        self._duckdb = None
        try:
            with duckdb_errors(self.path):
                # v1.0.0: files of DuckDB 2 open in older ones only when they are made so.
                connection.execute(f"ATTACH '{_quoted(temporary)}' AS views (STORAGE_VERSION 'v1.0.0')")
                connection.execute("USE views; SET parquet_metadata_cache = true")
                yield connection
                connection.execute("USE memory; DETACH views")
        except BaseException:
            connection.close()  # nobody knows what is attached to it
            raise
        self._duckdb = connection
        temporary.rename(self.path)


def in_segments(manifest: Manifest, published: Path) -> Callable[[Table], str]:
    folder = published.resolve()

    def source(table: Table) -> str:
        # Explicit lists: a glob would show rows twice while segments are merged.
        if segments := manifest.segments_of(table.name):
            return _parquet_list([folder / s.file for s in segments])
        return without_rows(table)

    return source


def _parquet_list(paths: list[Path]) -> str:
    files = ", ".join(f"'{_quoted(path)}'" for path in paths)
    return f"SELECT * FROM read_parquet([{files}])"  # noqa: S608 - our own file names, quoted


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
