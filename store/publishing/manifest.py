"""What is published: immutable segments, and which of them are merged. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict

from store.tables import Table

FORMAT: Final = 1
VIEWS_FILE: Final = "finsdistill.duckdb"  # beside published/, over what it holds
FAN_IN: Final = 4  # segments merged at once, or more
GROWTH: Final = 2  # an older segment joins a merge while it is at most this many times what is newer
# A segment as large as this is never written again: a merge is bounded in time, disk and what a backup copies anew.
FULL_ROWS: Final = 500_000
FULL_BYTES: Final = 128 << 20
MOST_FILES: Final = 1_000  # of one merge, after thousands of publishes without any


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")  # what a later version adds is no reason to publish anew


class Segment(_Frozen):
    """A Parquet file of one table's rows with `first_seq` ≤ seq ≤ `last_seq`; `file` is relative to the manifest."""

    file: str
    first_seq: int
    last_seq: int
    rows: int
    bytes: int
    sha256: str

    @property
    def is_full(self) -> bool:
        return self.rows >= FULL_ROWS or self.bytes >= FULL_BYTES


class TableSegments(_Frozen):
    """In the order of seq. `columns` are those of every file, in their order; none where an older version wrote it."""

    table: str
    columns: tuple[str, ...] = ()
    segments: tuple[Segment, ...]


class Manifest(_Frozen):
    """The truth about what is published: every event up to `seq`. A file that it does not name was merged away less than
    a day ago, or is left from a crash."""

    format: int
    log_id: str
    seq: int
    tables: tuple[TableSegments, ...]

    def segments_of(self, table: str) -> tuple[Segment, ...]:
        return next((entry.segments for entry in self.tables if entry.table == table), ())

    @property
    def files(self) -> frozenset[str]:
        return frozenset(segment.file for entry in self.tables for segment in entry.segments)

    def with_segments(
        self, changed: Mapping[str, tuple[Segment, ...]], seq: int, tables: Sequence[Table]
    ) -> "Manifest":
        """Other segments for the `changed` tables, and an entry for each of `tables`."""
        entries = tuple(
            TableSegments(
                table=table.name,
                columns=columns_of(table),
                segments=changed[table.name] if table.name in changed else self.segments_of(table.name),
            )
            for table in tables
        )
        return self.model_copy(update={"seq": seq, "tables": entries})


def columns_of(table: Table) -> tuple[str, ...]:
    return ("seq", *(name for name, _ in table.columns))


def replaced(
    segments: Sequence[Segment], gone: Sequence[Segment], fresh: Sequence[Segment]
) -> tuple[Segment, ...] | None:
    """`segments` with `fresh` in the place of `gone`; None when somebody else replaced one of these meanwhile."""
    if not set(gone) <= set(segments):
        return None
    kept = [segment for segment in segments if segment not in gone]
    return tuple(sorted([*kept, *fresh], key=lambda segment: segment.first_seq))


def to_merge(segments: Sequence[Segment]) -> Sequence[Segment]:
    """Neighbours to merge into one, or none. About 30 stay for 10 million rows, each written about 10 times."""
    newest = True
    for run in _between_full_ones(segments):
        taken = _alike(run) if newest else _small_neighbours(run)
        if taken:
            return taken
        newest = False
    return ()


def _between_full_ones(segments: Sequence[Segment]) -> Iterator[Sequence[Segment]]:
    """Runs of segments that may still be merged, newest first; the first of them grows, and may be empty."""
    end = len(segments)
    while end >= 0:
        start = end
        while start > 0 and not segments[start - 1].is_full:
            start -= 1
        yield segments[start:end]
        end = start - 1


def _alike(run: Sequence[Segment]) -> Sequence[Segment]:
    """FAN_IN or more, each no larger than GROWTH times what is newer; the newest that are so."""
    for end in range(len(run), FAN_IN - 1, -1):
        rows = size = count = 0
        for segment in reversed(run[:end]):
            if count and (segment.rows > GROWTH * rows or not _fits(segment, rows, size, count)):
                break
            rows, size, count = rows + segment.rows, size + segment.bytes, count + 1
        if count >= FAN_IN:
            return run[end - count : end]
    return ()


def _small_neighbours(run: Sequence[Segment]) -> Sequence[Segment]:
    """Two or more, whatever their sizes: nothing newer will come between full segments."""
    for end in range(len(run), 1, -1):
        rows = size = count = 0
        for segment in reversed(run[:end]):
            if count and not _fits(segment, rows, size, count):
                break
            rows, size, count = rows + segment.rows, size + segment.bytes, count + 1
        if count > 1:
            return run[end - count : end]
    return ()


def _fits(segment: Segment, rows: int, size: int, count: int) -> bool:
    small = rows + segment.rows <= 2 * FULL_ROWS and size + segment.bytes <= 2 * FULL_BYTES
    return small and count < MOST_FILES
