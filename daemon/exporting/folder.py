"""A folder that is the old export or the new one, never half of one."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daemon.exporting.manifest import read_export
from store.errors import FinsdistillError
from store.files import fsync_dir


class FolderRefused(FinsdistillError):
    """The export cannot be put where it was asked for."""


@contextmanager
def replacing(asked: Path, *, state_dir: Path) -> Iterator[Path]:
    """A new folder to write into. At the end of the block it takes the place of `asked`; when the block raises, or the
    process dies, what was there stays. Raises FolderRefused for a place that holds anything but an export, lies in the state,
    or takes no more: that disk is not the state's."""
    target = asked.expanduser().resolve()
    if not target.name:
        raise FolderRefused(f"{target} cannot be an export: name a folder below it")
    if target.is_relative_to(state_dir.resolve()):
        raise FolderRefused(
            f"{target} is inside the state {state_dir}, whose folders are the service's: name another folder"
        )
    try:
        with _replacing(target) as staging:
            yield staging
    except BrokenPipeError:
        raise
    except OSError as cause:
        why = cause.strerror or str(cause)
        raise FolderRefused(f"{target} cannot be written ({why}): free space there, or name another folder") from cause


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    staging = target.with_name(f".{target.name}.finsdistill-export")
    old = target.with_name(f".{target.name}.finsdistill-replaced")
    target.parent.mkdir(parents=True, exist_ok=True)
    with _alone(staging, target):
        try:
            if not target.exists() and old.exists():  # whoever should have finished the exchange died
                old.rename(target)
            _check_replaceable(target)
            for leftover in staging.iterdir():
                _remove(leftover)
            yield staging
            fsync_dir(staging)
            _exchange(staging, target, old)
        finally:
            shutil.rmtree(staging, ignore_errors=True)  # ours alone, and gone already where all went well


@contextmanager
def _alone(staging: Path, target: Path) -> Iterator[None]:
    """The lock is on the staging folder itself and ends with the process, so that a leftover is just taken over."""
    staging.mkdir(exist_ok=True)
    fd = os.open(staging, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        staging.stat()  # FileNotFoundError: it took its place before we had the lock
    except (BlockingIOError, FileNotFoundError) as cause:
        os.close(fd)
        raise FolderRefused(
            f"another export is being written to {target}: wait for it, or name another folder"
        ) from cause
    try:
        yield
    finally:
        os.close(fd)


def _check_replaceable(target: Path) -> None:
    if not os.path.lexists(target):
        return
    if not target.is_dir():
        raise FolderRefused(f"{target} is no folder: name another one")
    found = {path.name for path in target.iterdir()}
    manifest = read_export(target)
    if manifest is None and found:
        raise FolderRefused(f"{target} holds something, and no export: name an empty folder or a new one")
    if manifest is not None and (foreign := sorted(found - manifest.names)):
        raise FolderRefused(
            f"{target} is an export that holds {foreign[0]!r} too, which would be lost: name another folder"
        )


def _exchange(staging: Path, target: Path, old: Path) -> None:
    try:
        if target.exists():
            _remove(old)
            target.rename(old)
        staging.rename(target)
    except OSError as cause:
        if cause.errno not in (errno.EBUSY, errno.EXDEV):
            raise
        raise FolderRefused(f"{target} is a mount and cannot be replaced whole: name a folder below it") from cause
    fsync_dir(target.parent)
    _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
