"""The high-water mark: the last acknowledged event, kept outside the log and fsynced with each commit.

DuckDB opens a log whose WAL was deleted or damaged without a word, minus its events. The mark is what notices.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from store.errors import StateUnusable
from store.faults import RESTORE, sentence
from store.ids import sha256_hex


@dataclass(frozen=True)
class Mark:
    log_id: str
    seq: int
    hash: str


class HighWater:
    """One line of fixed place and a checksum, rewritten in place: a single sector, so a write is whole or not there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as cause:
            raise StateUnusable(sentence(path, f"{cause.strerror}")) from cause

    def read(self) -> Mark | None:
        """None for a mark that was never written; raises StateUnusable for one that cannot be trusted."""
        return _mark(os.pread(self._fd, 512, 0), self._path)

    def write(self, mark: Mark) -> None:
        content = f"{mark.log_id} {mark.seq} {mark.hash}"
        line = f"{content} {sha256_hex(content)}\n".ljust(384)
        os.pwrite(self._fd, line.encode("ascii"), 0)
        os.fdatasync(self._fd)

    def close(self) -> None:
        os.close(self._fd)


def read_mark(path: Path) -> Mark | None:
    """For who only looks; None also where there is none. Raises StateUnusable as `HighWater.read` does."""
    try:
        return _mark(path.read_bytes()[:512], path)
    except FileNotFoundError:
        return None
    except OSError as cause:
        raise StateUnusable(sentence(path, f"{cause.strerror}")) from cause


def _mark(data: bytes, path: Path) -> Mark | None:
    line = data.decode("ascii", "replace").strip()
    if not line:
        return None
    parts = line.split()
    if len(parts) != 4 or sha256_hex(" ".join(parts[:3])) != parts[3]:
        raise StateUnusable(
            f"the high-water mark {path} is damaged ({line[:60]!r}): remove it if you know that the log is whole, or {RESTORE}"
        )
    return Mark(parts[0], int(parts[1]), parts[2])
