"""The copying of a backup: which files are wanted, which are there, and what is proven of each."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from store.backups.contents import (
    BACKUP,
    FOLDERS,
    FORMAT,
    AdapterFile,
    AdapterFolder,
    Backup,
    BackupProblem,
    BlobFile,
    EventsFile,
    adapter_path,
    blob_path,
    events_path,
)
from store.backups.copies import Fingerprint, Unreadable, copy_checked, fingerprint_of, has_size, is_intact
from store.backups.walking import SegmentFile, Walk, nowhere
from store.errors import FinsdistillError, StateUnusable
from store.files import fsync_dir, write_durably
from store.publishing.manifest import Manifest, Segment
from store.tables import EVENTS

_ANEW: Final = "start the service again, which makes it anew from the log"
_SLACK: Final = 16 << 20  # bytes that a backup leaves free, for `backup.json` and the file system's own

# The id of the adapter in a folder. Raises FinsdistillError for a folder that is none, or of which any file is damaged. The
# trainer knows how.
AdapterId = Callable[[Path], str]


@dataclass
class Copying:
    """From `state_dir` into `folder`, beside what the backup `before` holds there."""

    state_dir: Path
    folder: Path
    manifest: Manifest
    before: Backup | None
    adapter_id_of: AdapterId
    verify: bool
    progress: Callable[[str], None]
    copied: int = 0
    copied_bytes: int = 0
    _touched: set[Path] = field(default_factory=set)

    def run(self, now: datetime) -> Backup:
        """The backup as it then lies there. Raises BackupProblem, StateUnusable and OSError."""
        before = self.before
        walk = Walk(self.manifest.log_id, watched=frozenset([before.seq] if before else []))
        events = tuple(self._events(walk))
        blobs, lost_blobs = self._blobs(walk.blobs)
        adapters, lost_adapters = self._adapters(walk.adapters)
        backup = Backup(
            format=FORMAT,
            log_id=self.manifest.log_id,
            purpose=walk.purpose or (before.purpose if before else "real"),
            seq=walk.head.seq,
            hash=walk.head.hash,
            made_at=now,
            events=events,
            blobs=blobs,
            adapters=adapters,
            lost_blobs=lost_blobs,
            lost_adapters=lost_adapters,
        )
        for folder in sorted(self._touched):
            fsync_dir(folder)
        write_durably(self.folder / BACKUP, (backup.model_dump_json(indent=1) + "\n").encode())
        return backup

    def _events(self, walk: Walk) -> list[EventsFile]:
        segments = self.manifest.segments_of(EVENTS.name)
        known = {file.sha256: file for file in self.before.events} if self.before else {}
        self._check_room(sum(segment.bytes for segment in segments if segment.sha256 not in known))
        return [self._segment(segment, known.get(segment.sha256), walk) for segment in segments]

    def _segment(self, segment: Segment, known: EventsFile | None, walk: Walk) -> EventsFile:
        """Followed along the chain when it is new here; what was here has been."""
        start, path = walk.head, events_path(segment.first_seq, segment.last_seq, segment.sha256)
        source, whole = self.state_dir / "published" / segment.file, Fingerprint(segment.bytes, segment.sha256)
        try:
            self._bring(source, path, whole)
            if known is not None and known.prev_hash == start.hash:
                walk.head = known.end
                return known
            walk.go(SegmentFile(self.folder / path, segment.first_seq, segment.last_seq), nowhere)
        except Unreadable as cause:
            raise StateUnusable(f"what is published is damaged ({cause}): {_ANEW}") from cause
        if self.before is not None and walk.passed.get(self.before.seq, self.before.hash) != self.before.hash:
            raise BackupProblem(
                f"{self.folder} holds another history of this log, from before event {self.before.seq}: the state was "
                "restored from something older since; back up into another folder"
            )
        if walk.head.seq != segment.last_seq:
            raise StateUnusable(f"{source} ends at event {walk.head.seq}: {_ANEW}")
        self.progress(f"event {walk.head.seq:,} of {self.manifest.seq:,}")
        return EventsFile(
            first_seq=start.seq + 1,
            last_seq=walk.head.seq,
            bytes=segment.bytes,
            sha256=segment.sha256,
            prev_hash=start.hash,
            last_hash=walk.head.hash,
            last_recorded_at=walk.head.recorded_at,
        )

    def _blobs(self, named: set[str]) -> tuple[tuple[BlobFile, ...], tuple[str, ...]]:
        """Those that are in the backup now, and the names of those that are nowhere."""
        known = {blob.sha256: blob for blob in self.before.blobs} if self.before else {}
        wanted = sorted(named.union(known, self.before.lost_blobs if self.before else ()))
        self._check_room(sum(_size(self.state_dir / blob_path(sha256)) for sha256 in wanted if sha256 not in known))
        found: list[BlobFile] = []
        lost: list[str] = []
        for number, sha256 in enumerate(wanted, 1):
            try:
                found.append(self._blob(sha256, known.get(sha256)))
            except Unreadable:
                lost.append(sha256)
            self.progress(f"blob {number:,} of {len(wanted):,}")
        return tuple(found), tuple(lost)

    def _blob(self, sha256: str, known: BlobFile | None) -> BlobFile:
        path = blob_path(sha256)
        size = known.bytes if known else _size(self.state_dir / path)
        try:
            self._bring(self.state_dir / path, path, Fingerprint(size, sha256))
        except Unreadable:
            # A backup that was killed, or did not know the name yet, may have left the only copy that is whole.
            left = fingerprint_of(self.folder / path)
            if left.sha256 != sha256:
                raise
            size = left.bytes
        if known is None:
            self._touch(self.folder / path)
        return BlobFile(sha256=sha256, bytes=size)

    def _adapters(self, named: set[str]) -> tuple[tuple[AdapterFolder, ...], tuple[str, ...]]:
        known = {adapter.adapter_id: adapter for adapter in self.before.adapters} if self.before else {}
        wanted = sorted(named.union(known, self.before.lost_adapters if self.before else ()))
        found: list[AdapterFolder] = []
        lost: list[str] = []
        for adapter_id in wanted:
            try:
                found.append(self._adapter(adapter_id, known.get(adapter_id)))
            except Unreadable:
                lost.append(adapter_id)
        return tuple(found), tuple(lost)

    def _adapter(self, adapter_id: str, known: AdapterFolder | None) -> AdapterFolder:
        path = adapter_path(adapter_id)
        source, target = self.state_dir / path, self.folder / path
        if known is not None:
            for file in known.files:
                self._bring(source / file.name, path / file.name, Fingerprint(file.bytes, file.sha256))
            return known
        # What a killed backup left is kept where it is whole: the state's may be damaged by now.
        prints = {file.name: fingerprint_of(file) for file in _inside(target)} if self._is(target, adapter_id) else {}
        missing = [file for file in _inside(source) if file.name not in prints]
        self._check_room(sum(map(_size, missing)))
        prints |= {file.name: self._take(file, path / file.name) for file in missing}
        if not self._is(target, adapter_id):
            shutil.rmtree(target, ignore_errors=True)
            self._touched.discard(target)
            raise Unreadable(source, "is missing, or is not what its id names")
        for name in prints:
            self._touch(target / name)
        files = (AdapterFile(name=name, bytes=p.bytes, sha256=p.sha256) for name, p in sorted(prints.items()))
        return AdapterFolder(adapter_id=adapter_id, files=tuple(files))

    def _is(self, folder: Path, adapter_id: str) -> bool:
        try:
            return self.adapter_id_of(folder) == adapter_id
        except FinsdistillError:
            return False

    def _bring(self, source: Path, path: Path, whole: Fingerprint) -> None:
        """The file is there, or is copied. One that the last backup does not name has its name only after it was fsynced."""
        target = self.folder / path
        if not has_size(target, whole.bytes) or (self.verify and not is_intact(target, whole)):
            self._take(source, path, whole.sha256)

    def _take(self, source: Path, path: Path, sha256: str | None = None) -> Fingerprint:
        target = self.folder / path
        copied = copy_checked(source, target, sha256)
        self.copied, self.copied_bytes = self.copied + 1, self.copied_bytes + copied.bytes
        self._touch(target)
        return copied

    def _touch(self, target: Path) -> None:
        """Its name is to last, with those of the folders that it lies in."""
        self._touched.update(parent for parent in target.parents if parent.is_relative_to(self.folder))

    def _check_room(self, wanted: int) -> None:
        """Before half of it is written: the rest is looked after by the error of a full disk."""
        free = shutil.disk_usage(self.folder).free
        if wanted and free < wanted + _SLACK:
            raise BackupProblem(
                f"{self.folder} has {free / 1e6:,.0f} MB free and {wanted / 1e6:,.0f} MB are to be copied: free disk space; "
                "what was there is still whole"
            )


def drop_all_but(backup: Backup, folder: Path) -> int:
    """Removes what the backup in `folder` does not name: merged-away segments, and what a killed backup left."""
    kept, gone = {folder / path for path in backup.paths}, 0
    for top in FOLDERS:
        for parent, _, names in os.walk(folder / top, topdown=False):
            for path in (Path(parent) / name for name in names):
                if path not in kept:
                    path.unlink()
                    gone += 1
            if not any(Path(parent).iterdir()):
                Path(parent).rmdir()
    return gone


def _inside(folder: Path) -> list[Path]:
    """The files of an adapter's folder; none where it is not there. A hidden one is what a kill left of a copy."""
    return sorted(path for path in folder.iterdir() if path.name[0] != ".") if folder.is_dir() else []


def _size(path: Path) -> int:
    """0 for one that is not there."""
    try:
        return path.lstat().st_size
    except OSError:
        return 0
