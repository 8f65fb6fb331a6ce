"""finsdistill watch add|remove|list"""

import sys
from typing import Annotated, Final

import typer

from daemon.cli.asking import ask
from daemon.cli.options import Config, settings_of
from daemon.commands import WatchAdd, WatchRemove
from daemon.settings import Settings
from daemon.terminal import printable
from store.errors import FinsdistillError

# Who was named by CIK has its name and ticker from its filings.
_LIST: Final = """
SELECT coalesce(c.ticker, f.ticker), c.cik, c.split, coalesce(c.name, f.company), coalesce(f.filings, 0)
FROM companies c LEFT JOIN (
    SELECT company_id, arg_max(ticker, seq) AS ticker, arg_max(company, seq) AS company, count(*) AS filings
    FROM filings GROUP BY company_id
) f ON f.company_id = c.company_id
WHERE c.watched ORDER BY c.company_id
"""
Names = Annotated[list[str], typer.Argument(help="tickers or CIKs", metavar="TICKER...")]

watch = typer.Typer(help="The watch list: whose filings are wanted.", no_args_is_help=True)


class NoName(FinsdistillError):
    """Something that is neither a ticker nor a CIK."""


def register(app: typer.Typer) -> None:
    app.add_typer(watch, name="watch")


@watch.command("add")
def add(names: Names, config: Config = None) -> None:
    """Watch companies, from now on."""
    settings = settings_of(config)
    from daemon.edgar.problems import NoUserAgent  # noqa: PLC0415 - with the next import, what `list` need not wait for

    if settings.edgar.user_agent is None:
        raise NoUserAgent
    _ask(settings, WatchAdd(companies=_checked(names)), "watched")


@watch.command("remove")
def remove(names: Names, config: Config = None) -> None:
    """Watch companies no longer; what is in the log stays."""
    _ask(settings_of(config), WatchRemove(companies=_checked(names)), "watched no longer")


@watch.command("list")
def list_(config: Config = None) -> None:
    """Show who is watched."""
    from daemon.query import run_query  # noqa: PLC0415 - DuckDB

    settings = settings_of(config)
    _, rows = run_query(settings.service.state_dir, _LIST)
    for ticker, cik, split, name, filings in [("ticker", "CIK", "split", "name", "filings"), *rows]:
        line = f"{ticker or '-':<8} {cik or '-':>10}  {split:<8} {filings:>7}  {name or '-'}"
        sys.stdout.write(printable(line) + "\n")
    sys.stdout.write(f"{len(rows)} watched; edgar.companies: {settings.edgar.whose}\n")


def _checked(names: list[str]) -> tuple[str, ...]:
    wrong = next((name for name in names if not name.replace("-", "").replace(".", "").isalnum()), None)
    if wrong is not None or any(len(name) > 20 for name in names):
        raise NoName(f"{wrong or max(names, key=len)!r} is neither a ticker nor a CIK: write AAPL, BRK-B or 320193")
    return tuple(names)


def _ask(settings: Settings, command: WatchAdd | WatchRemove, later: str) -> None:
    done = "`finsdistill watch list` shows who is watched, `status` what was refused"
    ask(settings.service.state_dir, command, what=", ".join(command.companies), later=later, done=done)
