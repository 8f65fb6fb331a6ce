"""What changed in the schema of `log.duckdb`, one numbered file a format. A file is applied once and never edited.

The events themselves never change, and typed tables need no migration: one whose columns are no longer those of
`store/tables.py` is made anew from the log. So a new column there needs a file here only to raise the format, so that an
older finsdistill leaves the log alone.
"""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

import duckdb

from store.errors import StateUnusable


@dataclass(frozen=True)
class Migration:
    """From the format before to `format`."""

    format: int
    file: str

    @property
    def sql(self) -> str:
        return files("store.migrations").joinpath(self.file).read_text("utf-8")


MIGRATIONS: Final = (Migration(2, "0002_verified.sql"), Migration(3, "0003_filings.sql"))
FORMAT: Final = MIGRATIONS[-1].format  # of the log's schema; a higher one in the file is a newer finsdistill


def format_of(connection: duckdb.DuckDBPyConnection, path: Path) -> int | None:
    """None for a file without our tables. Changes nothing. Raises StateUnusable for a newer format."""
    there = "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'ledger' AND table_name = 'meta'"
    if connection.execute(there).fetchall() == [(0,)]:
        return None
    (found,) = connection.execute("SELECT max(format) FROM ledger.meta").fetchall()[0]
    if found is not None and found > FORMAT:
        raise StateUnusable(f"{path} has format {found}, this finsdistill reads up to {FORMAT}: install the newer one")
    return None if found is None else int(found)


def migrate(connection: duckdb.DuckDBPyConnection, found: int, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Each step is one transaction: killed in the middle, the next start goes on where this one was."""
    for migration in migrations:
        if migration.format > found:
            connection.execute("BEGIN")
            connection.execute(migration.sql)
            connection.execute("INSERT INTO ledger.meta VALUES (?)", [migration.format])
            connection.execute("COMMIT")
    connection.execute("CHECKPOINT")  # a WAL that holds DDL is the one that replays worst
