"""Text → sentences, for rougeLsum and for the lead and random baselines. Versioned: another split is another score."""

import re
from typing import Final

SPLIT_VERSION: Final = "v1"

# Words of filings whose full stop ends no sentence. Compared in lower case without the stop.
_SHORT: Final = """inc corp co ltd llc lp plc no nos v vs e.g i.e approx est mr mrs ms dr st jr sr u.s u.k u.s.c e.u a.m p.m
dept div fig sec reg rev art cl par jan feb mar apr jun jul aug sept sep oct nov dec n.a s.a n.v b.v d.c cf al"""
_ABBREVIATIONS: Final = frozenset(_SHORT.split())
# Before one of these such a stop ends both: "… in the U.S. We also sell …".
_BEGINNINGS: Final = (
    "The This These Those We Our It Its In On As At For If An And But To Such There They Then However He She"
)
_STARTERS: Final = frozenset(_BEGINNINGS.split())
_CLOSING: Final = "\"'\u201d\u2019)\\]"
_OPENING: Final = "\"'\u201c\u2018(\\["
# A stop, what may close behind it, white space, and a beginning: capital, digit, bracket, quote, currency or bullet.
_BOUNDARY: Final = re.compile(rf"([.!?][{_CLOSING}]*)\s+(?=[{_OPENING}$\u20ac\u00a3\u2022]*([A-Z0-9]\w*))")
# A newline in the middle of a sentence: a hard-wrapped line of an old plain-text filing.
_WRAPPED: Final = re.compile(r"(?<![.!?:;\n])\n(?=[a-z])")
_LAST_WORD: Final = re.compile(rf"([\w.]+)\.[{_CLOSING}]*$")
_LIST_NUMBER: Final = re.compile(r"\(?\d{1,2}[.)]+")
_PROSE_END: Final = re.compile(rf"[.!?][{_CLOSING}]*$")
_PROSE_WORDS: Final = 4


def sentences(text: str) -> list[str]:
    """In text order, white space collapsed, none empty. A line end is a boundary too (headings, list items)."""
    lines = _WRAPPED.sub(" ", text).splitlines()
    return [" ".join(piece.split()) for line in lines for piece in _pieces(line.strip()) if piece.strip()]


def prose_sentences(text: str) -> list[str]:
    """The sentences that end like one and are no shorter than four words: headings and table scraps are left out."""
    return [s for s in sentences(text) if _PROSE_END.search(s) and len(s.split()) >= _PROSE_WORDS]


def one_per_line(text: str) -> str:
    """What rougeLsum reads: newlines between sentences and nowhere else."""
    return "\n".join(sentences(text))


def _pieces(line: str) -> list[str]:
    pieces, start = [], 0
    for match in _BOUNDARY.finditer(line):
        piece = line[start : match.end(1)]
        if not _is_open(piece, match.group(2)):
            pieces.append(piece)
            start = match.end()
    return [*pieces, line[start:]]


def _is_open(piece: str, following: str) -> bool:
    """The stop belongs to an abbreviation, an initial ("J. Smith") or a list number ("2. Margins fell")."""
    if _LIST_NUMBER.fullmatch(piece.strip()):
        return True
    word = _LAST_WORD.search(piece)
    if word is None or following in _STARTERS:
        return False
    last = word.group(1)
    return last.lower() in _ABBREVIATIONS or (len(last) == 1 and last.isupper())
