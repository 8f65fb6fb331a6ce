"""Publishing: what is new in the log becomes Parquet segments, a manifest and a views-only DuckDB file.

A publish only appends: it costs what is new, not what is there. Merging, checking and dropping is `tidy`, in a thread of its
own. Both write files first and then swap the manifest, so a crash between any two steps leaves a readable set.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from store.database import arrow_schema, duckdb_errors
from store.errors import StateUnusable
from store.log import EventLog, utc_now
from store.publishing.manifest import FULL_ROWS, Manifest, Segment, columns_of, replaced
from store.publishing.published_set import ALL_TABLES, PublishedSet
from store.publishing.segments import BATCH_ROWS, Published, Span, write_segment
from store.publishing.tidying import Tidied, Tidier
from store.tables import Table

PIECE: Final = 50_000  # events of one publish, so that it stays short where a whole log is to be published
Changed = dict[str, tuple[Segment, ...]]  # table to all its segments
_SORTED_AT_ONCE: Final = 20_000  # events; bounds the memory of DuckDB's sort


@dataclass(frozen=True)
class _Anew:
    found: Published
    fresh: tuple[Segment, ...]


class Publisher:
    """`publish` and `tidy` may be called from two threads: neither waits for the other longer than a manifest's swap takes,
    or while a damaged file is made again. Whoever holds both locks took `_publishing` first."""

    def __init__(self, log: EventLog, state_dir: Path, clock: Callable[[], datetime] = utc_now) -> None:
        self._log = log
        self._set = PublishedSet(state_dir, log.log_id, clock)
        self._set.check(log.head.seq)
        self._publishing, self._swapping = threading.RLock(), threading.RLock()
        self._cursors = threading.local()
        self._mended: deque[str] = deque()  # a thread may add while another takes
        self._tidier = Tidier(self, self._set, clock)
        self._upgrade()
        self._remake([*self._set.missing()])
        self._show(None)
        self.publish()

    @property
    def seq(self) -> int:
        """Everything up to here is published."""
        return self._set.manifest.seq

    @property
    def manifest(self) -> Manifest:
        return self._set.manifest

    def publish(self) -> bool:
        """Publishes what was committed since, at most PIECE events; False when that is nothing.

        Raises StateUnusable when the log or the disk fails; what was published before stays readable.
        """
        if self._log.head.seq == self._set.manifest.seq:
            return False
        with self._publishing:
            self.look()
            after = self._set.manifest.seq
            upto = min(self._log.head.seq, after + PIECE)
            fresh = {table.name: self._written(Span(table, after + 1, upto)) for table in self._grown(after, upto)}
            self._swap(
                lambda manifest: {name: (*manifest.segments_of(name), *new) for name, new in fresh.items()}, upto
            )
        return True

    def tidy(self, stop: Callable[[], bool] = lambda: False) -> Tidied:
        """One bounded piece of what need not be done at once: merging, checking, mending, dropping what nobody reads any
        more. `stop` ends it early. For one thread at a time; raises StateUnusable as `publish` does."""
        return self._tidier.advance(stop)

    def look(self) -> None:
        """Mends what a look at the files' sizes shows. Without a manifest everything is published again."""
        with self._publishing:
            if self._set.manifest.seq and not self._set.manifest_path.exists():
                self._mended.append(self._set.manifest_path.name)
                self._set.restart()
            self.mend([*self._set.missing()])
            if not self._set.views.path.exists():
                self._mended.append(self._set.views.path.name)
                self._show(None)

    def mend(self, damaged: Sequence[Published]) -> None:
        """Writes the rows of damaged segments anew, from the log, as files of other names.

        A file is mended once: by the time it is our turn another thread may have done it, and two that wrote the same rows
        would write into the same file.
        """
        if not damaged:
            return
        with self._publishing:
            if still := [found for found in damaged if self._set.is_damaged(found)]:
                fresh = self._anew(still)
                self._swap(lambda manifest: _with_anew(manifest, fresh), None)

    def mended(self) -> tuple[str, ...]:
        """The files that were found damaged or missing and made again since the last call."""
        return tuple(self._mended.popleft() for _ in range(len(self._mended)))

    def replace(self, table: Table, gone: tuple[Segment, ...], fresh: tuple[Segment, ...]) -> None:
        """Other files for the same rows. Nothing happens where `gone` are no longer what is published."""

        def change(manifest: Manifest) -> Changed:
            segments = replaced(manifest.segments_of(table.name), gone, fresh)
            return {} if segments is None else {table.name: segments}

        with self._publishing:  # the views may show that a file is to be mended
            self._swap(change, None)

    def _swap(self, change: Callable[[Manifest], Changed], seq: int | None) -> None:
        with self._swapping:
            before = self._set.manifest
            changed = change(before)
            if changed or seq is not None:
                self._set.replace(before.with_segments(changed, before.seq if seq is None else seq, ALL_TABLES))
                self._show(set(changed))

    def _show(self, changed: set[str] | None) -> None:
        """Views over `changed` tables, None for all. A file that lost its first or last bytes is noticed here."""
        with self._swapping:
            try:
                self._set.show_all() if changed is None else self._set.show(changed)
            except StateUnusable:
                if not self._remake(self._set.damaged()):
                    raise
                self._set.show_all()

    def _remake(self, damaged: Sequence[Published]) -> bool:
        """As `mend`, but without showing it: no view can be made while a file is missing."""
        if damaged:
            manifest = self._set.manifest
            changed = _with_anew(manifest, self._anew(damaged))
            self._set.replace(manifest.with_segments(changed, manifest.seq, ALL_TABLES))
        return bool(damaged)

    def _upgrade(self) -> None:
        """Publishes the tables anew that another version wrote with other columns."""
        manifest = self._set.manifest
        changed = {table.name: self._written(Span(table, 1, manifest.seq)) for table in self._set.of_other_columns()}
        if changed:
            self._set.replace(manifest.with_segments(changed, manifest.seq, ALL_TABLES))

    def _anew(self, damaged: Sequence[Published]) -> list[_Anew]:
        self._mended.extend(found.segment.file for found in damaged)
        spans = (Span(found.table, found.segment.first_seq, found.segment.last_seq) for found in damaged)
        return [_Anew(found, self._written(span)) for found, span in zip(damaged, spans, strict=True)]

    def _written(self, span: Span) -> tuple[Segment, ...]:
        """Files of the log's rows, of at most FULL_ROWS events each."""
        starts = range(span.first_seq, span.last_seq + 1, FULL_ROWS)
        parts = [Span(span.table, start, min(start + FULL_ROWS - 1, span.last_seq)) for start in starts]
        written = [write_segment(self._set.folder, part, self._rows(part)) for part in parts]
        return tuple(segment for segment in written if segment is not None)

    def _rows(self, span: Span) -> Iterator[pa.RecordBatch]:
        columns, schema = ", ".join(columns_of(span.table)), arrow_schema(span.table)
        for first in range(span.first_seq, span.last_seq + 1, _SORTED_AT_ONCE):
            last = min(first + _SORTED_AT_ONCE - 1, span.last_seq)
            rows = f"SELECT {columns} FROM raw.{span.table.name} WHERE seq >= {first} AND seq <= {last} ORDER BY seq"  # noqa: S608 - our own names
            with duckdb_errors(self._log.path), _stream_errors(), closing(self._stream(rows)) as reader:
                yield from (batch.cast(schema) for batch in reader)

    def _stream(self, sql: str) -> pa.RecordBatchReader:
        return self._cursor().sql(sql).to_arrow_reader(BATCH_ROWS)

    def _grown(self, after: int, upto: int) -> list[Table]:
        """The tables that have rows of these events."""
        where = f"WHERE seq > {after} AND seq <= {upto} LIMIT 1"
        one = (f"(SELECT '{table.name}' FROM raw.{table.name} {where})" for table in ALL_TABLES)  # noqa: S608 - our own names
        with duckdb_errors(self._log.path):
            found = {name for (name,) in self._cursor().execute(" UNION ALL ".join(one)).fetchall()}
        return [table for table in ALL_TABLES if table.name in found]

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        if not hasattr(self._cursors, "cursor"):
            self._cursors.cursor = self._log.cursor()
        cursor: duckdb.DuckDBPyConnection = self._cursors.cursor
        return cursor


@contextmanager
def _stream_errors() -> Iterator[None]:
    """What DuckDB says while rows stream out of it comes as Arrow's errors."""
    try:
        yield
    except (pa.ArrowException, OSError) as cause:
        raise duckdb.Error(str(cause)) from cause


def _with_anew(manifest: Manifest, made: Sequence[_Anew]) -> Changed:
    """What was damaged replaced by what was made, where it is still published."""
    changed: Changed = {}
    for anew in made:
        name = anew.found.table.name
        segments = replaced(changed.get(name, manifest.segments_of(name)), (anew.found.segment,), anew.fresh)
        if segments is not None:
            changed[name] = segments
    return changed
