"""What a published set needs besides what is new: fewer and larger files, proof that they are whole, no old ones.

Nothing here is urgent, and each call does one bounded piece.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

import pyarrow as pa

from store.publishing.manifest import Segment, to_merge
from store.publishing.published_set import ALL_TABLES, PublishedSet
from store.publishing.segments import Published, SegmentDamaged, Span, batches_of, is_intact, write_segment
from store.tables import Table

_LOOK_EVERY: Final = timedelta(seconds=10)  # at the sizes of files that are published
_DROP_EVERY: Final = timedelta(minutes=10)
_PROVE_EVERY: Final = timedelta(days=1)  # each file's bytes, against the manifest's hash
_PROVEN_AT_ONCE: Final = 64 << 20  # bytes; a fifth of a second


@dataclass(frozen=True)
class Tidied:
    """`worked` when there may be more to do at once. `mended` are files that were damaged or gone and were made again."""

    worked: bool
    mended: tuple[str, ...]


class Mender(Protocol):
    """Who can write segments from the log and swap the manifest: the publisher."""

    def look(self) -> None: ...
    def mend(self, damaged: Sequence[Published]) -> None: ...
    def mended(self) -> tuple[str, ...]: ...
    def replace(self, table: Table, gone: tuple[Segment, ...], fresh: tuple[Segment, ...]) -> None: ...


class Tidier:
    """For one thread at a time."""

    def __init__(self, mender: Mender, published: PublishedSet, clock: Callable[[], datetime]) -> None:
        self._mender, self._set, self._clock = mender, published, clock
        self._looked = self._proving = clock()
        self._dropped = self._looked - _DROP_EVERY  # a process that soon ends drops too
        self._proof = Proof(published.folder)

    def advance(self, stop: Callable[[], bool]) -> Tidied:
        """Proving counts as no work: it takes turns with rest, so that it is never felt."""
        self._by_the_clock()
        merged = self._merge(stop)
        if not merged and not stop():
            self._prove()
        return Tidied(merged, self._mender.mended())

    def _by_the_clock(self) -> None:
        now = self._clock()
        if now - self._looked >= _LOOK_EVERY:
            self._looked = now
            self._mender.look()
        if now - self._dropped >= _DROP_EVERY:
            self._dropped = now
            self._set.drop_expired()
        if now - self._proving >= _PROVE_EVERY:
            self._proving = now
            self._proof = Proof(self._set.folder)

    def _merge(self, stop: Callable[[], bool]) -> bool:
        """The table with most files first: queries wait for each of them."""
        by_files = sorted(ALL_TABLES, key=lambda table: -len(self._set.manifest.segments_of(table.name)))
        for table in by_files:
            if segments := tuple(to_merge(self._set.manifest.segments_of(table.name))):
                self._merge_these(table, segments, stop)
                return True
        return False

    def _merge_these(self, table: Table, segments: tuple[Segment, ...], stop: Callable[[], bool]) -> None:
        span = Span(table, segments[0].first_seq, segments[-1].last_seq)
        try:
            rows = _until(stop, batches_of(self._set.folder, table, segments))
            merged = write_segment(self._set.folder, span, rows)
        except _Stopped:
            return
        except SegmentDamaged as damage:
            self._mender.mend([damage.found])
        else:
            self._mender.replace(table, segments, (merged,) if merged else ())

    def _prove(self) -> None:
        self._mender.mend(self._proof.advance(self._set.files()))


class Proof:
    """Reads each published file once, a few at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._proven: set[str] = set()

    def advance(self, files: Iterable[Published]) -> list[Published]:
        """The damaged ones among the next few; every call reads some until all were read."""
        damaged: list[Published] = []
        read = 0
        for file in files:
            if read >= _PROVEN_AT_ONCE:
                break
            if file.segment.file not in self._proven:
                read += file.segment.bytes
                self._proven.add(file.segment.file)
                damaged += [] if is_intact(self._folder, file.segment) else [file]
        return damaged


class _Stopped(Exception):
    """The service ends: what was being merged stays as it was."""


def _until(stop: Callable[[], bool], batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        if stop():
            raise _Stopped
        yield batch
