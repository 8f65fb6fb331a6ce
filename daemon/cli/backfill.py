"""finsdistill backfill --since YEAR"""

from datetime import UTC, datetime
from typing import Annotated

import typer

from daemon.cli.asking import ask
from daemon.cli.options import Config, settings_of
from daemon.edgar.quarters import FIRST_YEAR
from store.errors import FinsdistillError


class NoYear(FinsdistillError):
    """A year in which EDGAR has nothing."""


def register(app: typer.Typer) -> None:
    app.command("backfill")(backfill)


def backfill(
    since: Annotated[int, typer.Option("--since", help="the first year whose filings are wanted", metavar="YEAR")],
    config: Config = None,
) -> None:
    """Fetch past years, newest first; what is asked for last holds."""
    this_year = datetime.now(UTC).year
    if not FIRST_YEAR <= since <= this_year:
        raise NoYear(f"{since} is no year of EDGAR's filings: they begin in {FIRST_YEAR}, and it is {this_year}")
    settings = settings_of(config)
    from daemon.commands import Backfill  # noqa: PLC0415 - with the next import, what a wrong year need not wait for
    from daemon.edgar.problems import NoUserAgent  # noqa: PLC0415

    if settings.edgar.user_agent is None:
        raise NoUserAgent
    whose = "every filer" if settings.edgar.every_filer else "the watched companies"
    ask(
        settings.service.state_dir,
        Backfill(since=since),
        what=f"the filings of {whose} since {since}",
        later="fetched",
        done="`finsdistill status` shows how far it is",
    )
