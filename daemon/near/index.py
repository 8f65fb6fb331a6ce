"""The texts that a new one may be near to. It grows only; whether a text still counts is asked of the log."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from daemon.near.bands import Bands, Candidates, Ints, Run, candidates, merged, run_of
from store.states.texts.columns import Column
from store.states.texts.keys import Keys, Slots


@dataclass
class Index:
    """Each text once, by its slot: the seq of an event that holds it, and the splits it was seen in, in bits."""

    slots: Slots = field(default_factory=Slots)
    keys: list[Column] = field(default_factory=lambda: [Column(np.uint64), Column(np.uint64)])
    seq: Column = field(default_factory=lambda: Column(np.int64))
    splits: Column = field(default_factory=lambda: Column(np.uint8))
    runs: list[Run] = field(default_factory=list)

    def __len__(self) -> int:
        return self.slots.count

    def add(self, keys: Keys, *, seq: Ints, splits: Ints, bands: Bands) -> None:
        """Different texts. One that is here already is only seen in another split."""
        known = self.slots.count
        slots = self.slots.find_or_add(keys)
        new = slots >= known
        for column, values in zip(self.keys, (keys.high, keys.low), strict=True):
            column.extend(values[new])
        self.seq.extend(seq[new])
        self.splits.grow(self.slots.count)
        self.splits.values[slots] |= splits.astype(np.uint8)
        if new.any():
            self._take(run_of(bands[new], slots[new]))

    def near(self, bands: Bands) -> Iterator[Candidates]:
        return candidates(self.runs, bands)

    def keys_at(self, slots: Ints) -> Keys:
        high, low = (column.values[slots] for column in self.keys)
        return Keys(high, low)

    def _take(self, run: Run) -> None:
        """Each run is more than twice as large as the next, so that there are few and each text is moved seldom."""
        while self.runs and len(self.runs[-1]) <= 2 * len(run):
            run = merged(self.runs.pop(), run)
        self.runs.append(run)


def names_of(keys: Keys) -> list[str]:
    """Text ids."""
    return [f"{high:016x}{low:016x}" for high, low in zip(keys.high.tolist(), keys.low.tolist(), strict=True)]
