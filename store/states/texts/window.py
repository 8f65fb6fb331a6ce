"""What a stretch of the log says of texts: rows of the typed tables as arrays, in the order of their events."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from store.states.texts.keys import Ints, Keys

Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Basis:
    """What decisions about recipes make of labels: `in_set` are those in use, the one adopted last at the end; `decided` is the
    seq of the last decision, 0 before the first."""

    active: str | None
    in_set: tuple[str, ...]
    decided: int


@dataclass(frozen=True)
class Occurrences:
    """Those that are not retired. `split`: TRAIN or HELDOUT. One that is not `sound` (marked) counts for the split alone."""

    keys: Keys
    seq: Ints
    split: Bytes
    sound: Bools


@dataclass(frozen=True)
class Labels:
    """Those of recipes in use. `rank`: the recipe's place in the set, from 1. `ok`: good enough to train on, as far as the
    label itself and its review say."""

    keys: Keys
    seq: Ints
    rank: npt.NDArray[np.uint16]
    ok: Bools


@dataclass(frozen=True)
class DeadLetters:
    """Of the active recipe; a requeued one is none any more."""

    keys: Keys
    requeued: Bools


@dataclass(frozen=True)
class Links:
    """Texts that are nearly others, in order. `bit`: LINKED or BARRED, which is set or, where not `linked`, taken back."""

    keys: Keys
    bit: Bytes
    linked: Bools


@dataclass(frozen=True)
class Window:
    occurrences: Occurrences
    labels: Labels
    refused: Keys
    dead: DeadLetters
    links: Links


@dataclass(frozen=True)
class Recount:
    """Texts that lost or regained an occurrence, counted again: `first` is 0 where `occurrences` is, those that are sound."""

    keys: Keys
    first: Ints
    split: Bytes
    occurrences: Ints


@dataclass(frozen=True)
class Reviewed:
    """Labels, by their `seq`, that somebody judged: as `Labels.ok` is now."""

    seq: Ints
    ok: Bools
