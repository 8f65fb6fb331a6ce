"""Backs up or restores copies of a home, each killed one step later than the one before. Run as a script by `tests/kept.py`.

One process that forks: what is imported is imported once, and no thread has begun.
"""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.kept import backed_up, brought_back

KILLED = 9


def counted(real: Callable[..., Any], left: list[int]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            os._exit(KILLED)
        return real(*args, **kwargs)

    return call


def work(what: str, state: Path, place: Path, steps: int) -> None:
    left = [steps]
    for name in ("rename", "unlink"):
        setattr(Path, name, counted(getattr(Path, name), left))
    if what == "backup":
        backed_up(state, place)
    else:
        brought_back(state, place, replace=True)


def main(what: str, state: Path, place: Path, killed: Path, *moments: str) -> None:
    """Every moment there is, or the given ones."""
    for steps in map(int, moments) if moments else range(1_000):
        home = killed / f"{steps:03d}"
        shutil.copytree(state, home / "state")
        shutil.copytree(place, home / "backup")
        if (child := os.fork()) == 0:
            work(what, home / "state", home / "backup", steps)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) != KILLED:
            shutil.rmtree(home)
            return


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:5]), *sys.argv[5:])
