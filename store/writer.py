"""The one writer: a thread that owns the only writing connection and commits what is waiting as one transaction."""

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from store.batch import Batch, KeyUse
from store.database import arrow_schema, duckdb_errors
from store.errors import AppendKeyReused, EventUnusable, FinsdistillError, StateUnusable, StreamMoved
from store.highwater import HighWater, Mark
from store.records import Append, Appended, Head
from store.tables import EVENTS, TABLES, Table

MAX_WAITING: Final = (
    256  # appends; beyond it a producer waits, so a slow disk slows the pipeline instead of filling memory
)
MAX_GROUP: Final = 10_000  # events in one transaction, the measured optimum of Arrow inserts

# One lookup a name, by its index: a list would be compared with every row.
_VERSION: Final = "SELECT stream, version FROM ledger.streams WHERE stream = ?"
_KEY_USE: Final = "SELECT append_key, stream, first_seq, last_seq, sha256 FROM ledger.appends WHERE append_key = ?"


@dataclass
class _Request:
    append: Append
    outcome: "Future[Appended]" = field(default_factory=Future)


class Writer:
    """`append` may be called from any thread. A commit that fails for DuckDB's reasons ends the writer for good."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        path: Path,
        *,
        log_id: str,
        head: Head,
        high_water: HighWater,
        clock: Callable[[], datetime],
        on_commit: Callable[[Head], None],
    ) -> None:
        self._connection, self._path, self._clock, self._on_commit = connection, path, clock, on_commit
        self._log_id, self._head, self._high_water = log_id, head, high_water
        self._waiting: queue.Queue[_Request | None] = queue.Queue(MAX_WAITING)
        self._failure: StateUnusable | None = None
        self._door, self._closed = threading.Lock(), False
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self._thread.start()

    def append(self, append: Append) -> Appended:
        """Returns when the events are on disk. Raises StreamMoved, AppendKeyReused, EventUnusable and StateUnusable."""
        request = _Request(append)
        with self._door:  # nobody gets in behind `close`, where no one would answer
            if self._closed:
                raise StateUnusable(f"the log {self._path} is closed: start again")
            if self._failure is not None:
                raise self._failure
            self._waiting.put(request)
        return request.outcome.result()

    def close(self) -> None:
        """Commits what waits, then ends."""
        with self._door:
            self._closed = True
            self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        closing = False
        while not closing:
            group, closing = self._next_group()
            if self._failure is None:
                self._answer(group)
            else:
                self._refuse(group, self._failure)

    def _next_group(self) -> tuple[list[_Request], bool]:
        """Waits for one append, then takes whatever else is already there: group commit that never waits when idle."""
        group: list[_Request] = []
        request = self._waiting.get()
        while request is not None:
            group.append(request)
            if sum(len(taken.append.events) for taken in group) >= MAX_GROUP:
                return group, False
            try:
                request = self._waiting.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _answer(self, group: list[_Request]) -> None:
        try:
            self._commit(group)
        except FinsdistillError as failure:
            self._failure = failure if isinstance(failure, StateUnusable) else StateUnusable(str(failure))
            self._refuse(group, self._failure)
        except Exception as failure:  # noqa: BLE001 - it is handed to every producer, who would wait for ever without it
            self._failure = StateUnusable(f"the log writer stopped: {failure!r}; start again")
            self._refuse(group, self._failure)

    @staticmethod
    def _refuse(group: list[_Request], failure: FinsdistillError) -> None:
        for request in group:
            if not request.outcome.done():
                request.outcome.set_exception(failure)

    def _commit(self, group: list[_Request]) -> None:
        batch = self._batch(group)
        done: list[tuple[_Request, Appended]] = []
        for request in group:
            try:
                done.append((request, batch.add(request.append)))
            except (StreamMoved, AppendKeyReused, EventUnusable) as refusal:
                request.outcome.set_exception(refusal)
        if batch.new_keys:  # also an append without events: it moves its consumer's cursor
            self._store(batch)
        if batch.records:
            self._on_commit(batch.head)  # first, so that whoever is answered and then publishes finds its own events
        for request, appended in done:
            request.outcome.set_result(appended)

    def _batch(self, group: list[_Request]) -> Batch:
        streams = {request.append.stream for request in group}
        keys = {request.append.key for request in group}
        versions = [row for stream in streams for row in self._read(_VERSION, stream)]
        uses = [row for key in keys for row in self._read(_KEY_USE, key)]
        return Batch(
            log_id=self._log_id,
            head=self._head,
            now=self._clock(),
            versions=dict(versions),
            keys={key: KeyUse(*use) for key, *use in uses},
        )

    def _read(self, sql: str, name: str) -> list[Any]:
        with duckdb_errors(self._path):
            return self._connection.execute(sql, [name]).fetchall()

    def _store(self, batch: Batch) -> None:
        """Events, projections, streams, keys and cursors in one transaction; then the mark; only then anyone hears of it."""
        with duckdb_errors(self._path), self._transaction():
            self._insert(EVENTS, [vars(record) for record in batch.records])
            for table in TABLES:
                rows = [{**row.values, "seq": seq} for seq, row in batch.rows if row.table == table.name]
                if rows:
                    self._insert(table, rows)
            self._support(batch)
        self._high_water.write(Mark(self._log_id, batch.head.seq, batch.head.hash))
        self._head = batch.head

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            # One left open would stop `close` from folding the WAL. A broken instance has none: the first error counts.
            with suppress(duckdb.Error):
                self._connection.execute("ROLLBACK")
            raise

    def _insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        incoming = pa.Table.from_pylist(rows, schema=arrow_schema(table))
        self._connection.register("incoming", incoming)
        self._connection.execute(f"INSERT INTO raw.{table.name} BY NAME SELECT * FROM incoming")  # noqa: S608 - our own names
        self._connection.unregister("incoming")

    def _support(self, batch: Batch) -> None:
        execute = self._connection.execute
        for stream in sorted(batch.touched):
            execute("INSERT OR REPLACE INTO ledger.streams VALUES (?, ?)", [stream, batch.versions[stream]])
        for key, use in batch.new_keys.items():
            execute(
                "INSERT INTO ledger.appends VALUES (?, ?, ?, ?, ?)",
                [key, use.stream, use.first_seq, use.last_seq, use.sha256],
            )
        for consumer, seq in batch.cursors.items():
            execute("INSERT OR REPLACE INTO ledger.cursors VALUES (?, ?)", [consumer, seq])
