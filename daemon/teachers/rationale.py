# ruff: noqa: SIM905, RUF001 - word lists read best as text, and typographic dashes are what filings have
"""Why these sentences: numbered steps that quote what was found. Every figure in them is quoted from the text. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from daemon.teachers.salience import Scored, content_words, key_terms

# Sentences are named in words: a bare "3" would be a figure that does not stand in the text.
_ORDINALS: Final = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
).split()

_BEFORE: Final = 4  # words quoted before the word that was found …
_AFTER: Final = 9  # … and from it on
_OPENING: Final = 12  # words quoted of a sentence in which nothing special was found
# A quotation that ended or began with one of these would be cut inside a phrase or inside a figure.
_CUT_BADLY: Final = frozenset(
    "a an the of to by in on for and or with from our its at as that was were is are be $ than us".split()
)
_SCALES: Final = frozenset("% thousand million billion trillion percent percentage point points basis".split())


def rationale(text: str, chosen: Sequence[Scored], rated: Sequence[Scored], *, limit: int) -> str:
    """At most `limit` characters: later steps are dropped first."""
    best = max(chosen, key=lambda one: (one.score, -one.sentence.ordinal))
    others = [one for one in chosen if one is not best]
    steps = [_topic(text), _finding(best, adds=False)]
    if best.cause is not None:
        steps.append(f"It gives the reason: {_quote(best, best.cause.start(), before=0)}.")
    steps += [_finding(other, adds=True) for other in others]
    steps.append(_reason(chosen, rated))
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
    terms = [name for name, _ in key_terms(text).most_common()]
    top: list[str] = []
    for term in terms:
        if not any(term in other or other in term for other in top):
            top.append(term)
    if top:
        return f"The passage is about {' and '.join(top[:2])}."
    words = [f'"{word}"' for word, _ in Counter(content_words(text)).most_common(2)]
    return f"The passage comes back to {' and '.join(words)}."


def _finding(one: Scored, *, adds: bool) -> str:
    """What the sentence was chosen for: the strongest of its features, quoted."""
    where = _where(one.sentence.number) + (" also" if adds else "")
    amount = next((figure for figure in one.figures if figure.unit is not None), None)
    if one.change is not None and (amount is not None or one.risk is None):
        kind = "a rise" if one.change["rise"] else "a fall"
        by_how_much = " and its size" if amount is not None else ""
        return f"{where} states {kind}{by_how_much}: {_quote(one, one.change.start(), before=_BEFORE)}."
    if one.risk is not None:
        return f"{where} names a risk: {_quote(one, one.risk.start(), before=_BEFORE)}."
    if amount is not None:
        return f"{where} gives an amount: {_quote(one, amount.start, before=_BEFORE)}."
    if one.event is not None:
        return f"{where} says what was done: {_quote(one, one.event.start(), before=_BEFORE)}."
    if one.terms:
        about = "speaks of" if adds else "says most about"
        return f"{where} {about} {one.terms[0]}: {_quote(one, 0, before=0, after=_OPENING)}."
    return f"{where} is close to the rest of the passage: {_quote(one, 0, before=0, after=_OPENING)}."


def _where(number: int) -> str:
    return f"The {_ORDINALS[number]} sentence" if number < len(_ORDINALS) else "A late sentence"


def _reason(chosen: Sequence[Scored], rated: Sequence[Scored]) -> str:
    """What the summary keeps, and what it leaves out."""
    found = {
        "the amount": any(figure.unit is not None for one in chosen for figure in one.figures),
        "the change": any(one.change is not None for one in chosen),
        "the cause": any(one.cause is not None for one in chosen),
        "the risk": any(one.risk is not None for one in chosen),
        "what was done": any(one.event is not None for one in chosen),
    }
    kept = [name for name, holds in found.items() if holds][:3] or ["the main point"]
    listed = kept[0] if len(kept) == 1 else f"{', '.join(kept[:-1])} and {kept[-1]}"
    left = [one for one in rated if one not in chosen]
    if not left:
        return f"The summary keeps {listed}."
    rest = "partly points elsewhere" if any(one.pointer for one in left) else "adds detail"
    return f"The summary keeps {listed}; the rest {rest}."


def _quote(one: Scored, position: int, *, before: int, after: int = _AFTER) -> str:
    """The words around `position`, in quotation marks; cut inside no figure, with no function word at an end that was cut."""
    text = one.sentence.text
    words = text.split(" ")
    anchor = text.count(" ", 0, position)
    begin, end = max(0, anchor - before), min(len(words), anchor + after)
    while 0 < begin < anchor and _bare(words[begin]) in _SCALES | _CUT_BADLY:
        begin += 1
    while end < len(words) and _bare(words[end]) in _SCALES:
        end += 1
    while end - 1 > anchor and (_bare(words[end - 1]) in _CUT_BADLY or words[end - 1] in "$("):
        end -= 1
    quoted = " ".join(words[begin:end]).strip(" .,;:–—-")
    return f'"{quoted}"'


def _bare(word: str) -> str:
    return re.sub(r"[^\w%$]", "", word).lower()
