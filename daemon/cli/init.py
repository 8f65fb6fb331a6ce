"""finsdistill init [FILE]"""

import sys
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from daemon.licence import notice_of
from daemon.sections import StudentSettings
from daemon.teachers.local.settings import LocalSettings
from store.errors import FinsdistillError


class AlreadyThere(FinsdistillError):
    """The file exists, and a person may have edited it."""


def register(app: typer.Typer) -> None:
    app.command("init")(init)


def init(path: Annotated[Path, typer.Argument(help="where to write it: a file, or a folder")] = Path()) -> None:
    """Write a commented config.toml."""
    path = path / "config.toml" if path.is_dir() else path
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError as cause:
        raise AlreadyThere(f"{path} is there already: edit it, or give another name") from cause
    except OSError as cause:
        raise FinsdistillError(f"{path} cannot be written ({cause.strerror}): give another name") from cause
    sys.stdout.write(
        f"{path} written. Say who you are in edgar.user_agent, edit the rest, then:\n"
        f"  finsdistill doctor --config {path}\n  finsdistill run --config {path}\n{_licence()}"
    )


def _licence() -> str:
    """What the written configuration's pair is allowed."""
    notice = notice_of(LocalSettings().recipe(), StudentSettings().base)
    return "" if notice is None else f"Licence: {notice.text}\n"


def template() -> str:
    """The commented configuration with every default."""
    return files("daemon").joinpath("config.template.toml").read_text("utf-8")
