"""The log as it was before a migration: a copy beside it, whole or not there."""

import filecmp
import os
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Final

from store.errors import StateUnusable
from store.files import fsync_dir

FILES: Final = ("log.duckdb", "log.duckdb.wal", "high-water")
_SPARE: Final = 256 * 2**20  # bytes that a migration may need besides the copy
_MIB: Final = 2**20


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def back_up(state_dir: Path, to_format: int, free_bytes: Callable[[Path], int] = _free_bytes) -> Path:
    """Copies the closed log and its mark to `before-format-N/`; an equal copy that is there already is enough.

    The caller holds the state's lock and has no file of it open. Raises StateUnusable where there is no room.
    """
    there = [name for name in FILES if (state_dir / name).exists()]
    for number in count(1):
        target = state_dir / (f"before-format-{to_format}" + (f"-{number}" if number > 1 else ""))
        if not target.exists():
            break
        if _equal(state_dir, target, there):
            return target
    _check_room(state_dir, sum((state_dir / name).stat().st_size for name in there), free_bytes(state_dir))
    temporary = state_dir / f".before-format-{to_format}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)  # a copy that was cut off
    temporary.mkdir()
    for name in there:
        _copy_durably(state_dir / name, temporary / name)
    fsync_dir(temporary)
    temporary.rename(target)
    fsync_dir(state_dir)
    return target


def _equal(state_dir: Path, copy: Path, names: list[str]) -> bool:
    same = sorted(path.name for path in copy.iterdir()) == sorted(names)
    return same and all(filecmp.cmp(state_dir / name, copy / name, shallow=False) for name in names)


def _check_room(state_dir: Path, size: int, free: int) -> None:
    if free < size + _SPARE:
        raise StateUnusable(
            f"the log in {state_dir} is of an older format and is copied before it is changed: that takes "
            f"{(size + _SPARE) // _MIB} MiB and {free // _MIB} MiB are free; free disk space and start again, "
            "nothing was changed"
        )


def _copy_durably(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
