# ruff: noqa: RUF001 - typographic dashes are what filings have
"""Figures in text: their values, so that "$1.2 billion" and "1,200 million" are one figure. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

from daemon.number_words import worded

Unit = Literal["percent", "money"]

_SCALES: Final = {
    "thousand": 3, "thousands": 3, "k": 3,
    "million": 6, "millions": 6, "mm": 6, "mn": 6, "mln": 6, "m": 6,
    "billion": 9, "billions": 9, "bil": 9, "bn": 9, "b": 9,
    "trillion": 12, "trillions": 12, "tn": 12,
}  # fmt: skip
_NUMBER: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
# Not inside a word ("Q3", "A320"), not a part of a longer number; "(5.2)%" and "$ (1,200)" are figures too.
_FIGURE: Final = re.compile(
    rf"(?P<money>[$€£¥]\s?\(?|US\$\s?)?(?:(?<![A-Za-z0-9.,])|(?<=\bFY))(?P<number>{_NUMBER})(?![0-9])\)?"
    r"(?:\s?(?P<percent>%|per\s?cent\b|percentage points?\b)|\s?(?P<basis>basis points?\b|bps\b)"
    r"|[\s-]?(?P<scale>thousands?|millions?|billions?|trillions?|mm|mn|mln|bil|bn|tn)\b|(?P<letter>[kKmMbB])\b)?",
    re.IGNORECASE,
)
# "10-K" names a form, not a quantity; an answer may name what the text paraphrases.
_NAME: Final = re.compile(
    r"\b(?:10-?KSB|10-?KT|10-?K405|10-?[KQ]|8-?K|20-?F|40-?F|6-?K|S-\d|F-\d)(?:/A)?\b|\bCOVID-?19\b|\b401\(k\)", re.I
)
_RANGE: Final = re.compile(r"\s*(?:and|to|or|through|[-–—,])\s*(?:and\s+)?(?:[$€£¥]\s?)?", re.I)
_UNIT_OF_TABLE: Final = re.compile(
    r"(?:\bin |\$ ?|\bU\.?S\.? )(thousand|million|billion)s\b|\b(thousand|million|billion)s of (?:U\.?S\.? )?dollars\b",
    re.I,
)
_UNIT_IN_NOUGHTS: Final = re.compile(r"(?<![\d,.])0{3}(?:['’]?s\b|['’])")  # "$000s", "(000's)"
# "1. ", "**1.** ", "1.Sales", "(1) ", "Step 1 - "; the next character must not make a decimal of it.
_LIST_NUMBER: Final = re.compile(
    r"(?:^|(?<=\s))[*_]{0,3}(?:step\s+(?P<step>\d{1,2})\b[.):]?|\(?(?P<mark>\d{1,2})(?:\.\)|[.):]))(?=[\s*_A-Z\"“]|$)",
    re.I,
)


@dataclass(frozen=True)
class Figure:
    """A magnitude: the sign is left out, because "(5.2)%" is told as "a decrease of 5.2%". `unit` is None if not stated."""

    value: Decimal
    unit: Unit | None
    start: int
    end: int


def figures(text: str) -> Iterator[Figure]:
    """The figures of `text` in their order; forms' names and numbers inside words are none."""
    masked = _NAME.sub(lambda match: " " * len(match[0]), text)
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
    """`text` without the markers of numbered lists ("1. … 2. …"): those that count up from one.

    A list may begin anywhere; one after the first only at a line's start, where "rose to 1." cannot stand.
    """
    expected, parts, end = 1, [], 0
    for match in _LIST_NUMBER.finditer(text):
        number = int(match["step"] or match["mark"])
        starts_line = match.start() == 0 or text[match.start() - 1] == "\n"
        if number == expected or (number == 1 and starts_line):
            parts.append(text[end : match.start()])
            expected, end = number + 1, match.end()
    return " ".join([*parts, text[end:]])


def ungrounded(answer: str, text: str) -> tuple[str, ...]:
    """The figures of `answer` that do not stand in `text`, as written, in order; list numbers aside.

    Magnitudes are compared, and units only where both state one. A scale said once counts for its whole range ("$1.2, $1.5
    and $1.7 billion"), and "in millions" anywhere in the text for its bare numbers, as tables mean it. The text's numbers
    in words count; the answer's own do not, since "two reasons" need not be written in the text. Nothing is computed: a
    difference, a share or a rounded value that the text does not print is not in it.
    """
    known = set(_known(text))
    plain = without_list_numbers(answer)
    return tuple(plain[figure.start : figure.end].strip() for figure in figures(plain) if not _stands(figure, known))


def _stands(figure: Figure, known: set[tuple[Decimal, Unit | None]]) -> bool:
    if figure.unit is None:
        return any((figure.value, unit) in known for unit in (None, "percent", "money"))
    return (figure.value, figure.unit) in known or (figure.value, None) in known


def _known(text: str) -> Iterator[tuple[Decimal, Unit | None]]:
    for number in worded(text):
        yield number.value, "percent" if number.percent else None
    scales = {_SCALES[(match[1] or match[2]).lower()] for match in _UNIT_OF_TABLE.finditer(text)}
    scales |= {3 for _ in _UNIT_IN_NOUGHTS.finditer(text)}
    for figure in _with_shared_scales(text):
        yield figure.value, figure.unit
        if figure.unit != "percent":
            for scale in scales:
                yield figure.value.scaleb(scale).normalize(), figure.unit


def _with_shared_scales(text: str) -> Iterator[Figure]:
    """The figures of `text`, and what each means besides if a range gives it the scale or unit of its last one."""
    after: Figure | None = None
    power: int | None = None
    for figure in reversed(list(figures(text))):
        yield figure
        own = _scale_of(text[figure.start : figure.end])
        shared = after is not None and _RANGE.fullmatch(text[figure.end : after.start]) is not None
        meant = figure
        if after is not None and shared and own is None and figure.unit != "percent":
            value = figure.value if power is None else figure.value.scaleb(power).normalize()
            meant = replace(figure, value=value, unit=figure.unit or after.unit)
            yield meant
        # The next figure to the left may belong to the same range.
        after, power = meant, power if own is None and shared else own


def _scale_of(written: str) -> int | None:
    word = re.search(r"[a-z]+\Z", written.lower())
    return _SCALES.get(word[0]) if word else None
