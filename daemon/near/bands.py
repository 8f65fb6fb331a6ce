"""Bands of MinHash signatures, and which texts share one: candidates for being near. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from daemon.near.shingles import Shingles, shingles_of

# Two texts of similarity s share a band with a chance of 1 - (1 - s^4)^32: 0.99985 at 0.7, all but 5 in 10^8 at 0.8.
BANDS: Final = 32
_ROWS: Final = 4  # hashes a band
_SEED: Final = 1
_TOGETHER: Final = 2_000_000  # pairs that are sorted together: some 100 MB
_FOLD: Final = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64)
_TOP: Final = np.uint64(32)

Bands = npt.NDArray[np.uint32]  # (texts, BANDS)
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Signed:
    """Texts as they are compared, a row each."""

    shingles: Sequence[Shingles]
    bands: Bands


def signed(texts: Iterable[str]) -> Signed:
    shingles = [shingles_of(text) for text in texts]
    return Signed(shingles, bands_of(shingles))


def bands_of(shingles: Sequence[Shingles]) -> Bands:
    """The same on every machine: the permutations come from a fixed seed."""
    found = np.empty((len(shingles), BANDS), np.uint32)
    for row, one in enumerate(shingles):
        found[row] = ((_minima(one).reshape(BANDS, _ROWS) * _FOLD).sum(axis=1, dtype=np.uint64) >> _TOP).astype(
            np.uint32
        )
    return found


def _minima(shingles: Shingles) -> npt.NDArray[np.uint64]:
    from datasketch import MinHash  # noqa: PLC0415 - it brings scipy's integrals, half a second for who chunks nothing

    permutations = _permutations()
    sketch = MinHash(permutations=permutations, scheme="affine32", seed=_SEED, hashfunc=int)
    sketch.update_batch((shingles >> _TOP).tolist())
    minima: npt.NDArray[np.uint64] = sketch.hashvalues.astype(np.uint64)
    return minima


@cache
def _permutations() -> Any:
    from datasketch import MinHash  # noqa: PLC0415 - as above

    return MinHash(num_perm=BANDS * _ROWS, scheme="affine32", seed=_SEED).permutations


@dataclass(frozen=True)
class Run:
    """Texts sorted by each band: `keys` and the texts' `slots`, both (BANDS, texts)."""

    keys: npt.NDArray[np.uint32]
    slots: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return int(self.keys.shape[1])


def run_of(bands: Bands, slots: Ints) -> Run:
    order = np.argsort(bands.T, axis=1, kind="stable")
    return Run(np.take_along_axis(bands.T, order, axis=1), slots.astype(np.int32)[order])


def merged(one: Run, other: Run) -> Run:
    """A band at a time, so that it takes little more memory than what comes out."""
    size = len(one) + len(other)
    keys, slots = np.empty((BANDS, size), np.uint32), np.empty((BANDS, size), np.int32)
    for band in range(BANDS):
        both = np.concatenate([one.keys[band], other.keys[band]])
        order = np.argsort(both, kind="stable")
        keys[band] = both[order]
        slots[band] = np.concatenate([one.slots[band], other.slots[band]])[order]
    return Run(keys, slots)


@dataclass(frozen=True)
class Candidates:
    """Pairs that share a band: `row` of the question, `slot` of the text; for each row those that share most bands first."""

    row: Ints
    slot: Ints


def candidates(runs: Sequence[Run], bands: Bands, *, most: int | None = None) -> Iterator[Candidates]:
    """In pieces of consecutive rows, so that thousands of texts that are all alike take no memory for all their pairs at
    once. `most`: of those that share one band, the first so many."""
    spans = [_span(run, band, bands[:, band], most) for run in runs for band in range(BANDS)]
    for rows in _pieces(sum((span.sizes for span in spans), np.zeros(len(bands), np.int64))):
        pairs = np.concatenate([_pairs(span, rows) for span in spans])
        pairs, shared = np.unique(pairs, return_counts=True)
        row, slot = pairs >> 32, pairs & 0xFFFFFFFF
        order = np.lexsort((slot, -shared, row))
        yield Candidates(row[order], slot[order])


@dataclass(frozen=True)
class _Span:
    """For each row of a question: where in a run's band its like begin, and how many they are."""

    slots: npt.NDArray[np.int32]
    left: Ints
    sizes: Ints


def _span(run: Run, band: int, wanted: npt.NDArray[np.uint32], most: int | None) -> _Span:
    left = np.searchsorted(run.keys[band], wanted, "left")
    sizes = np.searchsorted(run.keys[band], wanted, "right") - left
    return _Span(run.slots[band], left, sizes if most is None else np.minimum(sizes, most))


def _pieces(sizes: Ints) -> Iterator[slice]:
    """Rows that go together: with pairs, and with more than _TOGETHER only where a single one has them."""
    first = total = 0
    for row, size in enumerate(sizes.tolist()):
        if total and total + size > _TOGETHER:
            yield slice(first, row)
            first, total = row, 0
        total += size
    if total:
        yield slice(first, len(sizes))


def _pairs(span: _Span, rows: slice) -> Ints:
    """Row and slot in one number."""
    left, sizes = span.left[rows], span.sizes[rows]
    numbers = np.repeat(np.arange(rows.start, rows.stop, dtype=np.int64), sizes)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    pairs: Ints = (numbers << 32) | span.slots[np.repeat(left, sizes) + within].astype(np.int64)
    return pairs
