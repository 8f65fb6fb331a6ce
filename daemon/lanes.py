"""A lane: steps that a thread does in turn, and how it rests when there is nothing to do."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from daemon.steps import Step

_SOON_S: Final = 0.5  # when a step says that work will come by itself


@dataclass(frozen=True)
class Lane:
    """`wake` may be set by anyone who knows that there is something to do; without it the lane looks after `idle_s`."""

    name: str
    steps: Sequence[Step]
    idle_s: float = 2.0
    threads: int = 1  # more only where every step of the lane allows it
    wake: threading.Event = field(default_factory=threading.Event)

    def work(self, stop: threading.Event) -> None:
        """Until the stop."""
        while not stop.is_set():
            self.wake.clear()  # before looking, so that what comes while we look wakes us again
            if not any(step.advance() for step in self.steps):
                self._rest(stop)

    def _rest(self, stop: threading.Event) -> None:
        deadline = time.monotonic() + (_SOON_S if any(step.waiting for step in self.steps) else self.idle_s)
        while not stop.is_set() and time.monotonic() < deadline:
            if self.wake.wait(0.2):
                return  # also where another thread of this lane cleared it already
