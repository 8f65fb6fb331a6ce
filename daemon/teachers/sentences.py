# ruff: noqa: SIM905, RUF001 - word lists read best as text, and typographic quotes are what filings have
"""Sentences of filing prose, each with whether it is whole: a chunk often begins and ends in the middle of one. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Never the end of a sentence, whatever follows.
_TITLES: Final = frozenset(
    "mr mrs ms dr messrs st sr no nos v vs cf e.g i.e al sec secs art arts fig figs vol p pp para ex approx est "
    "jan feb mar apr jun jul aug sep sept oct nov dec mt ft ave blvd rev gen gov sen rep hon prof".split()
)
# The end of a sentence only before a word that opens one: "Apple Inc. The Company …" against "Apple Inc. Class A".
_SUFFIXES: Final = frozenset(
    "inc corp co cos ltd llc plc jr bros etc u.s u.k u.s.a u.s.c d.c e.u l.p l.l.c l.l.p n.a n.v s.a a.g b.v p.l.c a.m p.m "
    "ph.d s.p.a s.a.r.l n.y u.n".split()
)
OPENERS: Final = frozenset(
    "the a an we our in as if it its this these those that there they their for on at by with to from when while where "
    "although because since after before during under upon such some many most any all each both no neither no however "
    "additionally moreover furthermore further also accordingly consequently therefore thus finally net sales revenue "
    "revenues operating gross income cost costs interest other certain management changes increases "
    "fiscal total among within through despite due based historically generally currently additional future failure "
    "competition demand cash capital research selling".split()
)
_END: Final = re.compile(r"[.!?]+[\"”’')\]]*(?=\s|$)")
_LAST_TOKEN: Final = re.compile(r"[\w.&]*\w$")
_STARTS_LIKE_A_SENTENCE: Final = re.compile(r"[\"“‘'(\[]*(?:[A-Z0-9$€£]|[•●▪■·*–-]\s*[A-Z])")
_LABEL_ONLY: Final = re.compile(r"\W*(?:item\s+)?(?:\d{1,2}[A-Ca-c]?|[ivxIVX]{1,5}|[A-Za-z])\.?\W*", re.IGNORECASE)
_BULLET: Final = re.compile(r"^\s*(?:[•●▪■·]\s*|(?:[*–—-]|\((?:[ivx]{1,5}|[a-z]|\d{1,2})\)|\d{1,2}\.)\s+)")
_LEANS_ON: Final = re.compile(
    r"(?:,|\b(?:of|the|and|or|to|in|for|a|an|by|with|from|its|our|on|at|that|as|is|are|was))$"
)
_FIRST_WORD: Final = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True)
class Sentence:
    """White space inside is single blanks; bullets are gone. `whole` is False for what a chunk's edge may have cut.

    `ordinal` counts from 0 all pieces, headings too; `number` only those before it that a reader would call sentences.
    """

    text: str
    ordinal: int
    number: int
    whole: bool


def sentences(text: str) -> list[Sentence]:
    """In their order, ordinals from 0. Headings come as sentences that are not whole: they end without a full stop."""
    pieces = [piece for block in _blocks(text) for piece in _pieces(block)]
    last = len(pieces) - 1
    found: list[Sentence] = []
    number = 0
    for ordinal, piece in enumerate(pieces):
        whole = _starts_whole(piece, surely=ordinal > 0) and _ends_whole(piece, surely=ordinal < last)
        found.append(Sentence(piece, ordinal, number, whole))
        number += _FINAL_MARK.search(piece) is not None
    return found


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs. A line break ends one unless the text plainly runs on over it, as in wrapped plain text."""
    block = ""
    for line in (" ".join(line.split()) for line in text.split("\n")):
        runs_on = bool(block and line) and (line[0].islower() or (_LEANS_ON.search(block) and not _BULLET.match(line)))
        if runs_on:
            block = f"{block} {line}"
            continue
        if block:
            yield block
        block = line
    if block:
        yield block


def _pieces(block: str) -> Iterator[str]:
    start = 0
    for match in _END.finditer(block):
        if match.end() < len(block) and not _ends_sentence(block, start, match):
            continue
        yield _BULLET.sub("", block[start : match.end()]).strip()
        start = match.end()
    rest = _BULLET.sub("", block[start:]).strip()
    if rest:
        yield rest


def _ends_sentence(block: str, start: int, match: "re.Match[str]") -> bool:
    """Whether the mark ends the sentence that began at `start`, judged by the words before and after it."""
    after = block[match.end() :].lstrip()
    before = block[start : match.start()]
    if not _STARTS_LIKE_A_SENTENCE.match(after) or _LABEL_ONLY.fullmatch(before):
        return False
    if not match[0].startswith(".") or len(match[0]) > 1:
        return True
    token = _last_token(before)
    if token in _TITLES or _LABELLED.search(before):
        return False
    if token in _SUFFIXES or (len(token) == 1 and token.isalpha()):
        word = _FIRST_WORD.search(after)
        return word is not None and word[0].lower() in OPENERS
    return True


# "See Item 7. Management's …", "Note 5. Leases": a heading's number in a running sentence.
_LABELLED: Final = re.compile(
    r"\b(?:item|items|note|part|section|exhibit)\s+(?:\d{1,2}[A-C]?|[IVX]{1,4})$", re.IGNORECASE
)


def _last_token(before: str) -> str:
    match = _LAST_TOKEN.search(before)
    return "" if match is None else match[0].lower()


def _starts_whole(piece: str, *, surely: bool) -> bool:
    """At the chunk's edge only a capital word that plainly opens sentences is trusted to be the first one."""
    if not _STARTS_LIKE_A_SENTENCE.match(piece):
        return False
    first = _FIRST_WORD.search(piece)
    return surely or (first is not None and first[0][0].isupper() and _opens(first[0].lower()))


def _opens(word: str) -> bool:
    return word in OPENERS or (word.endswith("ing") and len(word) > 5)


def _ends_whole(piece: str, *, surely: bool) -> bool:
    """A full stop that is no abbreviation's, and every bracket and quotation closed."""
    mark = _FINAL_MARK.search(piece)
    if mark is None or piece.count("(") != piece.count(")") or piece.count("“") != piece.count("”"):
        return False
    token = _last_token(piece[: mark.start()])
    return token not in _TITLES and (surely or not (token in _SUFFIXES or (len(token) == 1 and token.isalpha())))


_FINAL_MARK: Final = re.compile(r"[.!?][\"”’')\]]*$")
