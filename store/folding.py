"""The whole log folded again, a window of events at a time: what the tables and the append keys must hold. Pure."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from store.projections import rows_of
from store.records import Record
from store.tables import TABLES

WINDOW: Final = 5_000  # events; bounds the memory of a rebuild and of its proof

_COLUMNS: Final = {table.name: tuple(name for name, _ in table.columns) for table in TABLES}


@dataclass(frozen=True)
class Window:
    """Events `first` to `last`: the rows they add, as their table's columns stand with `seq` first, and the rows of
    `ledger.appends` for the batches that end here."""

    first: int
    last: int
    rows: dict[str, list[tuple[Any, ...]]]
    appends: list[tuple[str, str, int, int, str]]


@dataclass
class _Batch:
    """The events of one append so far; its payloads one a line, as `records.batch_sha256` hashes them."""

    key: str
    stream: str
    first: int
    last: int = 0
    payloads: Any = field(default_factory=hashlib.sha256)

    def add(self, record: Record) -> None:
        if self.last:
            self.payloads.update(b"\n")
        self.payloads.update(record.payload.encode())
        self.last = record.seq

    @property
    def row(self) -> tuple[str, str, int, int, str]:
        return self.key, self.stream, self.first, self.last, self.payloads.hexdigest()


def windows(records: Iterable[Record], size: int = WINDOW) -> Iterator[Window]:
    """`records` without a gap. A batch is as long as its append key stays the same: each key stands for one append."""
    window, batch = _empty(1), None
    for record in records:
        if batch is not None and batch.key != record.append_key:
            window.appends.append(batch.row)
            batch = None
        if record.seq - window.first == size:
            yield _ended(window, record.seq - 1)
            window = _empty(record.seq)
        if batch is None:
            batch = _Batch(record.append_key, record.stream, record.seq)
        batch.add(record)
        for row in rows_of(record.event, record.recorded_at):
            values = map(row.values.get, _COLUMNS[row.table])
            window.rows[row.table].append((record.seq, *values))
    if batch is not None:
        window.appends.append(batch.row)
        yield _ended(window, batch.last)


def _empty(first: int) -> Window:
    return Window(first, first, {table.name: [] for table in TABLES}, [])


def _ended(window: Window, last: int) -> Window:
    return Window(window.first, last, window.rows, window.appends)
