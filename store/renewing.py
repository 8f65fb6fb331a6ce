"""Every table that follows from the events, made from them again in one transaction."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from store.chain import BEGINNING, ChainBroken, follow
from store.database import LEDGER, arrow_schema, duckdb_errors
from store.errors import StateUnusable
from store.faults import sentence
from store.files import fsync_dir
from store.folding import Window, windows
from store.inserts import Inserts
from store.reading import creation_of, records_of
from store.records import Record
from store.tables import TABLES, columns_sql
from store.verified import damaged

VERSIONS: Final = "SELECT stream, max(version) AS version FROM raw.events GROUP BY stream"
APPENDS: Final = pa.schema(
    [
        *(("append_key", pa.string()), ("stream", pa.string())),
        *(("first_seq", pa.int64()), ("last_seq", pa.int64()), ("sha256", pa.string())),
    ]
)
_COLUMNS: Final = (
    "SELECT table_name, string_agg(column_name || ' ' || data_type, ', ' ORDER BY column_index)"
    " FROM duckdb_columns() WHERE schema_name = 'raw' GROUP BY table_name"
)


def renew(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Makes the tables anew where their columns are not those of `store.tables`: a newer version's first start.

    Raises StateUnusable where the chain is broken; nothing is changed then.
    """
    reader = connection.cursor()

    def query(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
        return reader.execute(sql, parameters).fetchall()

    with duckdb_errors(path):
        stored = dict(query(_COLUMNS, []))
        created = creation_of(query)
        if created is not None and any(stored.get(table.name) != columns_sql(table) for table in TABLES):
            connection.execute("BEGIN")
            fill(connection, folded(path, created.log_id, records_of(query), lambda _: None))
            unpublish(path.parent)
            connection.execute("COMMIT")
    reader.close()


def unpublish(state_dir: Path) -> None:
    """Segments made from harmed tables would stay for good: without a manifest the next start publishes everything anew.

    Before the tables are committed: killed between the two, the harmed ones are there to be found, and are published anew
    after the next rebuild. The other way round nothing would tell that what is published is not what the tables hold.
    """
    manifest = state_dir / "published" / "manifest.json"
    try:
        if manifest.exists():
            manifest.unlink()
            fsync_dir(manifest.parent)
    except OSError as cause:
        raise StateUnusable(sentence(manifest, cause.strerror or str(cause))) from cause


def folded(path: Path, log_id: str, records: Iterable[Record], progress: Callable[[int], None]) -> Iterator[Window]:
    """Raises StateUnusable where the chain is broken; `progress` hears of each event that was folded last."""
    try:
        for window in windows(follow(BEGINNING, log_id, records)):
            yield window
            progress(window.last)
    except ChainBroken as broken:
        raise damaged(path, broken) from broken


def fill(cursor: duckdb.DuckDBPyConnection, anew: Iterable[Window]) -> None:
    """Inside a transaction. Nothing of what is replaced is read but the keys without events."""
    cursor.execute("CREATE TEMP TABLE declared AS SELECT * FROM ledger.appends WHERE last_seq < first_seq")
    for name in ("streams", "appends"):
        cursor.execute(f"CREATE OR REPLACE TABLE ledger.{name} ({LEDGER[name]})")
    for table in TABLES:
        cursor.execute(f"CREATE OR REPLACE TABLE raw.{table.name} ({columns_sql(table)})")
    inserts = {table.name: Inserts(cursor, f"raw.{table.name}", arrow_schema(table)) for table in TABLES}
    appends = Inserts(cursor, "ledger.appends", APPENDS)
    for window in anew:
        for name, rows in window.rows.items():
            inserts[name].insert(rows)
        appends.insert(window.appends)
    cursor.execute(f"INSERT INTO ledger.streams {VERSIONS}")
    cursor.execute("INSERT OR IGNORE INTO ledger.appends SELECT * FROM declared")
    cursor.execute("DROP TABLE declared")
