"""One service per state folder. A lock file of its own: DuckDB's lock vanishes when its owner reopens the file."""

import fcntl
import os
from pathlib import Path

from store.errors import StateUnusable
from store.faults import sentence
from store.restoring.mark import is_interrupted

LOCK: str = "finsdistill.lock"


class StateLock:
    """Held from construction until `release` or the end of the process, however it ends."""

    def __init__(self, state_dir: Path, *, restoring: bool = False) -> None:
        """Raises StateUnusable where another holds it, or where a restore was killed that only `restoring` may finish."""
        if is_interrupted(state_dir) and not restoring:
            raise StateUnusable(f"a restore of {state_dir} was interrupted: finish it with `finsdistill restore`")
        try:
            state_dir.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(state_dir / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as cause:
            raise StateUnusable(sentence(state_dir, cause.strerror or str(cause))) from cause
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as cause:
            pid = os.pread(self._fd, 32, 0).decode("ascii", "replace").strip()
            os.close(self._fd)
            raise StateUnusable(
                f"{state_dir} is in use by another finsdistill (process {pid or 'unknown'}): stop that one, "
                "or give this one another service.state_dir"
            ) from cause
        os.pwrite(self._fd, f"{os.getpid()}\n".ljust(32).encode("ascii"), 0)

    def release(self) -> None:
        os.close(self._fd)


def holder(state_dir: Path) -> int | None:
    """The pid of the service on this state folder, None when there is none. Takes no lock: a starting service never sees us."""
    path = state_dir / LOCK
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}"
    locks = Path("/proc/locks").read_text("ascii")
    return holder_in(locks, inode=status.st_ino, device=device, said=_said(path))


def holder_in(locks: str, *, inode: int, device: str, said: int | None) -> int | None:
    """Of the text of /proc/locks. Another disk's file may have the same number, so the device has to be ours too, or the
    process the one that the file names: btrfs and overlays tell the kernel's locks another device than they tell us."""
    for line in locks.splitlines():
        fields = line.split()
        # `1: FLOCK ADVISORY WRITE 1234 fe:00:5678 0 EOF`; a waiting lock has `->` in the second place.
        if fields[1] != "FLOCK":
            continue
        pid, (found, _, number) = int(fields[4]), fields[5].rpartition(":")
        if number == str(inode) and (found == device or pid == said):
            return pid
    return None


def _said(path: Path) -> int | None:
    """Who wrote its number there last; None where we may not read it, or nobody has yet."""
    try:
        words = path.read_bytes().strip()
    except PermissionError:
        return None
    return int(words) if words.isdigit() else None
