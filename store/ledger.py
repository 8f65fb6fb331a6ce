"""The writer's side of the database: what it must know of streams and keys, and a batch stored as one transaction."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import astuple
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from store.batch import Batch, KeyUse
from store.database import arrow_schema, duckdb_errors
from store.inserts import FEW, TOGETHER, Change, Changes, Inserts
from store.tables import EVENTS, TABLES

MAX_REMEMBERED: Final = 10_000  # streams whose version need not be asked for: nobody but the one writer moves them

# One lookup a name, by its index: a list would be compared with every row.
_VERSION: Final = "SELECT version FROM ledger.streams WHERE stream = ?"
_KEY_USE: Final = "SELECT stream, first_seq, last_seq, sha256 FROM ledger.appends WHERE append_key = ?"
_OPEN: Final = "INSERT INTO ledger.streams (version, stream) VALUES (?, ?)"
_MOVE: Final = "UPDATE ledger.streams SET version = ? WHERE stream = ?"  # half of what INSERT OR REPLACE costs
_CURSOR: Final = "INSERT OR REPLACE INTO ledger.cursors (consumer, seq) VALUES (?, ?)"
_APPENDS: Final = pa.schema(
    [
        *(("append_key", pa.string()), ("stream", pa.string())),
        *(("first_seq", pa.int64()), ("last_seq", pa.int64()), ("sha256", pa.string())),
    ]
)


class Ledger:
    """Used by the writer's thread only; every statement is parsed once. Raises StateUnusable where DuckDB refuses."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self._connection, self._path = connection, path
        self._version, self._key_use, self._begin, self._commit = connection.extract_statements(
            "; ".join((_VERSION, _KEY_USE, "BEGIN", "COMMIT"))
        )
        self._inserts = {
            table.name: Inserts(connection, f"raw.{table.name}", arrow_schema(table)) for table in (EVENTS, *TABLES)
        }
        self._appends = Inserts(connection, "ledger.appends", _APPENDS)
        self._changes = Changes(connection)
        self._versions: dict[str, int] = {}

    def versions(self, streams: Iterable[str]) -> dict[str, int]:
        """Of those streams that have events."""
        found: dict[str, int] = {}
        for stream in streams:
            if stream in self._versions:
                found[stream] = self._versions[stream]
            else:
                found.update((stream, version) for (version,) in self._read(self._version, stream))
        return found

    def uses(self, keys: Iterable[str]) -> dict[str, KeyUse]:
        """Of those keys that stand for something."""
        return {key: KeyUse(*use) for key in keys for use in self._read(self._key_use, key)}

    def store(self, batch: Batch) -> None:
        """Events, projections, streams, keys and cursors in one transaction."""
        uses = [(key, *astuple(use)) for key, use in batch.new_keys.items()]
        of_tables = [(self._inserts[table], rows) for table, rows in batch.rows.items()] + [(self._appends, uses)]
        many = [(inserts, rows) for inserts, rows in of_tables if len(rows) > FEW]
        few = [inserts.few(rows) for inserts, rows in of_tables if len(rows) <= FEW] + _moves(batch)
        at_once = not many and len(few) <= TOGETHER
        with duckdb_errors(self._path), nullcontext() if at_once else self._transaction():
            for inserts, rows in many:
                inserts.insert(rows)
            self._changes.make(few)
        if len(self._versions) > MAX_REMEMBERED:
            self._versions = {}
        self._versions |= batch.versions

    def _read(self, statement: duckdb.Statement, name: str) -> list[Any]:
        with duckdb_errors(self._path):
            return self._connection.execute(statement, [name]).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute(self._begin)
        try:
            yield
            self._connection.execute(self._commit)
        except BaseException:
            # One left open would stop `close` from folding the WAL. A broken instance has none: the first error counts.
            with suppress(duckdb.Error):
                self._connection.execute("ROLLBACK")
            raise


def _moves(batch: Batch) -> list[Change]:
    """Of streams and cursors."""
    opened_or_moved = [
        Change(_MOVE if stream in batch.known else _OPEN, (batch.versions[stream], stream)) for stream in batch.touched
    ]
    return opened_or_moved + [Change(_CURSOR, at) for at in batch.cursors.items()]
