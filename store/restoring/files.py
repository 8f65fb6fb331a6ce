"""The blobs and adapters that a log's events name: which are whole in the state, and which can be had from a backup."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from store.backups.contents import AdapterFolder, Backup, adapter_path, blob_path
from store.backups.copies import Fingerprint, Unreadable, copy_checked, fingerprint_of, is_intact
from store.backups.walking import Walk
from store.errors import FinsdistillError
from store.files import fsync_dir

AdapterId = Callable[[Path], str]  # raises FinsdistillError for a folder that is no adapter


@dataclass(frozen=True)
class Mended:
    """`copied` blobs and adapters of `copied_bytes` came from the backup; `lost` are whole neither here nor there."""

    copied: int
    copied_bytes: int
    lost: tuple[Path, ...]


@dataclass
class _Mending:
    state_dir: Path
    folder: Path | None
    adapters: dict[str, AdapterFolder]
    adapter_id_of: AdapterId
    copied: int = 0
    copied_bytes: int = 0

    def blob(self, sha256: str) -> None:
        """Raises Unreadable for one that is nowhere."""
        path = blob_path(sha256)
        target = self.state_dir / path
        try:
            if fingerprint_of(target).sha256 == sha256:
                return
            raise Unreadable(target, "is damaged")
        except Unreadable:
            if self.folder is None:
                raise
        self._count(copy_checked(self.folder / path, target, sha256).bytes)
        fsync_dir(target.parent)

    def adapter(self, adapter_id: str) -> None:
        """Raises FinsdistillError for one that is nowhere."""
        path, known = adapter_path(adapter_id), self.adapters.get(adapter_id)
        target = self.state_dir / path
        if self._is_whole(target, adapter_id, known):
            return
        if known is None or self.folder is None:
            raise Unreadable(target, "is missing or damaged")
        # A new one gets its name when it is whole: the service takes a folder of that name for the adapter.
        place = target if target.exists() else target.with_name(f".{adapter_id}.part")
        size = sum(copy_checked(self.folder / path / f.name, place / f.name, f.sha256).bytes for f in known.files)
        if not self._is_whole(place, adapter_id, known):
            if place != target:
                shutil.rmtree(place)
            raise Unreadable(self.folder / path, "is not what its id names")
        fsync_dir(place)
        if place != target:
            place.rename(target)
        fsync_dir(target.parent)
        self._count(size)

    def _is_whole(self, target: Path, adapter_id: str, known: AdapterFolder | None) -> bool:
        files = known.files if known else ()
        try:
            return self.adapter_id_of(target) == adapter_id and all(
                is_intact(target / file.name, Fingerprint(file.bytes, file.sha256)) for file in files
            )
        except FinsdistillError:
            return False

    def _count(self, size: int) -> None:
        self.copied, self.copied_bytes = self.copied + 1, self.copied_bytes + size


def mend(
    state_dir: Path,
    walk: Walk,
    *,
    source: tuple[Path, Backup] | None,
    adapter_id_of: AdapterId,
    progress: Callable[[str], None],
) -> Mended:
    """What the walked events name is looked at, byte for byte, and brought from the backup where it is not whole."""
    folder, backup = source if source else (None, None)
    known = {adapter.adapter_id: adapter for adapter in backup.adapters} if backup else {}
    mending = _Mending(state_dir, folder, known, adapter_id_of)
    lost: list[Path] = []
    for number, sha256 in enumerate(sorted(walk.blobs), 1):
        progress(f"blob {number:,} of {len(walk.blobs):,}")
        try:
            mending.blob(sha256)
        except Unreadable:
            lost.append(blob_path(sha256))
    for adapter_id in sorted(walk.adapters):
        try:
            mending.adapter(adapter_id)
        except FinsdistillError:
            lost.append(adapter_path(adapter_id))
    return Mended(mending.copied, mending.copied_bytes, tuple(lost))
