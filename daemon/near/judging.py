"""Which links new texts get. What the log says of other texts is asked through `Known`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from daemon.near.bands import Candidates, Ints, Signed, candidates, run_of
from daemon.near.index import Index, names_of
from daemon.near.shingles import Shingles, figures_of, shingles_of, similarity
from store.events import TextLinked
from store.states.texts.columns import TRAIN
from store.states.texts.keys import Keys, keys_of
from store.states.texts.window import Bools, Bytes

# From here on a training text is too near to one that is held out, whatever the saving is set to.
GUARD: Final = 0.7
_ROUND: Final = 32  # texts that a new one is compared with before more are read
_MOST: Final = 64  # of those that may speak for it, the ones that share most with it


@dataclass(frozen=True)
class Newcomer:
    """A text's first occurrence in a split, `bit`. `unknown`: it stands in the other one neither; `sound`: a teacher may be
    asked for it."""

    text_id: str
    text: str
    bit: int
    unknown: bool
    sound: bool


@dataclass(frozen=True)
class Seen:
    """What is known of texts. `speaks`: the splits, in bits, in which its label may speak for others; `settled`: nobody
    trained on it, and nobody will."""

    speaks: Bytes
    settled: Bools


@dataclass(frozen=True)
class _Other:
    """One that may speak for a newcomer."""

    text_id: str
    text: str
    similarity: float


class Known(Protocol):
    def texts(self, seqs: Sequence[int]) -> Mapping[int, str]:
        """By the seqs of the events that hold them."""
        ...

    def seen(self, keys: Keys) -> Seen: ...

    def labelled(self, names: Sequence[str]) -> set[str]: ...


def judge(
    newcomers: Sequence[Newcomer], signed: Signed, index: Index, known: Known, *, same: float
) -> list[TextLinked]:
    """`same`: the similarity from which another text's label speaks for both; 1 for never."""
    judging = _Judging(newcomers, signed, index, known)
    links = list(judging.across())
    return links + list(judging.alike(same)) if same < 1 else links


class _Judging:
    """Of texts that come together. `_across` and `_alike` hold, by newcomer, slots of the index to compare it with."""

    def __init__(self, newcomers: Sequence[Newcomer], signed: Signed, index: Index, known: Known) -> None:
        self._new, self._signed, self._index, self._known = newcomers, signed, index, known
        self._read: dict[int, tuple[str, Shingles]] = {}  # by slot
        self._figures: dict[str, list[str]] = {}  # by text id
        self._across: dict[int, list[int]] = {}
        self._alike: dict[int, list[int]] = {}
        own = index.slots.find(keys_of("".join(one.text_id for one in newcomers).encode()))
        bits = np.array([one.bit for one in newcomers], np.uint8)
        for found in index.near(signed.bands):
            self._choose(found, own[found.row], bits[found.row])

    def _choose(self, found: Candidates, own: Ints, bits: Bytes) -> None:
        """`own` slots and `bits` of the newcomers, by pair."""
        slots, at = np.unique(found.slot, return_inverse=True)
        seen = self._known.seen(self._index.keys_at(slots))
        other = found.slot != own
        opposite = (self._index.splits.values[found.slot] & ~bits) != 0
        across = other & opposite & ((bits == TRAIN) | ~seen.settled[at])
        self._across |= _by_row(found.row[across], found.slot[across])
        alike = other & ((seen.speaks[at] & bits) != 0)
        self._alike |= _by_row(found.row[alike], found.slot[alike], most=_MOST)

    def across(self) -> Iterator[TextLinked]:
        """For a new training text one that is held out is enough; a new text that is held out is told of all that learn,
        the first of its filing also of all that might have."""
        waiting, barred = dict(self._across), set[int]()
        while waiting:
            self._fetch(slot for slots in waiting.values() for slot in slots[:_ROUND])
            for row, slots in list(waiting.items()):
                learns = self._new[row].bit == TRAIN
                asked = [slot for slot in slots[:_ROUND] if slot not in barred]
                hits = [(slot, near) for slot in asked if (near := self._similarity(row, slot)) >= GUARD]
                barred |= set() if learns else self._not_labelled([slot for slot, _ in hits])
                for slot, near in hits[:1] if learns else hits:
                    ours, theirs = self._new[row].text_id, self._name(slot)
                    yield _link(ours, theirs, near, across=True) if learns else _link(theirs, ours, near, across=True)
                waiting[row] = [] if learns and hits else slots[_ROUND:]
                if not waiting[row]:
                    del waiting[row]

    def _not_labelled(self, slots: Sequence[int]) -> set[int]:
        names = {self._name(slot): slot for slot in slots}
        taught = self._known.labelled(list(names))
        return {slot for name, slot in names.items() if name not in taught}

    def alike(self, same: float) -> Iterator[TextLinked]:
        """Each to the nearest that speaks for itself: in the log, or before it in the same filing."""
        self._fetch(slot for slots in self._alike.values() for slot in slots)
        together, linked = self._together(), set[int]()
        for row, one in enumerate(self._new):
            earlier = [other for other in together.get(row, []) if other not in linked and self._new[other].sound]
            found = [*self._in_log(row), *self._in_filing(row, earlier[:_MOST])] if one.unknown else []
            near = [other for other in found if other.similarity >= same]
            near = [
                other for other in near if self._told(other.text_id, other.text) == self._told(one.text_id, one.text)
            ]
            if near:
                nearest = max(near, key=lambda other: (other.similarity, other.text_id))
                linked.add(row)
                yield _link(one.text_id, nearest.text_id, nearest.similarity, across=False)

    def _in_log(self, row: int) -> Iterator[_Other]:
        for slot in self._alike.get(row, []):
            yield _Other(self._name(slot), self._read[slot][0], self._similarity(row, slot))

    def _in_filing(self, row: int, earlier: Iterable[int]) -> Iterator[_Other]:
        shingles = self._signed.shingles
        for other in earlier:
            one = self._new[other]
            yield _Other(one.text_id, one.text, similarity(shingles[row], shingles[other]))

    def _together(self) -> dict[int, list[int]]:
        """By newcomer the earlier ones that share a band; of many that share one the first, which speak for the others."""
        rows = np.arange(len(self._new), dtype=np.int64)
        found: dict[int, list[int]] = {}
        for pairs in candidates([run_of(self._signed.bands, rows)], self._signed.bands, most=_MOST):
            earlier = pairs.slot < pairs.row
            found |= _by_row(pairs.row[earlier], pairs.slot[earlier])
        return found

    def _told(self, name: str, text: str) -> list[str]:
        """A text's figures."""
        if name not in self._figures:
            self._figures[name] = figures_of(text)
        return self._figures[name]

    def _fetch(self, slots: Iterable[int]) -> None:
        missing = [slot for slot in dict.fromkeys(slots) if slot not in self._read]
        seqs = self._index.seq.values[missing].tolist()
        texts = self._known.texts(seqs)
        self._read.update(
            {slot: (texts[seq], shingles_of(texts[seq])) for slot, seq in zip(missing, seqs, strict=True)}
        )

    def _similarity(self, row: int, slot: int) -> float:
        return similarity(self._signed.shingles[row], self._read[slot][1])

    def _name(self, slot: int) -> str:
        return names_of(self._index.keys_at(np.array([slot])))[0]


def _by_row(rows: Ints, slots: Ints, *, most: int | None = None) -> dict[int, list[int]]:
    """`rows` in order; of each the first slots, at most so many."""
    numbers, starts = np.unique(rows, return_index=True)
    ends = np.append(starts, len(rows))[1:]
    return {
        row: slots[start : end if most is None else min(end, start + most)].tolist()
        for row, start, end in zip(numbers.tolist(), starts.tolist(), ends.tolist(), strict=True)
    }


def _link(text: str, to: str, near: float, *, across: bool) -> TextLinked:
    return TextLinked(text_id=text, to_text_id=to, similarity=round(near, 4), across=across)
