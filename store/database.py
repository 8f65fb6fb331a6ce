"""Opening `log.duckdb`: limits, schema, and what DuckDB's own errors mean to a person."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from store.errors import StateUnusable
from store.tables import EVENTS, TABLES, Table, columns_sql

FORMAT: Final = 1  # of the log's schema; a higher one in the file is a newer finsdistill

# Unique over streams and append keys, not over every event: an index over 10 million keys costs 2 GB.
_SUPPORT_SQL: Final = """
CREATE TABLE IF NOT EXISTS ledger.meta (format BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS ledger.streams (stream VARCHAR PRIMARY KEY, version BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS ledger.appends (append_key VARCHAR PRIMARY KEY, stream VARCHAR NOT NULL,
    first_seq BIGINT NOT NULL, last_seq BIGINT NOT NULL, sha256 VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS ledger.cursors (consumer VARCHAR PRIMARY KEY, seq BIGINT NOT NULL);
"""

_ARROW: Final[dict[str, pa.DataType]] = {
    "BIGINT": pa.int64(),
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "DOUBLE": pa.float64(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "VARCHAR[]": pa.list_(pa.string()),
    "BIGINT[]": pa.list_(pa.int64()),
}


def arrow_schema(table: Table) -> pa.Schema:
    return pa.schema([("seq", pa.int64()), *((name, _ARROW[kind]) for name, kind in table.columns)])


def open_database(path: Path, *, memory_limit: str, threads: int, temp_dir: Path) -> duckdb.DuckDBPyConnection:
    """DuckDB's defaults would take 80 % of the machine and may install extensions by themselves; ours do neither."""
    with duckdb_errors(path):
        connection = duckdb.connect(
            str(path),
            config={
                "memory_limit": memory_limit,
                "threads": str(threads),
                "temp_directory": str(temp_dir),
                "max_temp_directory_size": "20GiB",
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "allow_community_extensions": "false",
            },
        )
        _create(connection, path)
    return connection


def _create(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    connection.execute("CREATE SCHEMA IF NOT EXISTS ledger; CREATE SCHEMA IF NOT EXISTS raw")
    connection.execute(_SUPPORT_SQL)
    (found,) = connection.execute("SELECT max(format) FROM ledger.meta").fetchall()[0]
    if found is None:
        for table in (EVENTS, *TABLES):  # a start that was killed here left some of them
            connection.execute(f"CREATE TABLE IF NOT EXISTS raw.{table.name} ({columns_sql(table)})")
        connection.execute("INSERT INTO ledger.meta VALUES (?)", [FORMAT])
        connection.execute("CHECKPOINT")  # a WAL that holds DDL is the one that replays worst
    elif found > FORMAT:
        raise StateUnusable(f"{path} has format {found}, this finsdistill reads up to {FORMAT}: install the newer one")


@contextmanager
def duckdb_errors(path: Path) -> Iterator[None]:
    """Whatever DuckDB raises on our own statements means that the state cannot be used: disk, damage or a lock."""
    try:
        yield
    except duckdb.Error as cause:
        raise StateUnusable(
            f"{path} cannot be used ({str(cause).splitlines()[0]}): "
            "free disk space and start again, or restore the state from a backup"
        ) from cause
