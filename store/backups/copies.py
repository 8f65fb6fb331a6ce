"""Copying a file so that the copy is whole, on disk, and what its hash says; and telling what a file's hash is."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from store.backups.contents import BackupProblem

_BLOCK: Final = 1 << 20


@dataclass(frozen=True)
class Fingerprint:
    """What a file's bytes are."""

    bytes: int
    sha256: str


class Unreadable(BackupProblem):
    """A file that is to be read is missing, is no file, cannot be read, or is not what it is named by."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} {why}")
        self.path, self.why = path, why


def fingerprint_of(path: Path) -> Fingerprint:
    """Raises Unreadable."""
    with _reading(path) as fd:
        digest, size = hashlib.sha256(), 0
        for block in _blocks(fd, path):
            digest.update(block)
            size += len(block)
    return Fingerprint(size, digest.hexdigest())


def copy_checked(source: Path, target: Path, sha256: str | None) -> Fingerprint:
    """The copy is fsynced before it gets its name; the caller fsyncs the folder. Raises Unreadable for the source, also
    when it does not have `sha256`, and OSError for the target: then nothing is left there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.tmp")
    digest, size = hashlib.sha256(), 0
    try:
        with _reading(source) as fd, temporary.open("wb") as file:
            for block in _blocks(fd, source):
                digest.update(block)
                size += len(block)
                file.write(block)
            if sha256 is not None and digest.hexdigest() != sha256:
                raise Unreadable(source, f"does not have the hash {sha256[:12]}… that it is known by")
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return Fingerprint(size, digest.hexdigest())


def check_regular(path: Path) -> None:
    """Raises Unreadable."""
    with _reading(path):
        pass


def has_size(path: Path, size: int) -> bool:
    """Whether it is a regular file of that size."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == size


def is_intact(path: Path, fingerprint: Fingerprint) -> bool:
    try:
        return fingerprint_of(path) == fingerprint
    except Unreadable:
        return False


@contextmanager
def _reading(path: Path) -> Iterator[int]:
    """A backup may come from anybody: a link could lead anywhere, and a pipe would never end."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as cause:
        raise Unreadable(path, "is missing") from cause
    except OSError as cause:
        raise Unreadable(path, f"cannot be read ({cause.strerror})") from cause
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise Unreadable(path, "is no regular file")
        yield fd
    finally:
        os.close(fd)


def _blocks(fd: int, path: Path) -> Iterator[bytes]:
    while True:
        try:
            block = os.read(fd, _BLOCK)
        except OSError as cause:
            raise Unreadable(path, f"cannot be read ({cause.strerror})") from cause
        if not block:
            return
        yield block
