"""The views of `views.sql` on any source of the raw tables: the log's own, published segments, or either in the past."""

from collections.abc import Callable
from importlib.resources import files

import duckdb

from store.tables import EVENTS, TABLES, Table


def create_views(connection: duckdb.DuckDBPyConnection, source: Callable[[Table], str], *, temporary: bool) -> None:
    """`source` gives the SELECT of a raw table. Temporary views live on this connection only and shadow stored ones."""
    create = "CREATE TEMP VIEW" if temporary else "CREATE VIEW"
    for table in (EVENTS, *TABLES):
        connection.execute(f"{create} raw_{table.name} AS {source(table)}")
    connection.execute(files("store").joinpath("views.sql").read_text("utf-8").replace("CREATE VIEW", create))


def in_log(as_of: int | None = None) -> Callable[[Table], str]:
    """The log's own tables, as they were when `as_of` was the last event."""
    where = "" if as_of is None else f" WHERE seq <= {int(as_of)}"
    return lambda table: f"SELECT * FROM raw.{table.name}{where}"  # noqa: S608 - our own names


def without_rows(table: Table) -> str:
    """A raw table that holds nothing."""
    columns = ", ".join(f"NULL::{kind} AS {name}" for name, kind in (("seq", "BIGINT"), *table.columns))
    return f"SELECT {columns} WHERE false"
