"""Rebuilding the typed tables from the log, or proving by hash that they equal their rebuild."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pyarrow as pa

from store.database import arrow_schema, duckdb_errors
from store.ids import sha256_hex
from store.log import EventLog
from store.projections import rows_of
from store.records import GENESIS
from store.tables import TABLES, Table, columns_sql

_BATCH: Final = 5_000  # events folded at a time
_BLOCK: Final = 10_000  # seqs hashed at a time, so that memory is bounded


@dataclass(frozen=True)
class TableProof:
    """`stored` and `rebuilt` are sha256 over all rows in order; equal when the projection is what the log says."""

    table: str
    rows: int
    stored: str
    rebuilt: str

    @property
    def agrees(self) -> bool:
        return self.stored == self.rebuilt


def verify(log: EventLog, progress: Callable[[int], None]) -> list[TableProof]:
    """Walks the whole chain and folds every event anew. Raises StateUnusable where the chain is broken."""
    with _rebuilt(log, progress) as cursor:
        return [_proof(cursor, table) for table in TABLES]


def rebuild(log: EventLog, progress: Callable[[int], None]) -> None:
    """Replaces every typed table by its rebuild, in one transaction. The caller holds the state's lock alone."""
    with _rebuilt(log, progress) as cursor, duckdb_errors(log.path):
        cursor.execute("BEGIN")
        for table in TABLES:
            cursor.execute(f"DELETE FROM raw.{table.name}")  # noqa: S608 - our own names
            cursor.execute(f"INSERT INTO raw.{table.name} SELECT * FROM {_anew(table)}")  # noqa: S608 - our own names
        cursor.execute("COMMIT")
    # Segments made from harmed tables would stay for good: without a manifest the next start publishes everything anew.
    (log.path.parent / "published" / "manifest.json").unlink(missing_ok=True)


@contextmanager
def _rebuilt(log: EventLog, progress: Callable[[int], None]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor on which temporary `anew_<table>` hold the folds of the whole log."""
    cursor = log.cursor()
    try:
        with duckdb_errors(log.path):
            for table in TABLES:
                cursor.execute(f"CREATE TEMP TABLE {_anew(table)} ({columns_sql(table)})")
            for rows in _folded(log, progress):
                for table in TABLES:
                    if rows[table.name]:
                        _insert(cursor, table, rows[table.name])
        yield cursor
    finally:
        cursor.close()


def _anew(table: Table) -> str:
    return f"anew_{table.name}"


def _folded(log: EventLog, progress: Callable[[int], None]) -> Iterator[dict[str, list[dict[str, Any]]]]:
    """Rows per table, a batch of events at a time; checks each link of the chain on the way."""
    prev = GENESIS
    rows: dict[str, list[dict[str, Any]]] = {table.name: [] for table in TABLES}
    for record in log.records():
        log.check_link(prev, record)
        prev = record.hash
        for row in rows_of(record.event, record.recorded_at):
            rows[row.table].append({**row.values, "seq": record.seq})
        if record.seq % _BATCH == 0:
            progress(record.seq)
            yield rows
            rows = {table.name: [] for table in TABLES}
    progress(log.head.seq)
    yield rows


def _insert(cursor: duckdb.DuckDBPyConnection, table: Table, rows: list[dict[str, Any]]) -> None:
    cursor.register("folded", pa.Table.from_pylist(rows, schema=arrow_schema(table)))
    cursor.execute(f"INSERT INTO {_anew(table)} BY NAME SELECT * FROM folded")  # noqa: S608 - our own names
    cursor.unregister("folded")


def _proof(cursor: duckdb.DuckDBPyConnection, table: Table) -> TableProof:
    (rows,) = cursor.execute(f"SELECT count(*) FROM raw.{table.name}").fetchall()[0]  # noqa: S608 - our own names
    return TableProof(
        table=table.name, rows=rows, stored=_sha256(cursor, f"raw.{table.name}"), rebuilt=_sha256(cursor, _anew(table))
    )


def _sha256(cursor: duckdb.DuckDBPyConnection, name: str) -> str:
    blocks = cursor.execute(
        f"SELECT seq // {_BLOCK}, sha256(string_agg(t::VARCHAR, chr(10) ORDER BY seq, t::VARCHAR)) "  # noqa: S608
        f"FROM {name} t GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return sha256_hex("".join(digest for _, digest in blocks))
