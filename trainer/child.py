"""What a child process does first: die with its parent, and own its run folder. Loads no torch; `processes` starts it."""

import ctypes
import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from store.errors import FinsdistillError

LOCK: Final = "lock"
PARENT_PID: Final = "FINSDISTILL_PARENT_PID"

_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


class FolderBusy(FinsdistillError):
    """Another process works in this run folder."""


def work_in_folder(arguments: Sequence[str], module: str, work: Callable[[Path], bool]) -> int:
    """The whole of a child: `work` leaves an outcome in the run folder and says whether it is a good one.

    0 done, 1 failed with a reason in outcome.json, 2 usage, 3 the folder is another process's.
    """
    if len(arguments) != 1:
        sys.stderr.write(f"usage: python -P -m {module} RUN_FOLDER\n")
        return 2
    die_with_parent()
    run_dir = Path(arguments[0])
    try:
        with own_folder(run_dir):
            return 0 if work(run_dir) else 1
    except FolderBusy as busy:
        sys.stderr.write(f"{busy}\n")  # and no outcome: the folder is the other process's
        return 3


def die_with_parent() -> None:
    """`die_with` the parent that the environment names. A child that a person starts by hand has none and lives on."""
    if (parent := os.environ.get(PARENT_PID)) is not None:
        die_with(int(parent))


def die_with(parent: int) -> None:
    """The kernel kills this process when the thread that started it ends, so a killed daemon leaves nothing on the GPU.

    SIGKILL, because a thread inside a long kernel call hears nothing else; a run folder is safe to leave at any moment.
    Raises OSError where the kernel refuses, and SystemExit when `parent` ended before the signal was asked for: its
    signal will never come.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        sys.exit(f"the parent process {parent} ended before this child was ready")


@contextmanager
def own_folder(folder: Path, *, within_s: float = 10.0) -> Iterator[None]:
    """Holds `folder/lock` while inside, with our pid in it; the kernel lets go of it however the process ends.

    A child whose parent was killed may take a moment to die: FolderBusy comes after `within_s` seconds.
    """
    deadline = time.monotonic() + within_s
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while not _try_lock(lock):
            if time.monotonic() > deadline:
                raise FolderBusy(f"another process works in {folder}: wait for it, or end it, and start again")
            time.sleep(0.05)
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(lock)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
