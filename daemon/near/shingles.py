"""What a text is made of, for telling how near another one is. Pure."""

import re
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

Shingles = npt.NDArray[np.uint64]  # of a text: each different run of three words once, as a number, in order

_WORD: Final = re.compile(r"\w+(?:[.,]\w+)*|[$€£%]")
_FACTORS: Final = tuple(np.uint64(odd) for odd in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
_SHIFT: Final = np.uint64(29)

# A year and the day of a date are what changes where nothing else does.
_DATES: Final = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)"
    r"\s+(?:3[01]|[12]\d|[1-9])\b|(?<![\d.,])(?:19|20)\d\d(?![\d]|[.,]\d)"
)
# A text in which one of these came, went or changed says something else, however near it is.
_FIGURES: Final = re.compile(
    r"\b(?:\w*\d\w*(?:[.,]\w+)*|"
    r"no|not|nor|none|never|neither|without|cannot|unable|ineffective|"
    r"increas\w+|decreas\w+|higher|lower|rose|fell|grew|declin\w+|gains?|loss(?:es)?|"
    r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|twice|"
    r"hundreds?|thousands?|millions?|billions?|trillions?|first|second|third|fourth|quarter)\b"
)


def shingles_of(text: str) -> Shingles:
    """Punctuation and case make no difference, a digit does. A text of less than three words has one."""
    words = _WORD.findall(text.lower())  # with their digits: "12.5", "$", "10", "k"
    hashes = np.fromiter((crc32(word.encode(errors="replace")) for word in words), np.uint64, len(words))
    hashes = np.concatenate([hashes, np.zeros(max(0, 3 - len(words)), np.uint64)])
    first, second, third = (hashes[start : len(hashes) - 2 + start] for start in range(3))
    mixed = first * _FACTORS[0] + second * _FACTORS[1] + third * _FACTORS[2]
    return np.unique((mixed ^ (mixed >> _SHIFT)) * _FACTORS[1])


def similarity(one: Shingles, other: Shingles) -> float:
    """The Jaccard index: what both have of what either has, 0 to 1."""
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / (len(one) + len(other) - both)


def figures_of(text: str) -> list[str]:
    """The numbers and the words that turn a sentence's meaning, in order."""
    found: list[str] = _FIGURES.findall(_DATES.sub(" ", text.lower()))
    return found
