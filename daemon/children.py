"""Child processes that cannot outlive the daemon: started from one thread, killed with it, one per run folder.

`prctl(PR_SET_PDEATHSIG)` fires when the *thread* that started the child ends, not only its process, so every child is
started by one thread that lives as long as the interpreter.
"""

import ctypes
import fcntl
import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from store.errors import FinsdistillError

PARENT_VARIABLE: Final = "FINSDISTILL_PARENT_PID"
LOCK_NAME: Final = "child.lock"
_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
_LARGEST_LOG: Final = 1 << 20
_EVICTION_S: Final = 10.0


class RunFolderBusy(FinsdistillError):
    """Another process holds the run folder and would not go."""


@functools.cache
def _spawner() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


def module_command(module: str) -> list[str]:
    """How one of our own modules is run: this interpreter, and never a module of that name in the working folder."""
    return [sys.executable, "-P", "-m", module]


def child_environment(base: Mapping[str, str]) -> dict[str, str]:
    """`base`, plus the way to our packages where they are run from a checkout, plus who the parent is."""
    root = Path(__file__).resolve().parents[1]
    environment = {**base, PARENT_VARIABLE: str(os.getpid())}
    if root.name not in ("site-packages", "dist-packages"):
        inherited = [path for path in base.get("PYTHONPATH", "").split(os.pathsep) if path]
        environment["PYTHONPATH"] = os.pathsep.join([str(root), *inherited])
    return environment


def spawn(command: Sequence[str], folder: Path, *, log_name: str) -> "subprocess.Popen[bytes]":
    """Starts `command` in `folder` with pipes for stdin and stdout; stderr is appended to `folder/log_name`.

    A log of more than a MiB is set aside first (as `.old`, in the place of an older one), so that restarts fill no disk.
    A session of its own: Ctrl-C in the terminal reaches the daemon, which then ends its children in order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return _spawner().submit(_start, list(command), folder, log_name).result()


def _start(command: list[str], folder: Path, log_name: str) -> "subprocess.Popen[bytes]":
    log_path = folder / log_name
    if log_path.exists() and log_path.stat().st_size > _LARGEST_LOG:
        log_path.replace(log_path.with_name(f"{log_name}.old"))
    with log_path.open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=child_environment(os.environ),
            start_new_session=True,
        )


def die_with_parent() -> None:
    """Called first thing in the child. Asks the kernel for SIGKILL when the parent goes, and goes if it is gone already.

    A child that a person starts by hand names no parent and lives on its own.
    """
    parent = os.environ.get(PARENT_VARIABLE)
    if parent is None:
        return
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != int(parent):
        sys.exit(f"the parent process {parent} ended before this child was ready")


def hold_folder(folder: Path) -> int:
    """Locks the run folder for this process and writes its pid there. Returns the descriptor, which must stay open.

    Raises RunFolderBusy when another process holds it.
    """
    descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise RunFolderBusy(f"{folder} is held by another process: wait for it or end it") from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


def evict(folder: Path, *, within_s: float = _EVICTION_S) -> int | None:
    """Ends the child a killed daemon may have left in `folder`. Returns its pid, or None when there was none.

    Raises RunFolderBusy when the folder is still held after `within_s` seconds.
    """
    deadline = time.monotonic() + within_s
    evicted: int | None = None
    while (holder := _holder(folder)) is not None:
        if time.monotonic() > deadline:
            raise RunFolderBusy(f"{folder} is held by process {holder}, which does not end: end it and start again")
        if _lives_in(holder, folder):
            evicted = holder
            _kill(holder)
        time.sleep(0.02)
    return evicted


def _holder(folder: Path) -> int | None:
    """The pid written in a lock that is held; None when nobody holds it. 0 while the holder has not written it yet."""
    path = folder / LOCK_NAME
    if not path.exists():
        return None
    with path.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(lock.read() or b"0")
    return None


def _lives_in(pid: int, folder: Path) -> bool:
    """Whether `pid` works in `folder`: a pid that the system has given to another process does not."""
    try:
        return pid > 0 and Path(f"/proc/{pid}/cwd").resolve(strict=True) == folder.resolve()
    except OSError:
        return False


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # it ended by itself meanwhile, which is what was wanted


def end(process: "subprocess.Popen[bytes]", *, grace_s: float) -> int:
    """Waits `grace_s` seconds for the child to end by itself, then kills it. Returns its exit code (negative: signal)."""
    try:
        return process.wait(timeout=grace_s)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
