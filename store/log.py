"""The event log: the one append-only truth. One process opens it; readers outside read what is published."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import duckdb

from store.chain import BEGINNING, ChainBroken, follow
from store.cursors import Cursors
from store.database import duckdb_errors, open_database, trust
from store.errors import StateUnusable
from store.events import LogCreated
from store.faults import RESTORE
from store.highwater import HighWater, Mark
from store.migrations import FORMAT, format_of, migrate
from store.migrations.copies import back_up
from store.reading import creation_of, records_of
from store.records import Append, Appended, Head, Record
from store.renewing import renew
from store.verified import Verified, damaged
from store.views import create_views, in_log
from store.whole import check_log, check_mark, check_published, check_there
from store.writer import Writer

_LAST_WALK: Final = 50_000  # events read back at a close, about a second; the next start reads what is left


def utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Limits:
    """What the log's DuckDB may use of the machine."""

    memory: str = "2GiB"
    threads: int = 2


class EventLog:
    """Opened with `open_log`. Every method may be called from any thread."""

    def __init__(self, path: Path, cursors: Cursors, high_water: HighWater) -> None:
        self.path = path
        self._cursors = cursors
        self._high_water = high_water
        self._listeners: list[Callable[[Head], None]] = []
        self.head = self._read_head()
        self.log_id, self.purpose = self._read_identity()
        self._verified = Verified(
            cursors.plain(), path, log_id=self.log_id, records=lambda after: self.records(after=after)
        )
        self._writer: Writer | None = None
        self._closed = False

    def start(self, clock: Callable[[], datetime]) -> None:
        self._writer = Writer(
            self._cursors.plain(),
            self.path,
            log_id=self.log_id,
            head=self.head,
            high_water=self._high_water,
            clock=clock,
            on_commit=self._committed,
        )

    def append(self, append: Append) -> Appended:
        """Returns when the events are on disk.

        The same key with the same events on the same stream gives the old positions back. Raises AppendKeyReused for other
        events, StreamMoved where `expect` no longer holds, EventUnusable for a value that no table holds,
        StateUnusable when the disk or the file fails.
        """
        if self._writer is None:
            raise StateUnusable(f"the log {self.path} is open for reading only")
        return self._writer.append(append)

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a read. Each thread has a cursor of its own: a shared connection raises ResourceInUse."""
        with duckdb_errors(self.path):
            rows: list[tuple[Any, ...]] = self._cursors.of_thread().execute(sql, list(parameters)).fetchall()
        return rows

    def records(self, *, after: int = 0, types: Sequence[str] = ()) -> Iterator[Record]:
        """Events with a higher `seq`, in order; of the given types, or all."""
        return records_of(self.query, after=after, types=types)

    def cursor_of(self, consumer: str) -> int:
        rows = self.query("SELECT seq FROM ledger.cursors WHERE consumer = ?", [consumer])
        return rows[0][0] if rows else 0

    def was_appended(self, key: str) -> bool:
        """Whether an append key stands for something already, whatever that was."""
        return bool(self.query("SELECT 1 FROM ledger.appends WHERE append_key = ?", [key]))

    def version_of(self, stream: str) -> int:
        rows = self.query("SELECT version FROM ledger.streams WHERE stream = ?", [stream])
        return rows[0][0] if rows else 0

    def on_commit(self, listener: Callable[[Head], None]) -> None:
        """`listener` is called by the writer's thread after each commit and must not append."""
        self._listeners.append(listener)

    def cursor(self, *, as_of: int | None = None) -> duckdb.DuckDBPyConnection:
        """A connection of one's own with the views on it, as they were when `as_of` was the last event."""
        cursor = self._cursors.connection.cursor()
        create_views(cursor, in_log(as_of), temporary=True)
        return cursor

    def close(self) -> None:
        """Ends the writer and folds the WAL into the file, so that one file is left. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._writer is not None:
                self._writer.close()
                self.walk(_LAST_WALK)
            with duckdb_errors(self.path):
                self._cursors.connection.execute("CHECKPOINT")
        finally:
            self._cursors.close()
            self._high_water.close()

    def chain(self) -> Iterator[Record]:
        """Every event from the first, once it is shown to follow. Raises StateUnusable at the first that does not."""
        try:
            yield from follow(BEGINNING, self.log_id, self.records())
        except ChainBroken as broken:
            raise damaged(self.path, broken) from broken

    @property
    def verified(self) -> int:
        """Up to here every event was read back from the file and follows from the one before."""
        return self._verified.seq

    def walk(self, limit: int) -> int:
        """Reads back at most `limit` of the events that were not yet; how many there were. The next start begins there.

        Raises StateUnusable at the first that is damaged, naming the way back.
        """
        return self._verified.walk(limit)

    def trust(self, mark: Mark | None) -> None:
        """Reads back what no start and no walk did; without a high-water mark (a crash before the first one, or a deleted
        file) that is everything. Only then may the file be changed. Raises StateUnusable."""
        self._verified.walk_all(anew=mark is None)
        if self.head.seq and (mark is None or mark.seq < self.head.seq):
            self._high_water.write(Mark(self.log_id, self.head.seq, self.head.hash))
        trust(self._cursors.connection)

    def _committed(self, head: Head) -> None:
        self.head = head
        for listener in self._listeners:
            listener(head)

    def _read_head(self) -> Head:
        rows = self.query("SELECT seq, hash, recorded_at FROM raw.events ORDER BY seq DESC LIMIT 1")
        # No number is left out where as many as the highest add up to what they must.
        count, total = self.query("SELECT count(*), coalesce(sum(seq), 0) FROM raw.events")[0]
        head = Head(*rows[0]) if rows else BEGINNING
        if (count, total) != (head.seq, head.seq * (head.seq + 1) // 2):
            raise StateUnusable(
                f"the log {self.path} holds {count} events, and its last is number {head.seq}: events are missing; {RESTORE}"
            )
        return head

    def _read_identity(self) -> tuple[str, str]:
        created = creation_of(self.query)
        return (created.log_id, created.purpose) if created else (uuid.uuid4().hex, "")


def open_log(
    state_dir: Path,
    *,
    purpose: Literal["real", "demo"] | None,
    limits: Limits = Limits(),
    clock: Callable[[], datetime] = utc_now,
) -> EventLog:
    """Opens or creates `state_dir/log.duckdb` for writing; the caller holds the state folder's lock. With no `purpose`
    whatever is there is opened, and nothing is created.

    Raises StateUnusable for a log that is damaged, newer, shorter than what was acknowledged, or of the other purpose.
    """
    path = state_dir / "log.duckdb"
    if purpose is None:
        check_log(state_dir)
    state_dir.mkdir(parents=True, exist_ok=True)
    high_water = HighWater(state_dir / "high-water")
    try:
        log = _opened(path, high_water, limits)
    except BaseException:
        high_water.close()
        raise
    log.start(clock)
    if log.head.seq == 0 and purpose is not None:
        created = LogCreated(log_id=log.log_id, purpose=purpose)
        log.append(Append(stream="log", events=(created,), key="log-created", expect=0))
        log.purpose = purpose
    elif purpose is not None and log.purpose != purpose:
        log.close()
        raise StateUnusable(
            f"{path} is a {log.purpose} log and this is a {purpose} run: give this run another service.state_dir"
        )
    return log


def _opened(path: Path, high_water: HighWater, limits: Limits) -> EventLog:
    """Nothing of a file that cannot be trusted is changed."""
    mark = high_water.read()
    check_there(path, mark)
    cursors = Cursors(_connection(path, limits))
    try:
        if mark is not None:
            check_mark(cursors.connection, path, mark)
        check_published(cursors.connection, path)
        found = format_of(cursors.connection, path)
        if found is not None and found < FORMAT:
            cursors.close()  # reading a file that we hold open would give DuckDB's lock on it away
            back_up(path.parent, FORMAT)
            cursors = Cursors(_connection(path, limits))
            with duckdb_errors(path):
                migrate(cursors.connection, found)
        renew(cursors.connection, path)
        log = EventLog(path, cursors, high_water)
        log.trust(mark)
    except BaseException:
        cursors.close()
        raise
    return log


def _connection(path: Path, limits: Limits) -> duckdb.DuckDBPyConnection:
    return open_database(path, memory_limit=limits.memory, threads=limits.threads, temp_dir=path.parent / "tmp")
