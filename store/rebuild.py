"""Making the tables from the log again, or proving by hash that they equal what would be made."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pyarrow as pa

from store.database import arrow_schema, duckdb_errors
from store.folding import Window
from store.ids import sha256_hex
from store.log import EventLog
from store.renewing import APPENDS, VERSIONS, fill, folded, unpublish
from store.tables import TABLES

# What follows from no event: an append without any leaves only its key, and a cursor is what its consumer declared.
DECLARED: Final = "ledger.cursors, and append keys without events"


@dataclass(frozen=True)
class TableProof:
    """`stored` and `rebuilt` are sha256 over all rows in order; equal when the table is what the log says."""

    table: str
    rows: int
    stored: str
    rebuilt: str

    @property
    def agrees(self) -> bool:
        return self.stored == self.rebuilt


def verify(log: EventLog, progress: Callable[[int], None]) -> list[TableProof]:
    """Walks the whole chain and folds every event anew, one window of events in memory at a time.

    Every table but what is `DECLARED`. Raises StateUnusable where the chain is broken or a block cannot be read.
    """
    with _cursor(log) as cursor:
        pairs = [_Pair(cursor, f"raw.{table.name}", arrow_schema(table)) for table in TABLES]
        appends = _Pair(cursor, "ledger.appends", APPENDS, place="last_seq", where="last_seq >= first_seq")
        for window in folded(log.path, log.log_id, log.records(), progress):
            for table, pair in zip(TABLES, pairs, strict=True):
                pair.compare(window, window.rows[table.name])
            appends.compare(window, window.appends)
        return [*(pair.proof() for pair in (*pairs, appends)), _streams(cursor)]


def rebuild(log: EventLog, progress: Callable[[int], None]) -> None:
    """Replaces every table that follows from the events by its rebuild, in one transaction, also one whose blocks cannot
    be read. The caller holds the state's lock alone."""
    with _cursor(log) as cursor:
        cursor.execute("BEGIN")
        fill(cursor, folded(log.path, log.log_id, log.records(), progress))
        unpublish(log.path.parent)
        cursor.execute("COMMIT")


@contextmanager
def _cursor(log: EventLog) -> Iterator[duckdb.DuckDBPyConnection]:
    cursor = log.cursor()
    try:
        with duckdb_errors(log.path):
            yield cursor
    finally:
        with suppress(duckdb.Error):  # none is open where all went well
            cursor.execute("ROLLBACK")
        cursor.close()


class _Pair:
    """A stored table beside its rebuild, compared window by window. `place`: which column says where a row belongs."""

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        name: str,
        schema: pa.Schema,
        *,
        place: str = "seq",
        where: str = "true",
    ) -> None:
        self._cursor, self._name, self._schema, self._where = cursor, name, schema, where
        # The rows' own text in an order of their own, since a table may hold several of one event.
        digest = f"SELECT count(*), sha256(string_agg(t::VARCHAR, chr(10) ORDER BY {place}, t::VARCHAR))"
        self._stored_sql = f"{digest} FROM {name} t WHERE {place} BETWEEN ? AND ? AND {where}"
        self._anew_sql = f"{digest} FROM anew t"
        self._rows, self._stored, self._rebuilt = 0, hashlib.sha256(), hashlib.sha256()

    def compare(self, window: Window, rows: Sequence[tuple[Any, ...]]) -> None:
        stored = self._cursor.execute(self._stored_sql, [window.first, window.last]).fetchall()[0]
        self._rows += stored[0]
        if stored[0]:
            self._stored.update(f"{window.last} {stored}".encode())
        if rows:
            self._rebuilt.update(f"{window.last} {self._anew(rows)}".encode())

    def _anew(self, rows: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
        columns = [
            pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), self._schema, strict=True)
        ]
        self._cursor.register("anew", pa.Table.from_arrays(columns, schema=self._schema))
        found: tuple[Any, ...] = self._cursor.execute(self._anew_sql).fetchall()[0]
        self._cursor.unregister("anew")
        return found

    def proof(self) -> TableProof:
        (rows,) = self._cursor.execute(f"SELECT count(*) FROM {self._name} WHERE {self._where}").fetchall()[0]  # noqa: S608 - our own names
        if rows != self._rows:
            self._stored.update(f"{rows - self._rows} of no event".encode())
        name = self._name.removeprefix("raw.")
        return TableProof(table=name, rows=rows, stored=self._stored.hexdigest(), rebuilt=self._rebuilt.hexdigest())


def _streams(cursor: duckdb.DuckDBPyConnection) -> TableProof:
    """The chain is proved by then, and the version of each event with it."""

    def digest(source: str) -> tuple[int, str]:
        lines = "string_agg(version || ' ' || stream, chr(10) ORDER BY stream)"
        count, text = cursor.execute(f"SELECT count(*), sha256({lines}) FROM ({source})").fetchall()[0]  # noqa: S608
        return count, text or sha256_hex("")

    rows, stored = digest("SELECT stream, version FROM ledger.streams")
    return TableProof(table="ledger.streams", rows=rows, stored=stored, rebuilt=digest(VERSIONS)[1])
