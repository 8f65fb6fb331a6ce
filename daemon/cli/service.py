"""finsdistill service install|uninstall [--system]"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from daemon.cli.options import Config
from daemon.credentials import HUB
from daemon.settings import Settings, find_config, load_settings
from daemon.systemd.install import install, uninstall
from daemon.systemd.places import Places, system_places, user_places
from daemon.systemd.reach import check_reach, command_path, installed_in, writable_paths
from daemon.systemd.units import ACCOUNT, HUB_CREDENTIAL, SYSTEM_CONFIG, Unit, UnitProblem, system_unit, user_unit
from daemon.terminal import printable

System = Annotated[
    bool, typer.Option("--system", help="the machine's unit, hardened, for a user of its own; needs root")
]


def register(app: typer.Typer) -> None:
    service = typer.Typer(help="Let systemd run the service.", no_args_is_help=True, rich_markup_mode=None)
    service.command("install")(install_unit)
    service.command("uninstall")(uninstall_unit)
    app.add_typer(service, name="service")


def install_unit(
    config: Config = None,
    system: System = False,
    only_print: Annotated[bool, typer.Option("--print", help="print the unit and write nothing")] = False,
) -> None:
    """Write a systemd unit: yours, or with --system the machine's."""
    found = find_config(config or (SYSTEM_CONFIG if system else None), os.environ).absolute()
    settings = load_settings(found)
    unit = Unit(command_path(), found, (HUB_CREDENTIAL, *_keys(settings)))
    writable = writable_paths(settings) if system else ()
    text = system_unit(unit, writable) if system else user_unit(unit)
    hidden = _hidden(found) if system else None
    if only_print:
        sys.stdout.write(text)
        if hidden is not None:
            sys.stderr.write(f"finsdistill: as it is, this unit would not start: {printable(str(hidden))}\n")
        return
    if hidden is not None:
        raise hidden
    _say([*install(_places(system=system), text, writable=writable), *_next(system=system)])


def uninstall_unit(system: System = False, config: Config = None) -> None:  # noqa: ARG001 - as every command
    """Stop the service and remove its unit. The state stays."""
    done = uninstall(_places(system=system))
    account = [f"User and group {ACCOUNT} stay: the state belongs to them (`userdel {ACCOUNT}` removes them)."]
    _say([*done, "The state stays where it is.", *(account if system else [])])


def _keys(settings: Settings) -> list[str]:
    """The files of the secrets that the teacher needs beside the hub's token."""
    return [name.lower() for name in settings.teacher.secrets if name not in HUB]


def _hidden(config: Path) -> UnitProblem | None:
    try:
        check_reach((*installed_in(), command_path().resolve()), config)
    except UnitProblem as problem:
        return problem
    return None


def _places(*, system: bool) -> Places:
    return system_places() if system else user_places(os.environ)


def _next(*, system: bool) -> list[str]:
    if system:
        return ["Next: systemctl enable --now finsdistill", "Then: systemctl status finsdistill"]
    return [
        "Next: systemctl --user enable --now finsdistill",
        "Then: loginctl enable-linger, so that it also runs while you are not logged in",
    ]


def _say(lines: Sequence[str]) -> None:
    sys.stdout.write(printable("\n".join(lines)) + "\n")
