# ruff: noqa: SIM905 - word lists read best as text
"""Why these sentences: numbered steps that quote what was found. Every figure in them is quoted from the text. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from daemon.teachers.salience import Scored, content_words, key_terms

# Sentences are named in words: a bare "3" would be a figure that does not stand in the text.
_ORDINALS: Final = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
).split()
_NUMBERS: Final = "no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()

_BEFORE: Final = 4  # words quoted before the word that was found …
_AFTER: Final = 9  # … and from it on
# A quotation that ended or began with one of these would be cut inside a phrase or inside a figure.
_NO_END: Final = frozenset(
    "a an the of to by in on for and or with from our its at as that was were is are be $ than us".split()
)
_SCALES: Final = frozenset("% thousand million billion trillion percent percentage point points basis".split())


def rationale(text: str, chosen: Sequence[Scored], rated: Sequence[Scored], *, total: int, limit: int) -> str:
    """At most `limit` characters: later steps are dropped first. `total` counts the sentences, cut ones included."""
    best = max(chosen, key=lambda one: (one.score, -one.sentence.ordinal))
    others = [one for one in chosen if one is not best]
    steps = [_topic(text), _finding(best, adds=False)]
    if best.cause is not None:
        steps.append(f"It gives the reason: {_quote(best, best.cause, before=0)}.")
    steps += [_finding(other, adds=True) for other in others]
    if (rest := _rest(chosen, rated, total)) is not None:
        steps.append(rest)
    return _numbered(steps, limit)


def _numbered(steps: Sequence[str], limit: int) -> str:
    line = ""
    for number, step in enumerate(steps, start=1):
        longer = f"{line} {number}. {step}".strip()
        if line and len(longer) > limit:
            break
        line = longer
    return line


def _topic(text: str) -> str:
    """The two terms that come most often; among equals the one that comes first."""
    terms = [name for name, _ in Counter(_all_terms(text)).most_common()]
    top: list[str] = []
    for term in terms:
        if not any(term in other or other in term for other in top):
            top.append(term)
    if top:
        return f"The passage is about {' and '.join(top[:2])}."
    words = [f'"{word}"' for word, _ in Counter(content_words(text)).most_common(2)]
    return f"The passage comes back to {' and '.join(words)}."


def _all_terms(text: str) -> Iterator[str]:
    lowered = text.lower()
    for term in key_terms(text):
        yield from [term] * lowered.count(term)


def _finding(one: Scored, *, adds: bool) -> str:
    """What the sentence was chosen for: the strongest of its features, quoted."""
    where = _where(one.sentence.ordinal) + (" also" if adds else "")
    amount = next((figure for figure in one.figures if figure.unit is not None), None)
    change = one.rise or one.fall
    if change is not None and (amount is not None or one.risk is None):
        kind = "a rise" if one.rise is not None else "a fall"
        by_how_much = " and its size" if amount is not None else ""
        return f"{where} states {kind}{by_how_much}: {_quote(one, change, before=_BEFORE)}."
    if one.risk is not None:
        return f"{where} names a risk: {_quote(one, one.risk, before=_BEFORE)}."
    if amount is not None:
        return f"{where} gives an amount: {_quote_at(one, amount.start, before=_BEFORE)}."
    if one.event is not None:
        return f"{where} says what was done: {_quote(one, one.event, before=_BEFORE)}."
    if one.terms:
        return f"{where} says most about {one.terms[0]}: {_quote_at(one, 0, before=0)}."
    return f"{where} is closest to the rest of the passage: {_quote_at(one, 0, before=0)}."


def _where(ordinal: int) -> str:
    return f"The {_ORDINALS[ordinal]} sentence" if ordinal < len(_ORDINALS) else "A late sentence"


def _rest(chosen: Sequence[Scored], rated: Sequence[Scored], total: int) -> str | None:
    """What was left out, and why."""
    left = total - len(chosen)
    if left <= 0:
        return None
    count = _NUMBERS[left] if left < len(_NUMBERS) else "many"
    plural = "sentence is" if left == 1 else "sentences are"
    pointers = any(one.pointer for one in rated if one not in chosen)
    why = "some only point elsewhere" if pointers and left > 1 else "they say less" if left > 1 else "it says less"
    return f"The other {count} {plural} left out: {why}."


def _quote(one: Scored, found: str, *, before: int) -> str:
    return _quote_at(one, one.sentence.text.find(found), before=before)


def _quote_at(one: Scored, position: int, *, before: int) -> str:
    """About a dozen words around `position`, in quotation marks, cut inside no figure and ending in no function word."""
    text = one.sentence.text
    words = text.split(" ")
    anchor = text.count(" ", 0, position)
    begin, end = max(0, anchor - before), min(len(words), anchor + _AFTER)
    while begin < anchor and _bare(words[begin]) in _SCALES:
        begin += 1
    while end < len(words) and _bare(words[end]) in _SCALES:
        end += 1
    while end - 1 > anchor and (_bare(words[end - 1]) in _NO_END or words[end - 1] in "$("):
        end -= 1
    quoted = " ".join(words[begin:end]).strip(" .,;:")
    return f'"{quoted}"'


def _bare(word: str) -> str:
    return re.sub(r"[^\w%$]", "", word).lower()
