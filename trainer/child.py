"""What a child process does first: die with its parent, and own its run folder. Shared by trainer and evaluator."""

import ctypes
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from store.errors import FinsdistillError

LOCK: Final = "lock"
PARENT_PID: Final = "FINSDISTILL_PARENT_PID"

_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


class FolderBusy(FinsdistillError):
    """Another process works in this run folder."""


def die_with_parent() -> None:
    """The kernel kills this process when the thread that started it ends, so a killed daemon leaves nothing on the GPU.

    SIGKILL, because a thread inside a long kernel call hears nothing else; a run folder is safe to leave at any moment.
    A child that a person starts by hand names no parent and lives on its own.
    Raises OSError where the kernel refuses.
    """
    parent = os.environ.get(PARENT_PID)
    if parent is None:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != int(parent):
        # The parent died between starting us and the call above: its signal will never come.
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def own_folder(folder: Path, *, within_s: float = 10.0) -> Iterator[None]:
    """Holds `folder/lock` while inside; the kernel lets go of it however the process ends.

    A child whose parent was killed may take a moment to die: FolderBusy comes after `within_s` seconds.
    """
    deadline = time.monotonic() + within_s
    with (folder / LOCK).open("a") as file:
        while not _try_lock(file):
            if time.monotonic() > deadline:
                raise FolderBusy(f"another process works in {folder}: wait for it, or end it, and start again")
            time.sleep(0.05)
        yield


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
