"""The one writer: a thread that owns the only writing connection and commits what is waiting as one transaction."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb

from store.batch import Batch
from store.errors import AppendKeyReused, FinsdistillError, StateUnusable, StreamMoved
from store.highwater import HighWater, Mark
from store.ledger import Ledger
from store.records import Append, Appended, Head, Prepared, prepared

MAX_WAITING: Final = (
    256  # appends; beyond it a producer waits, so a slow disk slows the pipeline instead of filling memory
)
MAX_GROUP: Final = 10_000  # events in one transaction, the measured optimum of Arrow inserts


@dataclass
class _Request:
    prepared: Prepared
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
        self._ledger, self._path, self._clock, self._on_commit = Ledger(connection, path), path, clock, on_commit
        self._log_id, self._head, self._high_water = log_id, head, high_water
        self._waiting: queue.Queue[_Request | None] = queue.Queue(MAX_WAITING)
        self._failure: StateUnusable | None = None
        self._door, self._closed = threading.Lock(), False
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self._thread.start()

    def append(self, append: Append) -> Appended:
        """Returns when the events are on disk. Raises StreamMoved, AppendKeyReused, EventUnusable and StateUnusable."""
        request = _Request(prepared(append))  # here: what costs time on its own must not hold the others up
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
        events = 0
        request = self._waiting.get()
        while request is not None:
            group.append(request)
            events += len(request.prepared.payloads)
            if events >= MAX_GROUP:
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
                done.append((request, batch.add(request.prepared)))
            except (StreamMoved, AppendKeyReused) as refusal:
                request.outcome.set_exception(refusal)
        if batch.new_keys:  # also an append without events: it moves its consumer's cursor
            self._store(batch)
        if batch.touched:
            self._on_commit(batch.head)  # first, so that whoever is answered and then publishes finds its own events
        for request, appended in done:
            request.outcome.set_result(appended)

    def _batch(self, group: list[_Request]) -> Batch:
        return Batch(
            log_id=self._log_id,
            head=self._head,
            now=self._clock(),
            versions=self._ledger.versions({request.prepared.append.stream for request in group}),
            keys=self._ledger.uses({request.prepared.append.key for request in group}),
        )

    def _store(self, batch: Batch) -> None:
        """In the log, then in the mark; only then anyone hears of it."""
        self._ledger.store(batch)
        self._high_water.write(Mark(self._log_id, batch.head.seq, batch.head.hash))
        self._head = batch.head
