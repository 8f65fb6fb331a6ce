# ruff: noqa: SIM905 - word lists read best as text
"""What an answer that can be read must still fulfil: length, and that it is English prose."""

import re
from collections import Counter
from typing import Final

from daemon.answers.outcomes import Limits, Refused


def problem(rationale: str, summary: str, limits: Limits) -> Refused | None:
    for name, field, longest in (
        ("rationale", rationale, limits.rationale),
        ("summary", summary, limits.summary),
    ):
        if len(field) > longest:
            return Refused("too_long", f"the {name} has {len(field)} characters, more than {longest}")
        if (why := degenerate(field)) is not None:
            return Refused("degenerate", f"the {name} {why}: {field[:120]!r}")
    return None


_WORD: Final = re.compile(r"\w+")
_FEWEST_WORDS: Final = 3
_LOOP_FROM_WORDS: Final = 24
_LANGUAGE_FROM_WORDS: Final = 12
_FEWEST_ENGLISH: Final = 0.05  # filings' sentences have 0.2 to 0.5 of these words, other languages next to none
_ENGLISH: Final = frozenset(
    "the of and to in for is was were are be by with that our we its from as or on this it not these some at an which such "
    "than has have their may could between other".split()
)


def degenerate(field: str) -> str | None:
    """Why `field` is no English prose, or None: too few different words, one run over and over, or another language."""
    words = _WORD.findall(field.lower())
    if len(set(words)) < _FEWEST_WORDS:
        return f"has fewer than {_FEWEST_WORDS} different words"
    if len(words) >= _LANGUAGE_FROM_WORDS and sum(word in _ENGLISH for word in words) < _FEWEST_ENGLISH * len(words):
        return "is not in English"
    if len(words) < _LOOP_FROM_WORDS:
        return None
    runs = Counter(zip(words, words[1:], words[2:], strict=False))
    (run, times), *_ = runs.most_common(1)
    # Three words each: more than half of the field.
    return f"repeats {' '.join(run)!r} {times} times" if times * 6 > len(words) else None
