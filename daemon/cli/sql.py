"""finsdistill sql "SELECT …" """

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import duckdb
import typer

from daemon.cli.options import Config, settings_of
from daemon.logs import printable
from store.errors import FinsdistillError, StateUnusable
from store.views_file import VIEWS_FILE

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


class QueryProblem(FinsdistillError):
    """The query cannot be run here."""


def register(app: typer.Typer) -> None:
    app.command("sql")(sql)


def sql(
    query: Annotated[str, typer.Argument(help="one SELECT over the published tables")],
    style: Annotated[Literal["table", "json", "csv"], typer.Option("--format", help="how to print it")] = "table",
    config: Config = None,
) -> None:
    """Query the published tables, read-only, also while the service runs."""
    columns, rows = run_query(settings_of(config).service.state_dir, query)
    {"table": _print_table, "json": _print_json, "csv": _print_csv}[style](columns, rows)


def run_query(state_dir: Path, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows. This process is the query's bound: it may die of memory, the service does not notice.

    Raises QueryProblem for anything but one statement that reads, and StateUnusable where nothing is published.
    """
    with published(state_dir) as connection:
        result = connection.execute(_one_select(connection, query))
        columns = [column[0] for column in result.description or ()]
        return columns, result.fetchall()


@contextmanager
def published(state_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked-down connection on what is published now; close it to see what comes later."""
    path = state_dir / VIEWS_FILE
    if not path.exists():
        raise StateUnusable(f"nothing is published in {state_dir} yet: start the service with `finsdistill run`")
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            _lock_down(connection, state_dir / "published")
            yield connection
    except duckdb.Error as cause:
        raise QueryProblem(f"the query failed: {cause}") from cause


def _lock_down(connection: duckdb.DuckDBPyConnection, published: Path) -> None:
    """The order matters: after the last line nothing can be switched on again."""
    connection.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
    connection.execute("SET allowed_directories = [?]", [str(published.resolve())])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _one_select(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    statements = connection.extract_statements(query)
    if len(statements) != 1:
        raise QueryProblem(f"give exactly one statement, not {len(statements)}")
    if statements[0].type not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
        kind = str(statements[0].type).rsplit(".", 1)[-1]
        raise QueryProblem(f"{kind} is not a query: the published tables are read-only, use SELECT")
    return query


def _print_table(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - a tenth of a second the other formats need not wait for
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table()
    for column in columns:
        table.add_column(Text(printable(column)), overflow="fold")
    for row in rows:
        # Text: what stands in square brackets in a filing is no markup of ours.
        table.add_row(*(Text(printable("" if value is None else str(value))) for value in row))
    Console().print(table)
    Console().print(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}")


def _print_json(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    sys.stdout.write(json.dumps(found, default=_plain, ensure_ascii=False, indent=1) + "\n")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _print_csv(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> object:
    """A text that a spreadsheet would run as a formula is quoted; numbers stay numbers."""
    if isinstance(value, str):
        clean = printable(value)
        return f"'{clean}" if clean.startswith(_FORMULA) else clean
    return value
