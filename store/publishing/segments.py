"""Segment files: Parquet with rows in the order of `seq`, each whole or not there, its hash taken while it is written."""

import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from store.database import arrow_schema
from store.errors import StateUnusable
from store.files import fsync_dir
from store.publishing.manifest import Segment, columns_of
from store.tables import Table

# A query for some seqs skips the groups of others; and what is held in memory while a file is written is a group.
GROUP_ROWS: Final = 20_480
GROUP_BYTES: Final = 32 << 20
BATCH_ROWS: Final = 2_048
# Of zstd: 1.5 KB texts take 43 % of their size in 12 ms a thousand; level 1 takes 55 % in 7 ms, snappy nearly all of it.
_LEVEL: Final = 3
_HASHED_AT_ONCE: Final = 1 << 20  # bytes
# Long texts: least and greatest of them help no query, and stand twice in the file.
_NO_STATISTICS: Final = frozenset({"payload", "rationale", "summary", "raw", "spec", "detail", "note", "hash"})


@dataclass(frozen=True)
class Published:
    """A published file: a segment, and whose rows it holds."""

    table: Table
    segment: Segment


class SegmentDamaged(Exception):
    """The file is gone, or its bytes are not those that were published. Never leaves the store."""

    def __init__(self, found: Published) -> None:
        super().__init__(found.segment.file)
        self.found = found


@dataclass(frozen=True)
class Span:
    """The rows of `table` with `first_seq` ≤ seq ≤ `last_seq`."""

    table: Table
    first_seq: int
    last_seq: int


class _HashedFile(io.FileIO):
    """Keeps the sha256 of what was written, in its order."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "wb")
        self.sha256, self.size = hashlib.sha256(), 0

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        self.sha256.update(view)
        self.size += len(view)
        rest = view
        while rest:  # a disk that is nearly full takes a part
            rest = rest[super().write(rest) :]
        return len(view)


def write_segment(published: Path, span: Span, batches: Iterable[pa.RecordBatch]) -> Segment | None:
    """A new file of the batches' rows; None, and no file, when there are none.

    Raises StateUnusable when the disk does not take it.
    """
    groups = _groups(batches)
    first = next(groups, None)
    if first is None:
        return None
    with disk_errors(published):
        path = _free_name(published, span)
        temporary = path.with_suffix(".tmp")
        try:
            segment = _write(temporary, first.schema, chain([first], groups))
            temporary.rename(path)
        finally:
            temporary.unlink(missing_ok=True)
        fsync_dir(path.parent)
    file = str(path.relative_to(published))
    return segment.model_copy(update={"file": file, "first_seq": span.first_seq, "last_seq": span.last_seq})


def _write(temporary: Path, schema: pa.Schema, groups: Iterable[pa.Table]) -> Segment:
    rows = 0
    shown = [name for name in schema.names if name not in _NO_STATISTICS]
    kept: Any = {"compression": "zstd", "compression_level": _LEVEL, "write_statistics": shown, "store_schema": False}
    with _HashedFile(temporary) as file:
        with pq.ParquetWriter(file, schema, **kept) as writer:
            for group in groups:
                writer.write_table(group, row_group_size=len(group))
                rows += len(group)
        os.fsync(file.fileno())
        return Segment(file="", first_seq=0, last_seq=0, rows=rows, bytes=file.size, sha256=file.sha256.hexdigest())


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        if len(batch):
            held.append(batch)
            rows, size = rows + len(batch), size + batch.nbytes
        if rows >= GROUP_ROWS or size >= GROUP_BYTES:
            yield pa.Table.from_batches(held)
            held, rows, size = [], 0, 0
    if held:
        yield pa.Table.from_batches(held)


def _free_name(published: Path, span: Span) -> Path:
    """A name stands for the same bytes for ever: whoever opened a file under it may still read it."""
    folder = published / span.table.name
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{span.first_seq:012d}-{span.last_seq:012d}"
    names = (folder / f"{stem}{f'-{n}' if n else ''}.parquet" for n in count())
    return next(path for path in names if not path.exists())


def batches_of(published: Path, table: Table, segments: Iterable[Segment]) -> Iterator[pa.RecordBatch]:
    """The rows of segments, one file after the other. Raises SegmentDamaged before giving a row of a file that is not
    what it was: rows of a flipped byte must not get a good hash."""
    schema, columns = arrow_schema(table), list(columns_of(table))
    for segment in segments:
        if not is_intact(published, segment):
            raise SegmentDamaged(Published(table, segment))
        with pq.ParquetFile(published / segment.file) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=columns):
                yield batch.cast(schema)


def is_there(published: Path, segment: Segment) -> bool:
    """Whether the file lies there in its size: what a crash or a lost file changes, and what costs nothing to see."""
    try:
        return (published / segment.file).stat().st_size == segment.bytes
    except OSError:
        return False


def is_intact(published: Path, segment: Segment) -> bool:
    """Whether every byte is what was published."""
    sha256 = hashlib.sha256()
    try:
        with (published / segment.file).open("rb") as file:
            while data := file.read(_HASHED_AT_ONCE):
                sha256.update(data)
    except OSError:
        return False
    return sha256.hexdigest() == segment.sha256


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """What the system raises when we write means that the state cannot be used: a full disk, a permission taken away."""
    try:
        yield
    except OSError as cause:
        raise StateUnusable(
            f"{path} cannot be written ({cause.strerror or cause}): free disk space, or give the service its permissions "
            "back, and start again"
        ) from cause
