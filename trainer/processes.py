"""The parent's side of a child process: start it from one lasting thread, end it, end what a killed parent left behind.

The other side, what a child does first, is `trainer.child`. Loads no torch: the daemon imports this.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from trainer.child import LOCK, PARENT_PID, FolderBusy

# The death signal comes when the *thread* that started the child ends, not the process (prctl(2)). All children are
# therefore started from one thread that lives as long as we do. Not made on first use: of two threads that come first
# at once each would make one, and the one that is lost would take its child along.
_STARTER: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starts-children")

_LARGEST_LOG: Final = 1 << 20


def module_command(module: str, *arguments: str) -> list[str]:
    """How one of our own modules is run: this interpreter, and never a module of that name in the working folder."""
    return [sys.executable, "-P", "-m", module, *arguments]


def child_environment(base: Mapping[str, str]) -> dict[str, str]:
    """`base`, plus the way to our packages where they are run from a checkout, plus who the parent is.

    Installed packages are found anyway, and site-packages must not come before the standard library.
    """
    root = Path(__file__).resolve().parents[1]
    environment = {**base, PARENT_PID: str(os.getpid())}
    if root.name not in ("site-packages", "dist-packages"):
        inherited = [path for path in base.get("PYTHONPATH", "").split(os.pathsep) if path]
        environment["PYTHONPATH"] = os.pathsep.join([str(root), *inherited])
    return environment


def spawn(
    command: Sequence[str],
    folder: Path,
    *,
    log_name: str,
    pipes: bool,
    variables: Mapping[str, str] | None = None,
    without: Collection[str] = (),
) -> "subprocess.Popen[bytes]":
    """Starts `command` in `folder`, with `variables` over our own environment; stderr is appended to `folder/log_name`.

    `without`: names of variables of ours that the child does not get, as secrets that are none of its business.
    `pipes`: stdin and stdout are pipes to us; otherwise stdin is empty and stdout goes to the log.
    A log of more than a MiB is set aside first (as `.old`, in the place of an older one), so that restarts fill no disk.
    A session of its own: Ctrl-C in the terminal reaches the daemon, which then ends its children in order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if name not in without}
    environment = child_environment({**inherited, **(variables or {})})
    return _STARTER.submit(_start, list(command), folder / log_name, environment, pipes=pipes).result()


def _start(
    command: list[str], log_path: Path, environment: Mapping[str, str], *, pipes: bool
) -> "subprocess.Popen[bytes]":
    if log_path.exists() and log_path.stat().st_size > _LARGEST_LOG:
        log_path.replace(log_path.with_name(f"{log_path.name}.old"))
    with log_path.open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=log_path.parent,
            env=environment,
            stdin=subprocess.PIPE if pipes else subprocess.DEVNULL,
            stdout=subprocess.PIPE if pipes else log,
            stderr=log,
            start_new_session=True,
        )


def end(process: "subprocess.Popen[bytes]", *, grace_s: float, ask: signal.Signals | None = None) -> int:
    """Sends `ask`, waits `grace_s` seconds for the child to end by itself, then kills it and whatever it started.

    Returns its exit status, negative for the signal that ended it. Only for a child of `spawn`, which leads a session.
    """
    if ask is not None:
        _signal_session(process, ask)
    try:
        return process.wait(timeout=grace_s)
    except subprocess.TimeoutExpired:
        _signal_session(process, signal.SIGKILL)
        return process.wait()


def _signal_session(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    if process.poll() is not None:
        return  # its pid may be another's by now
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return  # it ended by itself in between


def evict(folder: Path, *, within_s: float = 10.0) -> int | None:
    """Ends the child that a killed parent may have left in `folder`. Returns its pid, or None when there was none.

    Raises FolderBusy when the folder is still held after `within_s` seconds.
    """
    deadline = time.monotonic() + within_s
    evicted: int | None = None
    while (holder := _holder(folder)) is not None:
        if time.monotonic() > deadline:
            raise FolderBusy(f"{folder} is held by process {holder}, which does not end: end it and start again")
        if _lives_in(holder, folder):
            evicted = holder
            _kill(holder)
        time.sleep(0.02)
    return evicted


def _holder(folder: Path) -> int | None:
    """The pid written in a lock that is held; None when nobody holds it. 0 while the holder has not written it yet."""
    path = folder / LOCK
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
