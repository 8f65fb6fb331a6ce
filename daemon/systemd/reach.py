"""What the hardened unit can see and write. Pure but for `installed_in` and `command_path`, which look where we are."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from daemon.settings import Settings
from daemon.systemd.units import SYSTEM_STATE, UnitProblem

# ProtectHome= and PrivateTmp= take these out of its sight; what is written under the others is not state.
_HIDDEN: Final = tuple(map(Path, ("/home", "/root", "/run/user", "/tmp", "/var/tmp")))  # noqa: S108 - to refuse them
_NOT_FOR_STATE: Final = tuple(map(Path, ("/etc", "/usr", "/boot", "/efi", "/dev", "/proc", "/sys", "/run")))


def command_path() -> Path:
    """The installed `finsdistill`, absolute. Raises UnitProblem when this is not an installed one."""
    for path in (Path(sys.executable).parent / "finsdistill", Path(sys.argv[0]).absolute()):
        if path.name == "finsdistill" and os.access(path, os.X_OK):
            return path
    raise UnitProblem("the `finsdistill` command is not installed beside this Python: install the package into a venv")


def installed_in() -> tuple[Path, ...]:
    """Every folder the service's code is loaded from, links followed: the venv, its Python, an editable checkout."""
    found = (Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable), Path(__file__))
    return tuple(path.resolve() for path in found)


def check_reach(paths: Iterable[Path], config: Path) -> None:
    """Raises UnitProblem where the system service could not read its own code or configuration."""
    for path in paths:
        if (hidden := _under(path, _HIDDEN)) is not None:
            raise UnitProblem(
                f"finsdistill runs from {path}, and a system service sees nothing of {hidden}: install it elsewhere "
                "(python3 -m venv /opt/finsdistill), or write a user unit (without --system)"
            )
    if (hidden := _under(config.resolve(), _HIDDEN)) is not None:
        raise UnitProblem(
            f"{config} lies in {hidden}, which a system service does not see: put it into /etc/finsdistill"
        )


def writable_paths(settings: Settings) -> tuple[Path, ...]:
    """The folders besides its state directory that the unit has to open. Raises UnitProblem for one that it must not."""
    found = []
    for key, path in (("service.state_dir", settings.service.state_dir), ("inbox.dir", settings.inbox.dir)):
        folder = Path(os.path.normpath(path))
        if folder == Path("/") or _under(folder, (*_HIDDEN, *_NOT_FOR_STATE)) is not None:
            raise UnitProblem(
                f"{key} is {folder}, where a system service cannot write: set it to a folder in {SYSTEM_STATE}"
            )
        if _under(folder, (SYSTEM_STATE,)) is None and folder not in found:
            found.append(folder)
    return tuple(found)


def _under(path: Path, folders: Iterable[Path]) -> Path | None:
    return next((folder for folder in folders if path.is_relative_to(folder)), None)
