"""How a command asks the service for something: a file in the commands folder, and what became of it."""

import sys
import time
from pathlib import Path
from typing import Final

from daemon.commands import Command, drop, refusal_of
from daemon.lock import holder
from daemon.terminal import printable
from store.errors import FinsdistillError

_PATIENCE_S: Final = 5.0  # a running service takes a command within a moment, unless EDGAR is slow
_WAITS: Final = "the service has not taken it yet and will"


class ServiceRefused(FinsdistillError):
    """The service looked at the command and could not do it."""


def ask(state_dir: Path, command: Command, *, what: str, later: str, done: str, waits: str = _WAITS) -> None:
    """Says what became of `what`: `later` ("watched") as soon as a service runs, or `done`; `waits` where the service is not
    done with it within a moment. Raises ServiceRefused."""
    path = drop(state_dir, command)
    if holder(state_dir) is None:
        said = f"noted; {later} as soon as the service runs (`finsdistill run`)"
    elif _is_taken(path):
        if (reason := refusal_of(path)) is not None:
            raise ServiceRefused(reason)
        said = f"taken; {done}"
    else:
        said = f"handed over; {waits}"
    sys.stdout.write(f"{printable(what)}: {said}\n")


def _is_taken(path: Path) -> bool:
    deadline = time.monotonic() + _PATIENCE_S
    while path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not path.exists()
