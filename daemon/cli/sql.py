"""finsdistill sql "SELECT …" """

import csv
import json
import math
import os
import sys
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

import typer

from daemon.cli.options import AsOf, Config, position_asked, settings_of
from daemon.terminal import escaped, printable
from store.errors import FinsdistillError

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


class OneNameTwice(FinsdistillError):
    """JSON objects would keep one of the columns and lose the others."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"two columns are called {name!r}, and JSON keeps one: give the other a name of its own (… AS …)"
        )


def register(app: typer.Typer) -> None:
    app.command("sql")(sql)


def sql(
    query: Annotated[str, typer.Argument(help="one SELECT over the published tables")],
    style: Annotated[Literal["table", "json", "csv"], typer.Option("--format", help="how to print it")] = "table",
    as_of: AsOf = None,
    config: Config = None,
) -> None:
    """Query the published tables, read-only, also while the service runs, as they are or as they were."""
    from daemon.query import run_query  # noqa: PLC0415 - DuckDB's import is a quarter of what `status` may take

    wanted = position_asked(as_of)
    os.nice(10)  # a query without end takes every core: the service's commits go first
    columns, rows = run_query(settings_of(config).service.state_dir, query, as_of=wanted)
    {"table": _print_table, "json": _print_json, "csv": _print_csv}[style](columns, rows)


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
    if twice := [name for name, count in Counter(columns).items() if count > 1]:
        raise OneNameTwice(twice[0])
    found = [{name: _plain(value) for name, value in zip(columns, row, strict=True)} for row in rows]
    sys.stdout.write(escaped(json.dumps(found, ensure_ascii=False, allow_nan=False, indent=1)) + "\n")


def _plain(value: object) -> object:
    """As JSON can say it. It has no NaN and no infinity: both are null, as an unknown number is."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case list() | tuple():
            return [_plain(entry) for entry in value]
        case dict():
            return {str(name): _plain(entry) for name, entry in value.items()}
        case date() | datetime():
            return value.isoformat()
        case _:
            return str(value)


def _print_csv(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([_cell(column) for column in columns])
    writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> object:
    """A text that a spreadsheet would run as a formula is quoted; numbers stay numbers."""
    if value is None or isinstance(value, (bool, int, float, Decimal)):
        return value
    clean = printable(str(value))
    return f"'{clean}" if clean.startswith(_FORMULA) else clean
