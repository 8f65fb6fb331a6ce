"""Units come and go. The state never goes: it is not the unit's."""

import os
import shutil
import subprocess
from pathlib import Path

from daemon.systemd.places import Places
from daemon.systemd.systemctl import systemctl
from daemon.systemd.units import ACCOUNT, MARK, SYSUSERS, UnitProblem
from store.files import replace_file


def install(places: Places, unit: str, *, writable: tuple[Path, ...] = ()) -> list[str]:
    """Writes the files; what was done, a line each. Raises UnitProblem; replaces no unit that somebody else wrote."""
    _check_ours(places.unit)
    _check_allowed(places)
    done = []
    if places.sysusers is not None:
        done += [_write(places.sysusers, SYSUSERS), _make_account(places.root, places.sysusers)]
        done += [_make_folder(folder) for folder in writable if not folder.exists()]
    done.append(_write(places.unit, unit))
    if not (answer := systemctl("daemon-reload", system=places.system)).ok:
        done.append(f"systemd was not told ({answer.text}): it reads the unit when it starts.")
    return done


def uninstall(places: Places) -> list[str]:
    """Stops the service and takes the files away; what was done, a line each. State, cache and account stay."""
    _check_ours(places.unit)
    _check_allowed(places)
    gone = [path for path in (places.unit, places.sysusers) if path is not None and path.exists()]
    if not gone:
        return [f"There was nothing to remove: no {places.unit}."]
    done = []
    if not (answer := systemctl("disable", "--now", places.unit.name, system=places.system)).ok:
        done.append(f"systemd could not be asked to stop it ({answer.text}): a service that runs goes on.")
    for path in gone:
        path.unlink()
    systemctl("daemon-reload", system=places.system)
    return [*done, *(f"{path} removed." for path in gone)]


def _check_ours(path: Path) -> None:
    if path.exists() and not path.read_text("utf-8", "replace").startswith(MARK):
        raise UnitProblem(f"{path} was not written by finsdistill: move it away first")


def _check_allowed(places: Places) -> None:
    if places.system and os.geteuid() != 0:
        raise UnitProblem("a system unit is root's business: run it with sudo, or without --system for a user unit")


def _write(path: Path, text: str) -> str:
    """Readable by all: systemd warns of a unit that only root can read, and of one that anybody can change."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text.encode())
        path.chmod(0o644)
    except OSError as cause:
        raise UnitProblem(f"{path} cannot be written ({cause.strerror}): print the unit with --print") from cause
    return f"{path} written."


def _make_account(root: Path, sysusers: Path) -> str:
    command = ["systemd-sysusers", *([] if root == Path("/") else [f"--root={root}"]), str(sysusers)]
    try:
        subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    except FileNotFoundError as cause:
        raise UnitProblem(
            f"systemd-sysusers is not here: make user and group {ACCOUNT} yourself, or install systemd"
        ) from cause
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as cause:
        said = (cause.stderr or "").strip() if isinstance(cause, subprocess.CalledProcessError) else "it took a minute"
        raise UnitProblem(
            f"user and group {ACCOUNT} could not be made ({said}): make them yourself, then again"
        ) from cause
    return f"User and group {ACCOUNT} are there."


def _make_folder(folder: Path) -> str:
    """systemd refuses to start a unit whose writable folder is missing."""
    try:
        folder.mkdir(parents=True, mode=0o750)
        shutil.chown(folder, ACCOUNT, ACCOUNT)
    except (OSError, LookupError) as cause:
        raise UnitProblem(
            f"{folder} cannot be made for user {ACCOUNT} ({cause}): make it yourself, then again"
        ) from cause
    return f"{folder} made for user {ACCOUNT}."
