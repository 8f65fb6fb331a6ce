"""The state of all texts: a fold over stretches of the log. Pure."""

from dataclasses import dataclass

import numpy as np

from store.states.texts.columns import BARRED, DEAD, LINKED, MOVED, SPLITS, TRAIN, TRIED, Column
from store.states.texts.keys import Ints, Keys, Slots, different
from store.states.texts.newest import NewestLabels
from store.states.texts.window import (
    Basis,
    Bools,
    Bytes,
    DeadLetters,
    Labels,
    Links,
    Occurrences,
    Recount,
    Reviewed,
    Window,
)


@dataclass(frozen=True)
class Totals:
    """`texts` and `pending` as the views of these names count them, `labelled` as `triplets` does; `occurrences` that are
    neither retired nor marked, `dead` letters of the active recipe, `linked` texts for which another one's label speaks."""

    occurrences: int
    texts: int
    labelled: int
    pending: int
    dead: int
    linked: int


@dataclass(frozen=True)
class Known:
    """What is known of texts, a row each. `splits`: TRAIN and HELDOUT in bits, 0 for one that does not occur; `stands`: with
    an occurrence that is not marked; `linked` and `barred` by links to texts of its own split and across."""

    splits: Bytes
    stands: Bools
    linked: Bools
    barred: Bools


class Texts:
    """Every column has a row a text, by its slot; the labels since the last snapshot have columns of their own."""

    def __init__(self, basis: Basis) -> None:
        self.basis = basis
        self.slots = Slots()
        self._first, self._occurrences = Column(np.int64), Column(np.int32)
        self._bits, self._best, self._labels = Column(np.uint8), Column(np.uint16), Column(np.uint16)
        self._totals = np.zeros(6, np.int64)
        self._since = 0
        self._new = NewestLabels()

    @property
    def totals(self) -> Totals:
        return Totals(*self._totals.tolist())

    @property
    def since(self) -> int:
        """The position of the last snapshot."""
        return self._since

    @property
    def first(self) -> Ints:
        """The seq of each text's oldest occurrence that is neither retired nor marked."""
        return self._first.values

    def fold(self, window: Window) -> Ints:
        """The slots of all texts that it speaks of, each once."""
        slots = [
            self._occurring(window.occurrences),
            *(self._named(keys) for keys in (window.labels.keys, window.refused, window.dead.keys, window.links.keys)),
        ]
        touched = different(np.concatenate(slots))
        self._totals -= self._count(touched)
        self._take_occurrences(slots[0], window.occurrences)
        self._take_labels(slots[1], window.labels)
        self._bits.values[slots[2]] |= TRIED
        self._take_dead(slots[3], window.dead)
        self._take_links(slots[4], window.links)
        self._totals += self._count(touched)
        return touched

    def recount(self, counted: Recount) -> Ints:
        """The slots of these texts."""
        slots = self._named(counted.keys)
        self._totals -= self._count(slots)
        bits, first = self._bits.values, self._first.values
        moved = slots[first[slots] != counted.first]
        bits[slots] = (bits[slots] & ~SPLITS) | counted.split
        bits[moved] |= MOVED
        first[slots] = counted.first
        self._occurrences.values[slots] = counted.occurrences
        self._totals += self._count(slots)
        return slots

    def known(self, keys: Keys) -> Known:
        slots = self.slots.find(keys)
        here = slots >= 0
        bits = np.zeros(len(keys), np.uint8)
        bits[here] = self._bits.values[slots[here]]
        stands = np.zeros(len(keys), np.bool_)
        stands[here] = self._occurrences.values[slots[here]] > 0
        return Known(bits & SPLITS, stands, (bits & LINKED) != 0, (bits & BARRED) != 0)

    def review(self, reviewed: Reviewed) -> None:
        """Older labels than the last snapshot's position count nowhere."""
        self._new.review(reviewed)

    def seal(self, log_seq: int) -> None:
        """A snapshot stands at `log_seq`: what follows counts towards the next one."""
        self._since = log_seq
        self._new.forget(log_seq)

    def waiting(self, slots: Ints | slice) -> Bools:
        """Whether each is pending."""
        free = (self._best.values[slots] == 0) & ((self._bits.values[slots] & (DEAD | LINKED)) == 0)
        found: Bools = free & (self._occurrences.values[slots] > 0) & (self.basis.active is not None)
        return found

    def only_training(self, slots: Ints | slice) -> Bools:
        """Whether each stands in the training split alone, and is near no text that is held out."""
        found: Bools = (self._bits.values[slots] & (SPLITS | BARRED)) == TRAIN
        return found

    def moved(self, slots: Ints | slice) -> Bools:
        """Whether each has a first occurrence that is older or newer than its slot says."""
        found: Bools = (self._bits.values[slots] & MOVED) != 0
        return found

    def tried(self, slots: Ints) -> Bools:
        """Whether the active recipe was ever refused an answer for it."""
        found: Bools = (self._bits.values[slots] & TRIED) != 0
        return found

    def eligible(self) -> Ints:
        """The seqs of the labels that count towards the next training, in order."""
        new = self._new
        slots = new.slot.values
        used = new.ok.values & (new.rank.values == self._best.values[slots]) & self.only_training(slots)
        found: Ints = new.seq.values[used]
        return found

    def _occurring(self, rows: Occurrences) -> Ints:
        before = self.slots.count
        slots = self.slots.find_or_add(rows.keys)
        self._grow()
        # Those named by another event before they occurred: their slot says nothing about their order.
        late = slots[(slots < before) & (self._occurrences.values[slots] == 0)]
        self._bits.values[late] |= MOVED
        self._bits.values[slots[~rows.sound]] |= MOVED  # nor that of one whose slot a marked occurrence made
        return slots

    def _named(self, keys: Keys) -> Ints:
        slots = self.slots.find_or_add(keys)
        self._grow()
        return slots

    def _grow(self) -> None:
        for column in (self._first, self._occurrences, self._bits, self._best, self._labels):
            column.grow(self.slots.count)

    def _take_occurrences(self, slots: Ints, rows: Occurrences) -> None:
        occurrences, first = self._occurrences.values, self._first.values
        sound, seq = slots[rows.sound], rows.seq[rows.sound]
        new = np.flatnonzero(occurrences[sound] == 0)[::-1]  # of several rows of a text the first is written last
        first[sound[new]] = seq[new]
        np.add.at(occurrences, sound, 1)
        np.bitwise_or.at(self._bits.values, slots, rows.split)

    def _take_labels(self, slots: Ints, rows: Labels) -> None:
        """In use are those of the recipe that was adopted last."""
        best, labels = self._best.values, self._labels.values
        before = best[slots]
        np.maximum.at(best, slots, rows.rank)
        labels[slots[best[slots] > before]] = 0
        np.add.at(labels, slots[best[slots] == rows.rank], 1)
        self._new.add(slots, rows, after=self._since)

    def _take_dead(self, slots: Ints, rows: DeadLetters) -> None:
        bits = self._bits.values
        alive = bits[slots] & ~DEAD
        bits[slots] = np.where(rows.requeued, alive, alive | DEAD)  # of several rows of a text the last holds

    def _take_links(self, slots: Ints, rows: Links) -> None:
        bits = self._bits.values
        for bit in (LINKED, BARRED):
            own = rows.bit == bit
            free = bits[slots[own]] & ~bit
            bits[slots[own]] = np.where(rows.linked[own], free | bit, free)  # of several rows of a text the last holds

    def _count(self, slots: Ints) -> Ints:
        """What these texts add to the totals."""
        occurrences = self._occurrences.values[slots]
        there = occurrences > 0
        counts = (
            occurrences.sum(),
            there.sum(),
            self._labels.values[slots][there].sum(),
            self.waiting(slots).sum(),
            ((self._bits.values[slots] & DEAD) != 0).sum(),
            (((self._bits.values[slots] & LINKED) != 0) & there).sum(),
        )
        return np.array(counts, np.int64)
