"""One clock for all requests: evenly spaced, so that no second ever holds more than the limit."""

import threading
import time
from collections.abc import Callable
from typing import Final

from daemon.stopped import Stopped

_MARGIN: Final = 1.05  # requests leave evenly and arrive a little unevenly; at 10 a second no more than 10 may arrive


class Limiter:
    """Shared by all threads."""

    def __init__(self, per_s: float, *, stop: threading.Event, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._interval_s = _MARGIN / per_s
        self._stop, self._clock_s = stop, clock_s
        self._lock = threading.Lock()
        self._free_at = self._paused_until = clock_s()

    def wait(self) -> None:
        """Returns when one more request may leave. Raises Stopped."""
        while True:
            with self._lock:
                turn = max(self._free_at, self._clock_s())
                self._free_at = turn + self._interval_s
            self.rest(turn - self._clock_s())
            if self._paused_until <= self._clock_s():
                return  # else a pause came meanwhile, and everyone takes a new turn after it

    def pause(self, seconds: float) -> None:
        """Holds everyone back, as EDGAR asks of a client that it refuses."""
        with self._lock:
            self._paused_until = max(self._paused_until, self._clock_s() + seconds)
            self._free_at = max(self._free_at, self._paused_until)

    def rest(self, seconds: float) -> None:
        """Raises Stopped when the stop comes first."""
        if self._stop.wait(max(0.0, seconds)):
            raise Stopped
