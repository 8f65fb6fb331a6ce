"""Events read from files that may be damaged or hostile, and followed along the chain, a batch at a time."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from store.backups.contents import IS_NAME, IS_SHA256, BackupProblem, Purpose
from store.backups.copies import Unreadable, check_regular
from store.chain import BEGINNING, ChainBroken, follow
from store.database import arrow_schema
from store.events import AdapterEvaluated, AdapterTrained, Event, FilingFetched, LogCreated
from store.records import Head, Record
from store.tables import EVENTS

PAGE: Final = 5_000  # events in memory at a time
SCHEMA: Final = arrow_schema(EVENTS)
_NAMING: Final = frozenset({"LogCreated", "FilingFetched", "AdapterEvaluated", "AdapterTrained"})


class EventSource(Protocol):
    """Where events can be read from; `path` is what a person is told."""

    @property
    def path(self) -> Path: ...

    def covers(self, seq: int) -> bool:
        """Whether it is worth looking for that event here."""

    def batches(self, after: int) -> Iterator[pa.Table]:
        """Events with a higher seq, in order, as `SCHEMA`. Raises Unreadable where it cannot go on."""


@dataclass(frozen=True)
class SegmentFile:
    """A published segment of `events`, or a backup's copy of one."""

    path: Path
    first_seq: int
    last_seq: int

    def covers(self, seq: int) -> bool:
        return self.first_seq <= seq <= self.last_seq

    def batches(self, after: int) -> Iterator[pa.Table]:
        check_regular(self.path)
        try:
            with pq.ParquetFile(self.path, pre_buffer=False) as file:  # else all of it stays in memory
                groups = [n for n in range(file.num_row_groups) if not _ends_by(file, n, after)]
                for batch in file.iter_batches(PAGE, row_groups=groups, columns=SCHEMA.names):
                    table = pa.table(batch).select(SCHEMA.names).cast(SCHEMA)
                    if any(column.null_count for column in table.columns):
                        raise Unreadable(self.path, "holds an event with a hole in it")
                    yield table.slice(sum(seq <= after for seq in table["seq"].to_pylist()))
        except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, OverflowError) as cause:
            raise Unreadable(self.path, f"cannot be read ({_first_line(cause)})") from cause


def _ends_by(file: pq.ParquetFile, group: int, seq: int) -> bool:
    column = file.schema_arrow.get_field_index("seq")
    statistics = file.metadata.row_group(group).column(column).statistics if column >= 0 else None
    return statistics is not None and statistics.has_min_max and bool(statistics.max <= seq)


def segment_file(path: Path) -> SegmentFile:
    """A segment that no manifest tells of. Raises Unreadable."""
    check_regular(path)
    try:
        with pq.ParquetFile(path) as file:
            column = file.schema_arrow.get_field_index("seq")
            found = [file.metadata.row_group(n).column(column).statistics for n in range(file.num_row_groups)]
        return SegmentFile(path, min(int(s.min) for s in found), max(int(s.max) for s in found))
    except (pa.ArrowException, OSError, ValueError, TypeError, AttributeError, IndexError) as cause:
        raise Unreadable(path, f"cannot be read ({_first_line(cause)})") from cause


def records_of(table: pa.Table) -> Iterator[Record]:
    return map(Record, *(table[name].to_pylist() for name in SCHEMA.names))


@dataclass
class Walk:
    """Where a walk over the chain stands, and the files its events named on the way. `passed`: the hashes of the events in
    `watched` that it came by."""

    log_id: str
    head: Head = BEGINNING
    watched: frozenset[int] = frozenset()
    passed: dict[int, str] = field(default_factory=dict)
    purpose: Purpose | None = None
    blobs: set[str] = field(default_factory=set)
    adapters: set[str] = field(default_factory=set)

    def go(self, source: EventSource, sink: Callable[[pa.Table], None]) -> None:
        """As far as `source` continues the chain; `sink` gets what was proven. Raises Unreadable where it does not go on,
        after `sink` got what stood before."""
        for table in source.batches(self.head.seq):
            start = self.head.seq
            try:
                for record in follow(self.head, self.log_id, records_of(table)):
                    self._take(record)
            except ChainBroken as broken:
                raise Unreadable(source.path, f"is damaged at event {broken.seq}: {broken.why}") from broken
            except (ValueError, OverflowError, TypeError) as cause:  # no date, no UTF-8, no event of ours
                raise Unreadable(
                    source.path, f"is damaged after event {self.head.seq} ({_first_line(cause)})"
                ) from cause
            finally:
                if self.head.seq > start:
                    sink(table.slice(0, self.head.seq - start))

    def _take(self, record: Record) -> None:
        if record.seq in self.watched:
            self.passed[record.seq] = record.hash
        if record.type in _NAMING:
            match _event(record):
                case LogCreated(purpose=purpose):
                    self.purpose = purpose
                case FilingFetched(sha256=sha256) | AdapterEvaluated(per_example_sha256=str(sha256)):
                    self._name(self.blobs, IS_SHA256, sha256)
                case AdapterTrained(adapter_id=adapter_id):
                    self._name(self.adapters, IS_NAME, adapter_id)
        self.head = Head(record.seq, record.hash, record.recorded_at)

    @staticmethod
    def _name(names: set[str], rule: str, name: str) -> None:
        """What is no name of ours, in a backup from somebody else, must not become a path."""
        if re.fullmatch(rule, name, re.ASCII):
            names.add(name)


def _event(record: Record) -> Event:
    """Raises BackupProblem: what the chain has proven is no damage."""
    try:
        return record.event
    except ValueError as cause:
        raise BackupProblem(
            f"event {record.seq}, a {record.type}, is of a version that this finsdistill does not know: install a newer one"
        ) from cause


def nowhere(_: pa.Table) -> None:
    """For a walk that only proves."""


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
