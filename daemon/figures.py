# ruff: noqa: RUF001 - typographic dashes are what filings have
"""Figures in text: their values, so that "$1.2 billion" and "1,200 million" are one figure. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

Unit = Literal["percent", "money"]

_SCALES: Final = {
    "thousand": 3, "thousands": 3, "k": 3,
    "million": 6, "millions": 6, "mm": 6, "mn": 6, "m": 6,
    "billion": 9, "billions": 9, "bn": 9, "b": 9,
    "trillion": 12, "trillions": 12, "tn": 12,
}  # fmt: skip
_NUMBER: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
# Not inside a word ("Q3", "A320"), not a part of a longer number; "(5.2)%" and "$ (1,200)" are figures too.
_FIGURE: Final = re.compile(
    rf"(?P<money>[$€£¥]\s?\(?|US\$\s?)?(?<![A-Za-z0-9.,])(?P<number>{_NUMBER})(?![0-9])\)?"
    r"(?:\s?(?P<percent>%|per\s?cent\b|percentage points?\b)|\s?(?P<basis>basis points?\b|bps\b)"
    r"|[\s-]?(?P<scale>thousands?|millions?|billions?|trillions?|mm|mn|bn|tn)\b|(?P<letter>[kKmMbB])\b)?",
    re.IGNORECASE,
)
# "10-K" names a form, not a quantity.
_FORM_NAME: Final = re.compile(r"\b(?:10-?KSB|10-?KT|10-?K405|10-?[KQ]|8-?K|20-?F|40-?F|6-?K|S-\d|F-\d)(?:/A)?\b", re.I)
_RANGE: Final = re.compile(r"\s*(?:and|to|or|through|[-–—,])\s*(?:and\s+)?(?:[$€£¥]\s?)?", re.I)
_UNIT_OF_TABLE: Final = re.compile(r"\bin (thousands|millions|billions)\b", re.I)
_LIST_NUMBER: Final = re.compile(r"(?:^|(?<=\s))(?:step\s+)?\(?(\d{1,2})(?:[.):]|\.\))(?=\s)", re.I)


@dataclass(frozen=True)
class Figure:
    """A magnitude: the sign is left out, because "(5.2)%" is told as "a decrease of 5.2%". `unit` is None if not stated."""

    value: Decimal
    unit: Unit | None
    start: int
    end: int


def figures(text: str) -> Iterator[Figure]:
    """The figures of `text` in their order; forms' names and numbers inside words are none."""
    masked = _FORM_NAME.sub(lambda match: " " * len(match[0]), text)
    for match in _FIGURE.finditer(masked):
        value = Decimal(match["number"].replace(",", ""))
        scale = (match["scale"] or match["letter"] or "").lower()
        unit: Unit | None = "money" if match["money"] else None
        if match["basis"]:
            value, unit = value / 100, "percent"
        elif match["percent"]:
            unit = "percent"
        yield Figure(value.scaleb(_SCALES.get(scale, 0)).normalize(), unit, match.start(), match.end())


def without_list_numbers(text: str) -> str:
    """`text` without the markers of one numbered list ("1. … 2. …"): only those that count up from one."""
    expected, parts, end = 1, [], 0
    for match in _LIST_NUMBER.finditer(text):
        if int(match[1]) == expected:
            parts.append(text[end : match.start()])
            expected, end = expected + 1, match.end()
    return " ".join([*parts, text[end:]])


def ungrounded(answer: str, text: str) -> tuple[str, ...]:
    """The figures of `answer` that do not stand in `text`, as written, in order; list numbers aside.

    Magnitudes are compared, and units only where both state one. A scale said once counts for its range ("$1.2 and $1.5
    billion"), and "in millions" anywhere in the text for its bare numbers, as tables mean it.
    """
    known = set(_known(text))
    plain = without_list_numbers(answer)
    return tuple(plain[figure.start : figure.end].strip() for figure in figures(plain) if not _stands(figure, known))


def _stands(figure: Figure, known: set[tuple[Decimal, Unit | None]]) -> bool:
    if figure.unit is None:
        return any((figure.value, unit) in known for unit in (None, "percent", "money"))
    return (figure.value, figure.unit) in known or (figure.value, None) in known


def _known(text: str) -> Iterator[tuple[Decimal, Unit | None]]:
    found = list(figures(text))
    scales = {_SCALES[match[1].lower()] for match in _UNIT_OF_TABLE.finditer(text)}
    for index, figure in enumerate(found):
        yield figure.value, figure.unit
        if figure.unit != "percent":
            for scale in scales:
                yield figure.value.scaleb(scale).normalize(), figure.unit
        if index + 1 < len(found):
            yield from _shared_scale(text, figure, found[index + 1])


def _shared_scale(text: str, figure: Figure, after: Figure) -> Iterator[tuple[Decimal, Unit | None]]:
    """What `figure` means if the words between it and the next one make them a range with one scale or unit."""
    if not _RANGE.fullmatch(text[figure.end : after.start]):
        return
    scale = next(
        (power for word, power in _SCALES.items() if text[after.start : after.end].lower().endswith(word)), None
    )
    if scale is not None:
        yield figure.value.scaleb(scale).normalize(), figure.unit or after.unit
    elif after.unit == "percent":
        yield figure.value, "percent"
