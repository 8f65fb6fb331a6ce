"""Filings that are to be fetched, each at its time, the most wanted one first: log n for each, however many wait."""

import heapq
from dataclasses import dataclass


@dataclass(slots=True)
class DueFiling:
    """`seq`: of its discovery, where the rest about it stands. `filed` is a day's ordinal, 0 where it is not known. `at_s`:
    not before this moment; `done` when it needs no fetching any more."""

    seq: int
    accession: str
    filed: int
    at_s: float
    tried: int = 0
    done: bool = False

    @property
    def rank(self) -> tuple[int, int, str, int]:
        """What was not tried yet comes first, so that news need not wait behind what is missing; then the newest filing."""
        return self.tried, -self.filed, self.accession, self.seq


class DueFilings:
    """Who uses it from several threads holds a lock. What was tried is forgotten with the process."""

    def __init__(self) -> None:
        self._ready: list[tuple[tuple[int, int, str, int], DueFiling]] = []
        self._later: list[tuple[float, int, DueFiling]] = []
        self._taken = 0

    def add(self, due: DueFiling) -> None:
        heapq.heappush(self._later, (due.at_s, due.seq, due))

    def take(self, now_s: float) -> DueFiling | None:
        """None while nothing is due. Whoever takes one gives it back."""
        if not self.ready(now_s):
            return None
        self._taken += 1
        return heapq.heappop(self._ready)[1]

    def give_back(self, due: DueFiling) -> None:
        """It comes again at its time, unless it is done."""
        self._taken -= 1
        if not due.done:
            self.add(due)

    def ready(self, now_s: float) -> int:
        """How many are due and not taken."""
        while self._later and self._later[0][0] <= now_s:
            due = heapq.heappop(self._later)[2]
            heapq.heappush(self._ready, (due.rank, due))
        return len(self._ready)

    def any_by(self, at_s: float) -> bool:
        """Whether one is taken, or due by that moment."""
        return bool(self._taken or self._ready) or (bool(self._later) and self._later[0][0] <= at_s)
