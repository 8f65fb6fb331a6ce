"""Who has the GPU: the teacher or the student's training. Two lanes talk through it, and neither waits inside it."""

import threading
from typing import Literal

Holder = Literal["teacher", "leaving", "student"]


class Handover:
    """With `exclusive` the teacher's worker ends before a training starts and comes back after it; else both may work.

    Work that the teacher has in hand is finished first: with 128 texts in flight and 500 to a training, throwing it away
    would cost up to a quarter of all labelling.
    """

    def __init__(self, *, exclusive: bool) -> None:
        self._exclusive = exclusive
        self._lock = threading.Lock()
        self._holder: Holder = "teacher"

    @property
    def holder(self) -> Holder:
        return self._holder

    def claim(self) -> bool:
        """For the training: whether it may start. While it may not, the teacher has been asked to leave."""
        if not self._exclusive:
            return True
        with self._lock:
            if self._holder == "teacher":
                self._holder = "leaving"
            return self._holder == "student"

    def leave(self) -> None:
        """For the teacher: its worker has ended."""
        with self._lock:
            if self._holder == "leaving":
                self._holder = "student"

    def give_back(self) -> None:
        """For the training: nothing is to be trained now."""
        with self._lock:
            self._holder = "teacher"
