"""From sections to passages: prose only, split at sub-headings, never across Items, with exact offsets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from langchain_text_splitters import RecursiveCharacterTextSplitter

from daemon.filing.blocks import Block
from daemon.filing.prose import ends_sentence
from store.errors import FinsdistillError

# Paragraph, sentence, clause, word, character: the first that fits is taken. A single line end is no place to split: it
# stands between a heading and its first paragraph, and would leave headings as chunks of their own.
_SEPARATORS: Final = [r"\n\n", r"(?<=[.!?])\s", r"(?<=[;:])\s", r"(?<=,)\s", r"\s", ""]
# Lines of an exhibit index and captions of tables read like prose but say nothing.
_EXHIBIT: Final = re.compile(
    r"\W*\(?\d{1,3}\)?[.\-(]\(?[A-Za-z]?\d*+\)?[\w.*()\-]*\W.{0,400}"
    r"\b(?:exhibits?|agreements?|plan|indenture|dated|filed|form|certificate|by-?laws|incorporated|amend\w+|consent)\b",
    re.IGNORECASE,
)
_CAPTION: Final = re.compile(
    r"\b(?:in|of) (?:millions|thousands|billions)\b.{0,40}$|\bdollars in\b.{0,40}$", re.IGNORECASE
)
_PART: Final = re.compile(r"\W*PART\s+[IV]{1,3}\W*", re.IGNORECASE)
# Sentences the rules prescribe for the end of every filing; they say nothing about the company.
_FORMALITY: Final = re.compile(
    r"pursuant to the requirements? of (?:the )?sections? 1[35]|pursuant to the requirements of the securities|"
    r"^know all (?:men|persons|people|by these)|^in witness whereof|us-gaap[_:]|no authoritative reference available|"
    r"privacy-enhanced message|^\W*(?:\d\W+)?(?:based on my knowledge,|i have reviewed this)|certifying officers? and i\b|"
    r"\bhereby certif|, certify that:?$|attorneys?-in-fact",
    re.IGNORECASE,
)
_OF_FORMALITIES: Final = (
    "pursuant to the requirement",
    "us-gaap",
    "no authoritative",
    "privacy-enhanced",
    "based on my",
    "i have reviewed",
    "certif",
    "-in-fact",
)


@dataclass(frozen=True)
class ChunkOptions:
    """Characters. `size` bounds a chunk, `overlap` what two neighbours share. `min_prose` is the least prose worth a
    chunk: an Item with less (`None.`, `Not applicable.`) gives none, and a smaller sub-section joins its neighbour."""

    size: int = 1500
    overlap: int = 200
    min_prose: int = 100

    def __post_init__(self) -> None:
        if not 0 <= self.overlap < self.size or self.min_prose < 0:
            raise FinsdistillError(
                f"[chunk] size {self.size}, overlap {self.overlap}, min_prose {self.min_prose}: "
                "overlap must be 0 or more and less than size, min_prose 0 or more"
            )


@dataclass(frozen=True)
class Passage:
    """Characters `char_start` to `char_end` (exclusive) of the extraction's text; `item` None outside all Items.
    `by_reference` text stands elsewhere, where its Item points to. `marks` names the checks that its Item failed: it is
    kept, and no teacher is asked about it."""

    item: str | None
    char_start: int
    char_end: int
    text: str
    by_reference: bool = False
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """The paragraphs under a sub-heading, which is the first line of the first one. `prose` is characters."""

    paragraphs: tuple[str, ...]
    prose: int

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)


def groups(blocks: list[Block], options: ChunkOptions) -> list[Group]:
    """An Item's prose by sub-heading; none if there is too little of it."""
    merged: list[Group] = []
    for group in _by_subheading(blocks):
        if merged and min(merged[-1].prose, group.prose) < options.min_prose:
            last = merged.pop()
            merged.append(Group((*last.paragraphs, *group.paragraphs), last.prose + group.prose))
        else:
            merged.append(group)
    return merged if sum(group.prose for group in merged) >= options.min_prose else []


def _by_subheading(blocks: list[Block]) -> Iterator[Group]:
    headings: list[str] = []
    paragraphs: list[str] = []
    prose = 0
    for block in blocks:
        if _is_subheading(block):
            if prose:
                yield Group(tuple(paragraphs), prose)
                headings, paragraphs, prose = [], [], 0
            # A heading over a heading is kept, one more above it is not: it is rarely about this text any more.
            headings = [*headings[-1:], block.text]
        elif block.prose and _is_worth_keeping(block.text):
            lead = [] if prose else headings
            paragraphs.append("\n".join([*lead, block.text]))
            prose += len(block.text)
    if prose:
        yield Group(tuple(paragraphs), prose)


def _is_subheading(block: Block) -> bool:
    if not block.strong or not 3 < len(block.text) <= 200 or _PART.fullmatch(block.text):
        return False
    return any(c.isalpha() for c in block.text)


def _is_worth_keeping(text: str) -> bool:
    """Of prose."""
    if _is_formality(text):
        return False
    if len(text) > 500 or (ends_sentence(text) and not _EXHIBIT.match(text)):
        return True
    return not _EXHIBIT.match(text) and not _CAPTION.search(text)


def _is_formality(text: str) -> bool:
    lower = text.lower()
    if not any(map(lower.__contains__, _OF_FORMALITIES)) and not lower.startswith(("know all ", "in witness ")):
        return False  # found out in a tenth of the time
    return _FORMALITY.search(text) is not None


def passages(text: str, start: int, item: str | None, options: ChunkOptions) -> Iterator[Passage]:
    """The passages of one group, whose text stands at `start` of the extraction's text."""
    pieces = [text] if len(text) <= options.size else _splitter(options).split_text(text)
    end = 0
    last = -1
    for piece in pieces:
        at = text.find(piece, max(last + 1, end - options.overlap))
        last, end = at, at + len(piece)
        yield Passage(item, start + at, start + end, piece)


@lru_cache(maxsize=8)
def _splitter(options: ChunkOptions) -> RecursiveCharacterTextSplitter:
    return RecursiveCharacterTextSplitter(
        separators=_SEPARATORS,
        is_separator_regex=True,
        keep_separator="end",
        chunk_size=options.size,
        chunk_overlap=options.overlap,
    )
