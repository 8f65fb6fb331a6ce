# ruff: noqa: SIM905 - word lists read best as text
"""Numbers written in words, as filings write the small ones: "twenty-five stores", "ten-year notes", "third quarter"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_SMALL: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS: Final = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_VALUES: Final = (
    {word: value for value, word in enumerate(_SMALL)}
    | {word: 10 * value for value, word in enumerate(_TENS, start=2)}
    | {word: value for value, word in enumerate(_ORDINALS, start=1)}
)
_WORD: Final = "|".join(sorted(_VALUES, key=len, reverse=True))
_UNIT: Final = r"percent\b|per\s?cent\b|percentage points?\b"
_SCALES: Final = {"thousand": 3, "million": 6, "billion": 9}
_NUMBER: Final = re.compile(
    rf"\b(?P<tens>{'|'.join(_TENS)})[\s-](?P<ones>{'|'.join(_SMALL[1:10])})\b|\b(?P<word>{_WORD})\b", re.IGNORECASE
)
_BEHIND: Final = re.compile(
    rf"(?P<hundred>[\s-]hundred\b)?(?P<scale>[\s-](?:{'|'.join(_SCALES)})\b)?(?P<percent>[\s-](?:{_UNIT}))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Worded:
    """A number in words; `percent` where that is its unit."""

    value: Decimal
    percent: bool


def worded(text: str) -> Iterator[Worded]:
    """The numbers in words of `text`, in order: up to 99, and hundreds, thousands, millions and billions of them."""
    for match in _NUMBER.finditer(text):
        value = Decimal(sum(_VALUES[word.lower()] for word in match.group("tens", "ones", "word") if word))
        behind = _BEHIND.match(text, match.end())
        if behind is None:  # it matches nothing, at least
            continue
        scale = _SCALES[behind["scale"][1:].lower()] if behind["scale"] else 0
        scaled = value.scaleb(scale + 2 * bool(behind["hundred"])).normalize()
        yield Worded(scaled, percent=behind["percent"] is not None)
