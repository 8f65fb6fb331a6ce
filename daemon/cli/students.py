"""finsdistill promote, finsdistill rollback"""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli.asking import ask
from daemon.cli.options import Config, settings_of
from daemon.commands import MAX_WORDS, Promote, Rollback
from daemon.settings import Settings
from store.errors import FinsdistillError

if TYPE_CHECKING:
    from store.states.runs import Runs

AdapterId = Annotated[str, typer.Argument(metavar="ADAPTER_ID", help="an adapter's id or its start")]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="kept with the decision")]


class ReasonUnusable(FinsdistillError):
    """A reason that is no line of text."""


def register(app: typer.Typer) -> None:
    app.command("promote")(promote)
    app.command("rollback")(rollback)


def promote(adapter_id: AdapterId, config: Config = None) -> None:
    """Make an adapter the champion by hand, whatever its scores said."""
    from daemon.promotion import check_files, named, promotion  # noqa: PLC0415 - `status` need not wait for these
    from daemon.steps.plans import Folders  # noqa: PLC0415 - as above

    settings = settings_of(config)
    runs = _runs(settings)
    adapter = named(runs, adapter_id)
    decision = promotion(runs, adapter.adapter_id, base=settings.student.base)
    if decision is None:
        sys.stdout.write(f"adapter {adapter.adapter_id[:8]} is the champion already\n")
        return
    check_files(Folders(settings.service.state_dir), adapter.adapter_id)
    replaced = f"{decision.replaces[:8]}" if decision.replaces else "the base"
    done = f"it is the champion in place of {replaced}; `finsdistill rollback {adapter.adapter_id[:8]}` takes it back"
    what = f"adapter {adapter.adapter_id[:8]}"
    ask(settings.service.state_dir, Promote(adapter_id=adapter.adapter_id), what=what, later="champion", done=done)


def rollback(adapter_id: AdapterId, reason: Why = "a person took it back", config: Config = None) -> None:
    """Take the champion back: the one before it is champion again, or the base when there was none."""
    from daemon.promotion import check_files, named  # noqa: PLC0415 - `status` need not wait for these
    from daemon.promotion import rollback as rolled_back  # noqa: PLC0415 - as above
    from daemon.steps.plans import Folders  # noqa: PLC0415 - as above

    settings = settings_of(config)
    runs = _runs(settings)
    adapter = named(runs, adapter_id)
    decision = rolled_back(runs, adapter.adapter_id, reason=_line(reason))
    if decision.to is not None:
        check_files(Folders(settings.service.state_dir), decision.to)
    after = f"adapter {decision.to[:8]} is the champion again" if decision.to else "the base is in use again"
    command = Rollback(adapter_id=adapter.adapter_id, reason=decision.reason)
    what = f"adapter {adapter.adapter_id[:8]}"
    ask(settings.service.state_dir, command, what=what, later="rolled back", done=after)


def _line(reason: str) -> str:
    line = reason.strip()
    if not line or len(line) > MAX_WORDS or not line.isprintable():
        raise ReasonUnusable(f"--reason takes one line of at most {MAX_WORDS} characters")
    return line


def _runs(settings: Settings) -> "Runs":
    """Where training stands, from what is published."""
    from daemon.promotion import runs_until_now  # noqa: PLC0415 - with the next two, DuckDB and all events
    from daemon.query import published  # noqa: PLC0415
    from store.states.runs import TYPES  # noqa: PLC0415
    from store.upcast import event_of  # noqa: PLC0415

    with published(settings.service.state_dir) as connection:
        sql = "SELECT seq, payload FROM events WHERE list_contains(?, type) ORDER BY seq"
        rows = connection.execute(sql, [list(TYPES)]).fetchall()
    return runs_until_now((seq, event_of(payload)) for seq, payload in rows)
