"""The event log: the one append-only truth. One process opens it; readers outside read what is published."""

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import duckdb

from store.database import duckdb_errors, open_database
from store.errors import StateUnusable
from store.events import LogCreated
from store.highwater import HighWater, Mark
from store.records import GENESIS, Append, Appended, Head, Record, chain_hash
from store.views import create_views, in_log
from store.writer import Writer

_COLUMNS: Final = "seq, stream, version, type, recorded_at, append_key, payload, hash"
_PAGE: Final = 2_000  # events read at a time; bounds the memory of a walk over the whole log


def utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Limits:
    """What the log's DuckDB may use of the machine."""

    memory: str = "2GiB"
    threads: int = 2


class EventLog:
    """Opened with `open_log`. Every method may be called from any thread."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection, high_water: HighWater) -> None:
        self.path = path
        self._connection = connection
        self._high_water = high_water
        self._cursors = threading.local()
        self._listeners: list[Callable[[Head], None]] = []
        self.head = self._read_head()
        self.log_id, self.purpose = self._read_identity()
        self._writer: Writer | None = None
        self._closed = False

    def start(self, clock: Callable[[], datetime]) -> None:
        self._writer = Writer(
            self._connection.cursor(),
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
        if not hasattr(self._cursors, "cursor"):
            self._cursors.cursor = self.cursor()
        with duckdb_errors(self.path):
            rows: list[tuple[Any, ...]] = self._cursors.cursor.execute(sql, list(parameters)).fetchall()
        return rows

    def records(self, *, after: int = 0, types: Sequence[str] = ()) -> Iterator[Record]:
        """Events with a higher `seq`, in order; of the given types, or all."""
        wanted = "AND list_contains(?, type)" if types else ""
        sql = f"SELECT {_COLUMNS} FROM raw.events WHERE seq > ? {wanted} ORDER BY seq LIMIT {_PAGE}"  # noqa: S608 - our own names
        while page := self.query(sql, [after, list(types)] if types else [after]):
            yield from (Record(*row) for row in page)
            after = page[-1][0]

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
        cursor = self._connection.cursor()
        create_views(cursor, in_log(as_of), temporary=True)
        return cursor

    def close(self) -> None:
        """Ends the writer and folds the WAL into the file, so that one file is left. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        if self._writer is not None:
            self._writer.close()
        try:
            with duckdb_errors(self.path):
                self._connection.execute("CHECKPOINT")
        finally:
            self._connection.close()
            self._high_water.close()

    def verify_since(self, mark: Mark) -> None:
        """The chain from the mark to the end. Raises StateUnusable, naming what is missing and the way back."""
        if self.head.seq and mark.log_id != self.log_id:
            raise StateUnusable(f"{self.path} is another log ({self.log_id}) than the high-water mark's {mark.log_id}")
        if mark.seq > self.head.seq:
            raise StateUnusable(
                f"the log {self.path} ends at event {self.head.seq}, but event {mark.seq} was acknowledged: "
                f"{mark.seq - self.head.seq} events are missing (a deleted or damaged WAL, or an old copy put back); "
                "restore the newest backup or put the missing files back"
            )
        prev = mark.hash
        for record in self.records(after=mark.seq - 1):
            if record.seq == mark.seq:
                if record.hash != mark.hash:
                    raise _broken(self.path, record.seq)
                continue
            self.check_link(prev, record)
            prev = record.hash

    def check_link(self, prev: str, record: Record) -> None:
        if chain_hash(prev, self.log_id, record) != record.hash:
            raise _broken(self.path, record.seq)

    def _committed(self, head: Head) -> None:
        self.head = head
        for listener in self._listeners:
            listener(head)

    def _read_head(self) -> Head:
        rows = self.query("SELECT seq, hash, recorded_at FROM raw.events ORDER BY seq DESC LIMIT 1")
        (count,) = self.query("SELECT count(*) FROM raw.events")[0]
        head = Head(*rows[0]) if rows else Head(0, GENESIS, datetime(1970, 1, 1))  # noqa: DTZ001 - naive UTC like all times here
        if count != head.seq:
            raise StateUnusable(
                f"the log {self.path} holds {count} events but its last is number {head.seq}: restore the newest backup"
            )
        return head

    def _read_identity(self) -> tuple[str, str]:
        rows = self.query("SELECT log_id, purpose FROM raw.log_info ORDER BY seq LIMIT 1")
        return rows[0] if rows else (uuid.uuid4().hex, "")


def _broken(path: Path, seq: int) -> StateUnusable:
    return StateUnusable(
        f"the log {path} is damaged at event {seq}: its hash does not follow; restore the newest backup"
    )


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
    if purpose is None and not path.exists():
        raise StateUnusable(f"{state_dir} holds no log: start the service with `finsdistill run`")
    state_dir.mkdir(parents=True, exist_ok=True)
    connection = open_database(path, memory_limit=limits.memory, threads=limits.threads, temp_dir=state_dir / "tmp")
    high_water = HighWater(state_dir / "high-water")
    try:
        log = EventLog(path, connection, high_water)
        # Without a mark (a crash before the first one, or a deleted file) the whole chain must hold.
        log.verify_since(high_water.read() or Mark(log.log_id, 0, GENESIS))
    except StateUnusable:
        connection.close()
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
