"""A backup: the published events, the blobs and adapters they name, and `backup.json`, which is renamed in last.

Needs neither the service nor the log. Copies only what the folder does not hold yet; a killed backup leaves the former one
whole.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from store.backups.contents import BACKUP, FOLDERS, Backup, BackupProblem, read_backup
from store.backups.copying import AdapterId, Copying, drop_all_but
from store.errors import StateUnusable
from store.highwater import Mark, read_mark
from store.log import utc_now
from store.publishing.manifest import Manifest
from store.publishing.past import published_manifest
from store.tables import EVENTS


@dataclass(frozen=True)
class Made:
    """What a backup did: `before` was there, `copied` files of `copied_bytes` came, `dropped` files that nothing names went.
    `acknowledged`: where the log ended when it began; None where nothing tells."""

    backup: Backup
    acknowledged: int | None
    before: Backup | None
    copied: int
    copied_bytes: int
    dropped: int


def back_up(
    state_dir: Path,
    folder: Path,
    *,
    adapter_id_of: AdapterId,
    verify: bool = False,
    clock: Callable[[], datetime] = utc_now,
    progress: Callable[[str], None] = lambda _: None,
) -> Made:
    """`verify`: trusts no file that is in `folder` already, but hashes it and copies a damaged one anew.

    Raises BackupProblem and StateUnusable; the backup that was there is still whole then.
    """
    _check_place(state_dir, folder)
    try:
        with _alone_in(folder):
            acknowledged = _acknowledged(state_dir)  # first, so that what is published meanwhile counts as there
            manifest, before = _published_events(state_dir), read_backup(folder)
            seq = acknowledged.seq if acknowledged and acknowledged.log_id == manifest.log_id else None
            _check_history(folder, manifest, before, acknowledged=seq)
            copying = Copying(state_dir, folder, manifest, before, adapter_id_of, verify, progress)
            backup = copying.run(clock())
            return Made(backup, seq, before, copying.copied, copying.copied_bytes, drop_all_but(backup, folder))
    except OSError as cause:
        where = f" ({cause.filename})" if cause.filename else ""
        raise BackupProblem(
            f"{folder} takes no backup: {cause.strerror}{where}; make room there or make it writable for this user, or name "
            "another folder; a backup that was there is still whole"
        ) from cause


def _published_events(state_dir: Path) -> Manifest:
    """Raises StateUnusable where nothing is published, or its manifest cannot be used."""
    manifest = published_manifest(state_dir)
    if not manifest.segments_of(EVENTS.name):
        raise StateUnusable(f"nothing is published in {state_dir} yet: start the service with `finsdistill run`")
    return manifest


def _acknowledged(state_dir: Path) -> Mark | None:
    """None for a mark that is damaged too: to back up what is left is what one does then."""
    try:
        return read_mark(state_dir / "high-water")
    except StateUnusable:
        return None


def _check_place(state_dir: Path, folder: Path) -> None:
    state, place = state_dir.resolve(), folder.resolve()
    if place == state or state in place.parents:
        raise BackupProblem(
            f"{folder} is inside the state {state_dir}: what takes one takes the other; name another disk"
        )
    if not folder.exists():
        return
    if not folder.is_dir():
        raise BackupProblem(f"{folder} is no folder: name one")
    ours = {*FOLDERS, BACKUP, f".{BACKUP}.tmp", "lost+found"}  # also what a first backup left that was killed
    if foreign := sorted(path.name for path in folder.iterdir() if path.name not in ours):
        raise BackupProblem(f"{folder} holds {foreign[0]!r}, which is no part of a backup: name an empty folder")
    if links := [name for name in FOLDERS if (folder / name).is_symlink()]:
        raise BackupProblem(f"{folder / links[0]} is a link, and a backup lies in one folder: name another one")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as cause:
        raise BackupProblem(f"another finsdistill works in {folder}: wait until it is done") from cause
    finally:
        os.close(fd)


def _check_history(folder: Path, manifest: Manifest, before: Backup | None, *, acknowledged: int | None) -> None:
    if before is None:
        return
    if before.log_id != manifest.log_id:
        raise BackupProblem(
            f"{folder} is a backup of another log ({before.log_id}, this one is {manifest.log_id}): name another folder"
        )
    if before.seq > manifest.seq and acknowledged is not None and acknowledged >= before.seq:
        raise BackupProblem(
            f"{folder} reaches to event {before.seq} and what is published only to {manifest.seq}, of {acknowledged} that the "
            "log holds: they are being published anew; back up again when the service (`finsdistill run`) has done that"
        )
    if before.seq > manifest.seq:
        raise BackupProblem(
            f"{folder} reaches to event {before.seq} and what is published only to {manifest.seq}: the state is the older "
            "of the two; `finsdistill restore` it from there, or back up into another folder"
        )
