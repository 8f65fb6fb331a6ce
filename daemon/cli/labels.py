"""finsdistill dead-letters, finsdistill requeue"""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli.asking import ask
from daemon.cli.options import Config, settings_of
from daemon.commands import MAX_IDS, Requeue, RequeueAll
from daemon.terminal import printable

if TYPE_CHECKING:
    import duckdb

_RECIPE = "a recipe's id or its start, or `all`; else the active one"
_REASON = "only those of this reason, such as engine_error"
Reason = Annotated[str | None, typer.Option("--reason", metavar="REASON", help=_REASON)]


def register(app: typer.Typer) -> None:
    app.command("dead-letters")(dead_letters)
    app.command("requeue")(requeue)


def dead_letters(
    reason: Reason = None,
    recipe: Annotated[str | None, typer.Option("--recipe", metavar="ID", help=_RECIPE)] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="how many to show, newest first")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="one stable JSON object")] = False,
    config: Config = None,
) -> None:
    """List the texts that no attempt could label, with the reason and what the teacher said last."""
    from daemon.dead_letters import active_recipe, lines, read_dead_letters, recipe_named  # noqa: PLC0415 - DuckDB
    from daemon.query import published  # noqa: PLC0415 - as above

    with published(settings_of(config).service.state_dir) as connection:
        named = active_recipe(connection) if recipe is None else None
        if recipe is not None and recipe != "all":
            named = recipe_named(connection, recipe)
        found = read_dead_letters(connection, recipe=named, reason=reason, limit=limit)
    if as_json:
        # Escaped beyond ASCII, so that nothing of an answer moves a terminal and nothing of it is lost.
        sys.stdout.write(json.dumps(found.model_dump(mode="json"), indent=1) + "\n")
    else:
        sys.stdout.write(printable("\n".join(lines(found))) + "\n")


def requeue(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="texts or chunks, or their starts")] = None,
    reason: Reason = None,
    everything: Annotated[bool, typer.Option("--all", help="every dead letter of the active recipe")] = False,
    config: Config = None,
) -> None:
    """Have dead letters asked again, their attempts counted from zero."""
    from daemon.dead_letters import required_recipe  # noqa: PLC0415 - DuckDB
    from daemon.query import published  # noqa: PLC0415 - as above

    if (bool(ids), reason is not None, everything).count(True) != 1:
        raise typer.BadParameter("name texts, or a --reason, or --all: exactly one of the three")
    state_dir = settings_of(config).service.state_dir
    with published(state_dir) as connection:
        recipe = required_recipe(connection)
        these = _these(connection, recipe, ids) if ids else None
        count = len(these.texts) if these else _count(connection, recipe, reason)
    if count == 0:
        sys.stdout.write("no dead letters: nothing to ask again\n")
        return
    command = these or RequeueAll(recipe=recipe, reason=reason)
    what = f"{count:,} dead letter{'' if count == 1 else 's'}"
    done = "the teacher is asked again; `finsdistill status` shows what is pending"
    ask(state_dir, command, what=what, later="asked again", done=done)


def _these(connection: "duckdb.DuckDBPyConnection", recipe: str, ids: list[str]) -> Requeue:
    from daemon.dead_letters import names_of  # noqa: PLC0415 - DuckDB
    from daemon.requeuing import NoDeadLetter  # noqa: PLC0415 - as above

    names = names_of(connection, recipe)
    texts = tuple(dict.fromkeys(names.text_of(start) for start in ids))
    if len(texts) > MAX_IDS:
        raise NoDeadLetter(f"{len(texts):,} texts are more than the {MAX_IDS:,} of one command: use --reason or --all")
    return Requeue(recipe=recipe, texts=texts)


def _count(connection: "duckdb.DuckDBPyConnection", recipe: str, reason: str | None) -> int:
    from daemon.dead_letters import read_dead_letters  # noqa: PLC0415 - DuckDB
    from daemon.requeuing import check_reason  # noqa: PLC0415 - as above

    found = read_dead_letters(connection, recipe=recipe, reason=None, limit=1)
    if reason is None:
        return found.total
    counts = {entry.reason: entry.count for entry in found.by_reason}
    check_reason(reason, counts)
    return counts.get(reason, 0)
