"""finsdistill plan, finsdistill relabel, finsdistill adopt"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli.asking import ask
from daemon.cli.options import Config, settings_of
from daemon.commands import Adopt, Command, CommandMalformed, Relabel, read, waiting
from daemon.lock import holder
from daemon.settings import Settings
from daemon.terminal import screen
from store.errors import FinsdistillError

if TYPE_CHECKING:
    from daemon.adopting import Decision
    from daemon.planning.report import Choice, Plan

_PROMPT = "as if this were the prompt file of the configuration"
_KEEP = "keep the labels in use, and ask only for texts that have none"


class NothingToDecide(FinsdistillError):
    """The configured recipe needs no decision, or cannot be decided about yet."""


def register(app: typer.Typer) -> None:
    app.command("plan")(plan)
    app.command("relabel")(relabel)
    app.command("adopt")(adopt)


def plan(
    prompt: Annotated[Path | None, typer.Option("--prompt", metavar="FILE", help=_PROMPT)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one stable JSON object")] = False,
    config: Config = None,
) -> None:
    """Show what the configured recipe differs in from the active one, and what each decision would cost."""
    from daemon.planning.lines import lines  # noqa: PLC0415 - with DuckDB, which no other command waits for

    settings = settings_of(config)
    found = _planned(settings, prompt.resolve() if prompt else None)
    if as_json:
        sys.stdout.write(found.model_dump_json(indent=1, ensure_ascii=True) + "\n")
    else:
        running = holder(settings.service.state_dir) is not None
        sys.stdout.write(screen(lines(found, running=running)))


def relabel(config: Config = None) -> None:
    """Decide that the configured recipe labels every text again; the old labels stay, out of use."""
    _decide(settings_of(config), "relabel")


def adopt(
    keep_old: Annotated[bool, typer.Option("--keep-old", help=_KEEP)] = False,
    config: Config = None,
) -> None:
    """Decide that the configured recipe labels from here on, beside the labels in use."""
    if not keep_old:
        raise typer.BadParameter("say --keep-old; to have every text labelled again there is `finsdistill relabel`")
    _decide(settings_of(config), "keep_old")


def _decide(settings: Settings, decision: "Decision") -> None:
    from daemon.planning.lines import choice_lines, name  # noqa: PLC0415 - as above

    state_dir = settings.service.state_dir
    found = _planned(settings, None)
    choice = _choice(found, decision, whole=settings.teacher.knows_its_teacher, running=holder(state_dir) is not None)
    _check_undecided(state_dir, found.configured.recipe)
    what = f"recipe {name(found.configured)}"
    sys.stdout.write(screen([what, *choice_lines(choice)]))
    recipe = found.configured.recipe
    command: Command = Relabel(recipe=recipe) if decision == "relabel" else Adopt(recipe=recipe)
    done = "labelling goes on; `finsdistill status` shows what is pending"
    ask(state_dir, command, what="decision", later="it counts", done=done)


def _check_undecided(state_dir: Path, recipe: str) -> None:
    """The service would obey the first decision and refuse this one. Raises NothingToDecide."""
    for path in waiting(state_dir):
        try:
            command = read(path).command
        except (CommandMalformed, FileNotFoundError):
            continue  # the service sets it aside, or has taken it
        if isinstance(command, Relabel | Adopt) and command.recipe == recipe:
            raise NothingToDecide(
                f"a decision about recipe {recipe[:8]} waits already: remove {path} to decide otherwise"
            )


def _choice(found: "Plan", decision: "Decision", *, whole: bool, running: bool) -> "Choice":
    """`whole`: the recipe is so without asking its teacher. Raises NothingToDecide."""
    recipe = found.configured.recipe[:8]
    if found.standing == "same":
        raise NothingToDecide(f"recipe {recipe} is the configured one and the active one: there is nothing to decide")
    if found.standing == "first":
        raise NothingToDecide(f"no label is in use yet, so the service adopts recipe {recipe} by itself: just run it")
    if not found.declared and (running or not whole):
        why = "restart it, so that it reads the configuration" if running else "start it with `finsdistill run`"
        who = "" if whole else ", which asks its teacher who answers"
        raise NothingToDecide(f"the service does not know recipe {recipe} yet: {why}{who}, and decide then")
    choice = next(choice for choice in found.choices if choice.decision == decision)
    if choice.refused is not None:
        raise NothingToDecide(choice.refused)
    return choice


def _planned(settings: Settings, prompt: Path | None) -> "Plan":
    from daemon.planning.plan import plan as planned  # noqa: PLC0415 - with the next, DuckDB
    from daemon.planning.wanted import wanted  # noqa: PLC0415
    from daemon.query import published  # noqa: PLC0415
    from trainer.hardware import look  # noqa: PLC0415 - asks the GPU's driver

    asked_for = wanted(settings.teacher.on(look()), prompt)
    with published(settings.service.state_dir) as connection:
        return planned(connection, asked_for)
