"""The files beside the log, against what its events say of them: by hash, and how many there were."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Final

from store.backups.contents import adapter_path, blob_path
from store.backups.copies import Unreadable, fingerprint_of
from store.backups.walking import SegmentFile, records_of
from store.chain import BEGINNING, ChainBroken, follow
from store.errors import FinsdistillError, StateUnusable
from store.events import AdapterEvaluated, AdapterTrained, FilingFetched, SnapshotSealed
from store.publishing.manifest import Manifest
from store.records import Record
from store.snapshot import wrong_rows
from store.tables import EVENTS

_NAMING: Final = frozenset({"FilingFetched", "AdapterEvaluated", "AdapterTrained", "SnapshotSealed"})
_ANEW: Final = "the service makes it again from the log when it starts"


@dataclass
class Named:
    """The files that events name."""

    blobs: set[str] = field(default_factory=set)
    adapters: set[str] = field(default_factory=set)
    snapshots: dict[str, SnapshotSealed] = field(default_factory=dict)

    def heard(self, records: Iterable[Record]) -> Iterator[Record]:
        """The same records; what they name is kept on the way."""
        for record in records:
            if record.type in _NAMING:
                match record.event:
                    case FilingFetched(sha256=sha256) | AdapterEvaluated(per_example_sha256=str(sha256)):
                        self.blobs.add(sha256)
                    case AdapterTrained(adapter_id=adapter_id):
                        self.adapters.add(adapter_id)
                    case SnapshotSealed() as sealed:
                        self.snapshots[sealed.snapshot_id] = sealed
            yield record


def published_chain(published: Path, manifest: Manifest) -> Iterator[Record]:
    """Every published event from the first, each shown to follow. Raises StateUnusable where one does not."""
    segments = manifest.segments_of(EVENTS.name)
    batches = (
        batch
        for segment in segments
        for batch in SegmentFile(published / segment.file, segment.first_seq, segment.last_seq).batches(0)
    )
    last = 0
    try:
        for record in follow(BEGINNING, manifest.log_id, chain.from_iterable(map(records_of, batches))):
            last = record.seq
            yield record
        if last != manifest.seq:
            raise ChainBroken(last + 1, f"{manifest.seq} were published")
    except (ChainBroken, Unreadable) as broken:
        raise StateUnusable(f"what is published in {published} is damaged ({broken}): {_ANEW}") from broken


@dataclass(frozen=True)
class Checked:
    """`what` was looked at, how many of it, and a sentence for each that is missing or damaged."""

    what: str
    count: int
    damage: tuple[str, ...]


def check_published(published: Path, manifest: Manifest) -> Checked:
    segments = [segment for entry in manifest.tables for segment in entry.segments]
    found = (_wrong_bytes(published / segment.file, segment.sha256) for segment in segments)
    return Checked("published files", len(segments), tuple(f"{wrong}: {_ANEW}" for wrong in found if wrong))


def check_blobs(state_dir: Path, named: Named) -> Checked:
    found = (_wrong_bytes(state_dir / blob_path(sha256), sha256) for sha256 in sorted(named.blobs))
    mend = "bring it back with `finsdistill restore DIR`"
    return Checked("blobs", len(named.blobs), tuple(f"{wrong}: {mend}" for wrong in found if wrong))


def check_adapters(state_dir: Path, named: Named, id_of: Callable[[Path], str]) -> Checked:
    """`id_of` reads an adapter's folder and names it by its hash, as trainer does."""
    mend = "bring it back with `finsdistill restore DIR`"
    damage = []
    for adapter in sorted(named.adapters):
        folder = state_dir / adapter_path(adapter)
        try:
            wrong = None if id_of(folder) == adapter else f"{folder} does not have the hash it is named by"
        except (FinsdistillError, OSError) as error:
            wrong = f"{folder} cannot be read ({error})"
        if wrong is not None:
            damage.append(f"{wrong}: {mend}")
    return Checked("adapters", len(named.adapters), tuple(damage))


def check_snapshots(state_dir: Path, named: Named) -> Checked:
    """Of the folders that are there: one that is gone is sealed again when it is needed, and gets the same rows."""
    there = [sealed for name, sealed in named.snapshots.items() if (state_dir / "snapshots" / name).exists()]
    found = (wrong_rows(state_dir / "snapshots" / sealed.snapshot_id, sealed) for sealed in there)
    mend = "remove the folder, the service seals the same rows again"
    return Checked("snapshots", len(there), tuple(f"{wrong}: {mend}" for wrong in found if wrong))


def _wrong_bytes(path: Path, sha256: str) -> str | None:
    try:
        return None if fingerprint_of(path).sha256 == sha256 else f"{path} is damaged"
    except Unreadable as unreadable:
        return str(unreadable)
