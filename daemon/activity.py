"""What the service is doing at this moment, for status and progress bars. Not history: that is the log."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from store.log import utc_now


@dataclass(frozen=True)
class Task:
    """`done` of `total` in units that `what` names; `total` None while it is not known."""

    what: str
    done: int
    total: int | None
    started_at: datetime
    note: str = ""


@dataclass(frozen=True)
class Trouble:
    """An error that somebody should see."""

    happened_at: datetime
    what: str


@dataclass(frozen=True)
class Poll:
    """The last round over the watch list."""

    ended_at: datetime
    companies: int
    found: int
    failed: int


class Activity:
    """Written by the steps, read by whoever shows it."""

    _KEPT = 5

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tasks: dict[str, Task] = {}
        self._troubles: list[Trouble] = []
        self.last_poll: Poll | None = None

    @contextmanager
    def task(self, what: str, total: int | None = None) -> Iterator[None]:
        """Shown until the block ends."""
        self.show(what, 0, total)
        try:
            yield
        finally:
            self.clear(what)

    def show(self, what: str, done: int, total: int | None, note: str = "") -> None:
        with self._lock:
            fresh = Task(what, done, total, utc_now(), note)
            known = self._tasks.get(what)
            self._tasks[what] = replace(fresh, started_at=known.started_at) if known else fresh

    def clear(self, what: str) -> None:
        with self._lock:
            self._tasks.pop(what, None)

    def trouble(self, what: str) -> None:
        with self._lock:
            self._troubles = [*self._troubles, Trouble(utc_now(), what)][-self._KEPT :]

    def polled(self, companies: int, *, found: int, failed: int) -> None:
        self.last_poll = Poll(utc_now(), companies, found, failed)

    def tasks(self) -> list[Task]:
        with self._lock:
            return list(self._tasks.values())

    def troubles(self) -> list[Trouble]:
        """The last few, oldest first."""
        with self._lock:
            return list(self._troubles)
