"""Text ids as numbers, and the slot of each text: its place in the columns. Pure."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Halves = npt.NDArray[np.uint64]

_NONE: Final = -1
_FEW: Final = 10_000  # more new texts at once go straight to the sorted arrays
_NEWEST: Final = 100_000  # texts in the dictionary before they do


@dataclass(frozen=True)
class Keys:
    """Text ids, 128 bits each, in two halves."""

    high: Halves
    low: Halves

    def __len__(self) -> int:
        return len(self.high)

    def at(self, rows: Ints) -> "Keys":
        return Keys(self.high[rows], self.low[rows])

    def packed(self) -> list[bytes]:
        """16 bytes each."""
        whole = np.stack([self.high, self.low], axis=1).tobytes()
        return [whole[start : start + 16] for start in range(0, len(whole), 16)]


def keys_of(digits: bytes | bytearray | memoryview) -> Keys:
    """Of ids of 32 hex digits, one after the other."""
    numbers = np.frombuffer(bytes.fromhex(bytes(digits).decode("ascii")), dtype=">u8").reshape(-1, 2)
    return Keys(numbers[:, 0].astype(np.uint64), numbers[:, 1].astype(np.uint64))


class Slots:
    """Slots count from 0 in the order in which texts were added. Most stand in sorted arrays, the newest in a dictionary that
    is merged into them now and then, so that one more text costs the same however many there are."""

    def __init__(self) -> None:
        self._high, self._low = np.empty(0, np.uint64), np.empty(0, np.uint64)
        self._slot = np.empty(0, np.int32)
        self._newest: dict[bytes, int] = {}
        self.count = 0

    def find(self, keys: Keys) -> Ints:
        """-1 where there is none."""
        if len(keys) > _FEW:
            self._settle()
        slots = self._search(keys)
        missing = np.flatnonzero(slots == _NONE)
        if self._newest and missing.size:
            slots[missing] = [self._newest.get(key, _NONE) for key in keys.at(missing).packed()]
        return slots

    def find_or_add(self, keys: Keys) -> Ints:
        slots = self.find(keys)
        missing = np.flatnonzero(slots == _NONE)
        if missing.size:
            fresh = keys.at(missing)
            first, place = _numbered(fresh)
            slots[missing] = self.count + place
            self._add(fresh.at(first))
        return slots

    def _search(self, keys: Keys) -> Ints:
        slots = np.full(len(keys), _NONE, np.int64)
        rows = np.arange(len(keys))
        place = np.searchsorted(self._high, keys.high)
        while rows.size:
            inside = place < len(self._high)
            rows, place = rows[inside], place[inside]
            same = self._high[place] == keys.high[rows]
            rows, place = rows[same], place[same]
            found = self._low[place] == keys.low[rows]
            slots[rows[found]] = self._slot[place[found]]
            rows, place = rows[~found], place[~found] + 1  # two texts with the same first half stand side by side
        return slots

    def _add(self, keys: Keys) -> None:
        """Keys that are new, each once."""
        slots = np.arange(self.count, self.count + len(keys), dtype=np.int32)
        self.count += len(keys)
        if len(keys) > _FEW:
            self._merge(keys, slots)
            return
        self._newest.update(zip(keys.packed(), slots.tolist(), strict=True))
        if len(self._newest) > _NEWEST:
            self._settle()

    def _settle(self) -> None:
        if self._newest:
            numbers = np.frombuffer(b"".join(self._newest), np.uint64).reshape(-1, 2)
            self._merge(Keys(numbers[:, 0], numbers[:, 1]), np.fromiter(self._newest.values(), np.int32))
            self._newest = {}

    def _merge(self, keys: Keys, slots: npt.NDArray[np.int32]) -> None:
        order = np.argsort(keys.high)
        place = np.searchsorted(self._high, keys.high[order])
        self._high = np.insert(self._high, place, keys.high[order])
        self._low = np.insert(self._low, place, keys.low[order])
        self._slot = np.insert(self._slot, place, slots[order])


def different(numbers: Ints) -> Ints:
    """Each once, in order. Sorting is four times as quick as the hashing of `np.unique`."""
    order = np.sort(numbers)
    begins = np.ones(len(order), np.bool_)
    begins[1:] = order[1:] != order[:-1]
    found: Ints = order[begins]
    return found


def _numbered(keys: Keys) -> tuple[Ints, Ints]:
    """The row in which each different key first stands, in that order; and for every row the number of its key."""
    order = np.argsort(keys.high, kind="stable")
    high, low = keys.high[order], keys.low[order]
    same_half = high[1:] == high[:-1]
    if np.any(same_half & (low[1:] != low[:-1])):
        order = np.lexsort((keys.low, keys.high))
        high, low = keys.high[order], keys.low[order]
    begins = np.ones(len(keys), np.bool_)
    begins[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    first = order[begins]  # the sort is stable, so the first of each
    by_first = np.argsort(first)
    number = np.empty(len(first), np.int64)
    number[by_first] = np.arange(len(first))
    place = np.empty(len(keys), np.int64)
    place[order] = number[np.cumsum(begins) - 1]
    return first[by_first], place
