"""The order in which pending texts are handed out: those held out first, then the oldest. Pure."""

import heapq
from collections.abc import Collection
from typing import Final

import numpy as np

from store.states.texts.keys import Ints
from store.states.texts.texts import Texts
from store.states.texts.window import Bools

_BLOCK: Final = 256  # slots looked at at once, to begin with
_MOST: Final = 1 << 20


class Order:
    """Each text is handed out once, until something new is said of it or all is begun anew. Slots are in the order of the
    oldest occurrences, so a cursor for each split goes through them; the few behind it stand in a heap."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._lanes = (_Lane(texts, training=False), _Lane(texts, training=True))

    def told(self, slots: Ints) -> None:
        """Something new is said of these."""
        for lane in self._lanes:
            lane.told(slots)

    def again(self) -> None:
        """All that is pending is handed out anew."""
        self._lanes = (_Lane(self._texts, training=False), _Lane(self._texts, training=True))
        slots = np.arange(self._texts.slots.count)
        self.told(slots[self._texts.moved(slots)])

    def take(self, room: int, flying: Collection[int]) -> list[int]:
        """The slots of up to `room` texts; none of `flying`, which are asked already."""
        taken: dict[int, None] = {}
        for lane in self._lanes:
            while len(taken) < room and (slot := lane.next()) is not None:
                if slot not in flying:
                    taken[slot] = None
        return list(taken)


class _Lane:
    """Texts of the training split alone, or all others."""

    def __init__(self, texts: Texts, *, training: bool) -> None:
        self._texts, self._training = texts, training
        self._cursor = 0
        self._behind: list[tuple[int, int]] = []

    def told(self, slots: Ints) -> None:
        behind = self._wanted(slots) & ((slots < self._cursor) | self._texts.moved(slots))
        for slot in slots[behind].tolist():
            heapq.heappush(self._behind, (int(self._texts.first[slot]), slot))

    def next(self) -> int | None:
        self._drop_stale()
        ahead = self._ahead()
        if self._behind and (ahead is None or self._behind[0][0] < self._texts.first[ahead]):
            return heapq.heappop(self._behind)[1]
        if ahead is not None:
            self._cursor = ahead + 1
        return ahead

    def _drop_stale(self) -> None:
        """What came into the other lane since is told there; what moved was told again."""
        while self._behind:
            first, slot = self._behind[0]
            if self._texts.first[slot] == first and self._wanted(np.array([slot]))[0]:
                return
            heapq.heappop(self._behind)

    def _ahead(self) -> int | None:
        """Where the cursor comes to rest: at the next one that waits, or at the end."""
        block = _BLOCK
        while self._cursor < self._texts.slots.count:
            slots = slice(self._cursor, min(self._cursor + block, self._texts.slots.count))
            found = np.flatnonzero(self._wanted(slots) & ~self._texts.moved(slots))
            if found.size:
                self._cursor += int(found[0])
                return self._cursor
            self._cursor, block = slots.stop, min(2 * block, _MOST)
        return None

    def _wanted(self, slots: Ints | slice) -> Bools:
        wanted: Bools = self._texts.waiting(slots) & (self._texts.only_training(slots) == self._training)
        return wanted
