"""A finished log takes the place of the present one, which is moved aside. Killed anywhere, it is finished by the next call."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from store.errors import StateUnusable
from store.files import fsync_dir, write_durably
from store.log import Limits, open_log
from store.publishing.manifest import VIEWS_FILE
from store.publishing.publish import Publisher
from store.restoring.mark import BUILDING, SWAP, is_interrupted

_NEW: Final = ("high-water", "log.duckdb")  # the log last: until it is in, what belongs to the old one may be moved
_OLD: Final = (
    "log.duckdb.wal",
    VIEWS_FILE,
    "status.json",
    "published",
)  # told of the old log; made anew from the new one


class _Swap(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    aside: Annotated[str, Field(pattern=r"^replaced-[0-9TZ]+$")]


def begin(state_dir: Path) -> Path:
    """An empty folder for the new log; what a killed restore had begun there is removed."""
    building = state_dir / BUILDING
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    return building


def abandon(state_dir: Path) -> None:
    """Removes what a restore left that ended, or was killed, before the new log was finished."""
    if not is_interrupted(state_dir):
        shutil.rmtree(state_dir / BUILDING, ignore_errors=True)


def commit(state_dir: Path, aside: str) -> None:
    """The new log in the folder is finished. `aside`: where the present one goes."""
    building = state_dir / BUILDING
    for name in _NEW:
        with (building / name).open("rb") as file:
            os.fsync(file.fileno())
    fsync_dir(building)
    write_durably(building / SWAP, (_Swap(aside=aside).model_dump_json() + "\n").encode())


def finish(state_dir: Path, limits: Limits, progress: Callable[[str], None]) -> Path | None:
    """Where the old log lies now; None where there was none. Does again only what is not done."""
    building = state_dir / BUILDING
    aside = state_dir / _read(building / SWAP).aside
    if (building / "log.duckdb").exists():
        for name in _OLD:
            _move_aside(state_dir / name, aside)
    for name in _NEW:
        if (building / name).exists():
            _move_aside(state_dir / name, aside)
            (building / name).rename(state_dir / name)
            fsync_dir(state_dir)
    progress("publishing")
    log = open_log(state_dir, purpose=None, limits=limits)
    try:
        publisher = Publisher(log, state_dir)
        while publisher.publish():
            progress(f"published to event {publisher.seq:,} of {log.head.seq:,}")
    finally:
        log.close()
    (building / SWAP).unlink()
    shutil.rmtree(building)
    return aside if aside.exists() else None


def _read(path: Path) -> _Swap:
    try:
        return _Swap.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as cause:
        raise StateUnusable(f"{path} cannot be read: remove {path.parent} and restore again") from cause


def _move_aside(path: Path, aside: Path) -> None:
    if not path.exists():
        return
    aside.mkdir(exist_ok=True)
    path.rename(aside / path.name)
    fsync_dir(aside)
    fsync_dir(path.parent)
