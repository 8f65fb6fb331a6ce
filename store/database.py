"""Opening `log.duckdb`: limits, schema, and what DuckDB's own errors mean to a person."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from store.errors import StateUnusable
from store.faults import RESTORE, sentence
from store.files import fsync_dir
from store.migrations import FORMAT, format_of
from store.tables import EVENTS, TABLES, Table, columns_sql

# Unique over streams and append keys, not over every event: an index over 10 million keys costs 2 GB.
LEDGER: Final = {
    "meta": "format BIGINT NOT NULL",
    "streams": "stream VARCHAR PRIMARY KEY, version BIGINT NOT NULL",
    "appends": "append_key VARCHAR PRIMARY KEY, stream VARCHAR NOT NULL, first_seq BIGINT NOT NULL,"
    " last_seq BIGINT NOT NULL, sha256 VARCHAR NOT NULL",
    "cursors": "consumer VARCHAR PRIMARY KEY, seq BIGINT NOT NULL",
    "verified": "seq BIGINT NOT NULL, hash VARCHAR NOT NULL",
}

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


@cache
def arrow_schema(table: Table) -> pa.Schema:
    return pa.schema([("seq", pa.int64()), *((name, _ARROW[kind]) for name, kind in table.columns)])


def open_database(path: Path, *, memory_limit: str, threads: int, temp_dir: Path) -> duckdb.DuckDBPyConnection:
    """Opened for writing, and made where there is none; an older format stays as it is, see `store.migrations`.

    DuckDB's defaults would take 80 % of the machine and may install extensions by themselves; ours do neither. Nothing is
    folded into the file when it is closed, until `trust` is called: a file that is refused stays as it was found, and so
    does its WAL. Raises StateUnusable, for a newer format too.
    """
    with duckdb_errors(path):
        if not path.exists():
            _make(path)
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
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        try:
            if format_of(connection, path) is None:
                raise StateUnusable(f"{path} is another program's database: put the log there, or {RESTORE}")
        except BaseException:
            connection.close()
            raise
    return connection


def trust(connection: duckdb.DuckDBPyConnection) -> None:
    """The file is what it should be: from here on closing it folds the WAL in."""
    connection.execute("PRAGMA enable_checkpoint_on_shutdown")


def _make(path: Path) -> None:
    """Whole or not there: a file whose making was killed is none that DuckDB could open."""
    unfinished = path.with_name(f"{path.name}.new")
    for left in (unfinished, path.with_name(f"{unfinished.name}.wal")):
        left.unlink(missing_ok=True)
    connection = duckdb.connect(str(unfinished), config={"autoinstall_known_extensions": "false"})
    try:
        _create(connection)
    finally:
        connection.close()
    unfinished.rename(path)
    fsync_dir(path.parent)


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE SCHEMA ledger; CREATE SCHEMA raw")
    for name, columns in LEDGER.items():
        connection.execute(f"CREATE TABLE ledger.{name} ({columns})")
    for table in (EVENTS, *TABLES):
        connection.execute(f"CREATE TABLE raw.{table.name} ({columns_sql(table)})")
    connection.execute("INSERT INTO ledger.meta VALUES (?)", [FORMAT])
    connection.execute("CHECKPOINT")


@contextmanager
def duckdb_errors(path: Path) -> Iterator[None]:
    """Whatever is raised on our own statements means that the state cannot be used: disk, damage or a lock."""
    try:
        yield
    except duckdb.Error as cause:
        raise StateUnusable(sentence(path, str(cause))) from cause
