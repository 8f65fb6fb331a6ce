"""One clock for all requests: evenly spaced, so that no second ever holds more than the limit."""

import threading
import time
from collections.abc import Callable
from typing import Final

from daemon.stopped import Stopped

_MARGIN: Final = 1.05  # requests leave evenly and arrive a little unevenly; at 10 a second no more than 10 may arrive


class Limiter:
    """Shared by all threads. They leave one after the other, so that one who wakes late never comes in a burst with the
    next."""

    def __init__(self, per_s: float, *, stop: threading.Event, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._interval_s = _MARGIN / per_s
        self._stop, self._clock_s = stop, clock_s
        self._turn, self._lock = threading.Lock(), threading.Lock()
        self._free_at = clock_s()

    def wait(self) -> None:
        """Returns when one more request may leave. Raises Stopped."""
        with self._turn:
            self.rest(0.0)
            while (left_s := self._take()) > 0:
                self.rest(left_s)

    def pause(self, seconds: float) -> None:
        """Holds everyone back, as EDGAR asks of a client that it refuses; also who waits for a turn already."""
        with self._lock:
            self._free_at = max(self._free_at, self._clock_s() + seconds)

    def _take(self) -> float:
        """0 when the turn was taken, else the seconds until it may be."""
        with self._lock:
            now_s = self._clock_s()
            if now_s < self._free_at:
                return self._free_at - now_s
            self._free_at = now_s + self._interval_s
            return 0.0

    def rest(self, seconds: float) -> None:
        """Raises Stopped when the stop comes first."""
        if self._stop.wait(max(0.0, seconds)):
            raise Stopped
