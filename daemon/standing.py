"""Where all texts stand, for every thread of the service: what is pending, what counts towards the next training."""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np

from daemon.activity import Activity
from daemon.stopped import Stopped
from store.database import duckdb_errors
from store.log import EventLog
from store.states.texts.following import Following
from store.states.texts.keys import Keys, keys_of
from store.states.texts.texts import Known, Totals

_AT_ONCE: Final = 100_000  # events that even somebody in a hurry reads: a fifth of a second
_WHAT: Final = "counting texts"


@dataclass(frozen=True)
class Standings:
    """As of event `seq`. `eligible` labels since the last snapshot."""

    seq: int
    totals: Totals
    eligible: int


@dataclass(frozen=True)
class Waiting:
    """A pending text, named by the event of its oldest occurrence. `tried`: the active recipe was refused an answer before;
    `training`: it stands in the training split alone."""

    chunk_seq: int
    tried: bool
    training: bool


class Standing:
    """Any thread may ask, at any time. The first question goes through the whole log, two seconds a million events, and so
    does the first after a decision about recipes; every other one through what is new. After a `stop` a walk that is under
    way ends early, and nothing is pending."""

    def __init__(self, log: EventLog, activity: Activity, stop: threading.Event) -> None:
        self.log, self._activity, self._stop = log, activity, stop
        self._state = Following(log.cursor())
        self._looking = threading.Lock()
        self._last: Standings | None = None

    def now(self) -> Standings:
        with self._up_to_date():
            return self._standings()

    def glance(self) -> Standings | None:
        """As it was lately, without waiting for a long walk; None before the first one has ended."""
        if not self._looking.acquire(blocking=False):
            return self._last
        try:
            if self._is_near():
                self._advance()
                self._last = self._standings()
            return self._last
        finally:
            self._looking.release()

    def look(self) -> None:
        """Reads what is new."""
        with self._up_to_date():
            pass

    def take(self, room: int, recipe: str, *, flying: Collection[str]) -> list[Waiting]:
        """Up to `room` texts that are pending for the active `recipe`, those held out first, then the oldest; none of `flying`.
        Each is handed out once, until the log says something new of it or `again` is called."""
        with self._up_to_date():
            state, texts = self._state, self._state.texts
            if texts.basis.active != recipe or texts.totals.pending == 0:
                return []
            asked = set(texts.slots.find(keys_of("".join(flying).encode())).tolist())
            slots = np.array(state.order.take(room, asked), np.int64)
            columns = (texts.first[slots], texts.tried(slots), texts.only_training(slots))
            return [Waiting(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]

    def about(self, keys: Keys) -> Known:
        """Raises Stopped when the service ends before all of the log was read."""
        with self._up_to_date():
            if self._state.seq == 0:
                raise Stopped
            return self._state.texts.known(keys)

    def again(self) -> None:
        """What was handed out and is still pending is handed out again."""
        with self._looking:
            self._state.order.again()

    def crossing(self, threshold: int, *, busy_until: int) -> int | None:
        """As `store.seal.due_position` says, for what came since the last snapshot."""
        with self._up_to_date():
            texts = self._state.texts
            crossed = texts.eligible()[threshold - 1 :: threshold]
            if not crossed.size:
                return None
            during = crossed[crossed < busy_until]
            return max(int(during[-1] if during.size else crossed[0]), texts.basis.decided)

    @contextmanager
    def _up_to_date(self) -> Iterator[None]:
        with self._looking:
            self._advance()
            yield
            if self._state.seq:
                self._last = self._standings()

    def _standings(self) -> Standings:
        texts = self._state.texts
        if self._last is not None and self._last.seq == self._state.seq:
            return self._last
        return Standings(self._state.seq, texts.totals, len(texts.eligible()))

    def _is_near(self) -> bool:
        head = self.log.head.seq
        with duckdb_errors(self.log.path):
            known = 0 if self._state.begins_anew(head) else self._state.seq
        return head - known <= _AT_ONCE

    def _advance(self) -> None:
        head = self.log.head.seq

        def goes_on(seq: int) -> bool:
            if seq == head:
                return (
                    True  # a short stretch is read to its end also when the service ends: the last figures come from it
                )
            self._activity.show(_WHAT, seq, head)
            return not self._stop.is_set()

        with duckdb_errors(self.log.path):
            self._state.advance(head, goes_on)
        self._activity.clear(_WHAT)
