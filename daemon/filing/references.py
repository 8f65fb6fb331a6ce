"""Items that have no text of their own: they say where it stands (`incorporated by reference`), or that there is none."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from daemon.filing.blocks import Block
from daemon.filing.prose import words

# A reference says only where the text is, an empty Item that there is none; neither gives passages.
Status = Literal["full", "reference", "empty"]

_SENTENCE: Final = re.compile(r"(?<=[.!?])[\"'\u201d\u2019)]*\s+(?=[A-Z\"\u201c(\u2022\[])")
# Of small letters: a pattern that has to ask at words' beginnings only is five times as fast.
_POINTS: Final = re.compile(
    r"\b(?:incorporat\w+ (?:[a-z]+ ){0,4}by (?:this )?reference|by reference (?:herein|hereto|to|from|in)\b|"
    r"proxy statement|information statement|annual report to (?:our |its |the )?(?:share|stock|unit)|"
    r"reference is (?:hereby )?made|refer(?:red)? to\b|see\s+(?:also\s+)?[\"'\u201c\u2018(]?(?:the\s+|our\s+)?"
    r"(?:notes?|items?|parts?|pages?|index|exhibits?|management|consolidated|financial|section|information|discussion)\b|"
    r"(?:set forth|included|contained|presented|found|described|disclosed|reported|appear(?:s|ing)?|furnished|filed|listed|"
    r"provided|omitted|discussed|located|submitted|begin\w*|commenc\w*)\b.{0,60}\b(?:in|on|under|at|following|from|to|with|as)\b"
    r".{0,120}\b(?:captions?|headings?|pages?|part|items?|notes?|exhibits?|report|section|f-\d+|index|schedules?|signatures?)\b|"
    r"(?:required|called for) (?:by|under|in response to) (?:this|the|part|item)|regulation 14a|"
    r"pages?\s+(?:f-?)?\d+\s+(?:through|to|and|-|\u2013))"
)
# Only what the rules prescribe or nearly so: `We are party to no proceedings` is an answer, and stays.
_SAYS_NONE: Final = re.compile(
    r"\W*(?:\(?[a-z0-9]\)\s*)?(?:none\b(?!\s+of)|not applicable\b|n/a\b|(?:intentionally )?(?:omitted|left blank)\b|"
    r"nothing to report\b|"
    r"(?:removed and )?reserved\b|inapplicable\b|not required\b|no response (?:is )?required\b|"
    r"(?:there (?:were|was|are|is|have been|has been) )?(?:no|not any) (?:unresolved|such|matters?|changes?|"
    r"disagreements?|items?|information|disclosures?|written comments)\b|"
    r"(?:the |our )?(?:company|registrant|corporation|we|partnership|trust|fund) (?:has|have|had|did) "
    r"(?:not submit|no (?:unresolved|matters|disagreements?|such))|"
    r".{0,120}smaller reporting compan.{0,250}\b(?:not required|not applicable|omitted|need not)|"
    r".{0,120}\bnot required\b.{0,120}smaller reporting compan|.{0,80}\b(?:is|are) not (?:required|applicable)\b.{0,80}$)",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST: Final = 4000  # characters of prose beyond which an Item is more than a reference, whatever it says
_LONGEST_NONE: Final = 700
_READ_WITH: Final = "in conjunction with"


@dataclass(frozen=True)
class Standing:
    """`pointing` and `prose` are shares, 0 to 1: of the prose that only points elsewhere, and of the text that is prose.
    `length` is the prose in characters."""

    status: Status
    prose: float
    pointing: float
    length: int


def standing(blocks: list[Block], least: int) -> Standing:
    """What an Item's blocks (without its heading) amount to. `least` is the least prose of its own, in characters, that
    makes an Item with a reference more than a reference."""
    said = [block.text for block in blocks if block.text]
    prose = [block.text for block in blocks if block.prose]
    length, shown = sum(map(len, prose)), sum(map(len, said))
    share = length / shown if shown else 0.0
    if length > _LONGEST:
        return Standing("full", share, 0.0, length)
    sentences = [sentence for text in _first(said) for sentence in _SENTENCE.split(text)]
    none = [sentence for sentence in sentences if says_none(sentence)]
    pointers = [sentence for sentence in sentences if not says_none(sentence) and is_pointer(sentence)]
    if any(block.kind == "gap" for block in blocks) and all(_READ_WITH in sentence for sentence in pointers):
        pointers = []  # a table of its own, to be read beside something: that is no reference
    pointing = sum(map(len, pointers))
    other = {*none, *pointers}
    own = sum(len(sentence) for text in prose for sentence in _SENTENCE.split(text) if sentence not in other)
    pointed = min(1.0, pointing / length) if length else 0.0
    return Standing(_status(own, pointing, len(none), least), share, pointed, length)


def _first(texts: list[str]) -> list[str]:
    """Those of the first few thousand characters: labels and lists may stand between the sentences, without end."""
    kept: list[str] = []
    left = 2 * _LONGEST
    for text in texts:
        kept.append(text[:left])
        left -= len(text)
        if left <= 0:
            break
    return kept


def _status(own: int, pointing: int, none: int, least: int) -> Status:
    if own >= least:
        return "full"
    if pointing:
        return "reference"
    return "full" if own and not none else "empty"


def is_pointer(sentence: str) -> bool:
    """It tells where something is said, and no more."""
    return _POINTS.search(sentence[:1500].lower()) is not None and len(words(sentence)) >= 4


def says_none(sentence: str) -> bool:
    return len(sentence) <= _LONGEST_NONE and _SAYS_NONE.match(sentence) is not None
