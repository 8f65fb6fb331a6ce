"""How far the chain was read back from this very file and found whole. A start walks only what lies beyond.

The mark is a row in the file that it speaks of: an old copy that is put back brings its own, and nobody can delete it alone.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Final

import duckdb

from store.chain import BEGINNING, ChainBroken, follow
from store.database import duckdb_errors
from store.errors import StateUnusable
from store.faults import RESTORE
from store.records import Head, Record

PIECE: Final = 100_000  # events of a long walk after which the mark is written: one that is killed goes on from there


class Verified:
    """`records(after)` gives the events with a higher seq, in order. May be used by any thread."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        path: Path,
        *,
        log_id: str,
        records: Callable[[int], Iterator[Record]],
    ) -> None:
        self._connection, self._path, self._log_id, self._records = connection, path, log_id, records
        self._lock = threading.Lock()
        self._at = self._read()

    @property
    def seq(self) -> int:
        """Up to here every event was read back and followed from the one before."""
        return self._at.seq

    def walk(self, limit: int) -> int:
        """Reads at most `limit` events beyond the mark and moves it; how many there were. Raises StateUnusable."""
        with self._lock:
            walked = self._follow(limit)
            if walked:
                with duckdb_errors(self._path):
                    self._write()
        return walked

    def walk_all(self, *, anew: bool) -> None:
        """To the end of the log, from its beginning where that is `anew`."""
        if anew:
            self._at = BEGINNING
        while self.walk(PIECE) == PIECE:
            pass

    def _follow(self, limit: int) -> int:
        before = self._at.seq
        try:
            for record in follow(self._at, self._log_id, islice(self._records(before), limit)):
                self._at = Head(record.seq, record.hash, record.recorded_at)
        except ChainBroken as broken:
            raise damaged(self._path, broken) from broken
        return self._at.seq - before

    def _read(self) -> Head:
        """A mark that fits no event is none: the walk from the beginning says what is wrong, and where."""
        event = "SELECT seq, hash, recorded_at FROM raw.events WHERE seq = ? AND hash = ?"
        with duckdb_errors(self._path):
            marks = self._connection.execute("SELECT seq, hash FROM ledger.verified").fetchall()
            found = [row for mark in marks for row in self._connection.execute(event, list(mark)).fetchall()]
        return Head(*found[0]) if found else BEGINNING

    def _write(self) -> None:
        self._connection.execute("BEGIN")
        try:
            self._connection.execute("DELETE FROM ledger.verified")
            self._connection.execute("INSERT INTO ledger.verified VALUES (?, ?)", [self._at.seq, self._at.hash])
            self._connection.execute("COMMIT")
        except duckdb.Error:
            with suppress(duckdb.Error):  # a broken instance has no transaction: the first error counts
                self._connection.execute("ROLLBACK")
            raise


def damaged(path: Path, broken: ChainBroken) -> StateUnusable:
    return StateUnusable(f"the log {path} is damaged at event {broken.seq}: {broken.why}; {RESTORE}")
