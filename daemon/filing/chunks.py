"""From sections to passages: prose only, split at sub-headings, never across Items, with exact offsets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from langchain_text_splitters import RecursiveCharacterTextSplitter

from daemon.filing.blocks import Block
from daemon.filing.prose import is_prose

# Paragraph, line, sentence, clause, word, character: the first that fits is taken.
_SEPARATORS: Final = [r"\n\n", r"\n", r"(?<=[.!?]) ", r"(?<=[;:]) ", r"(?<=,) ", " ", ""]
# Sentences the rules prescribe for the end of every filing; they say nothing about the company.
_FORMALITY: Final = re.compile(
    r"pursuant to the requirements? of (?:the )?sections? 1[35]|pursuant to the requirements of the securities|"
    r"^know all (?:men|persons|people|by these)|^in witness whereof",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ChunkOptions:
    """Characters. `size` bounds a chunk, `overlap` what two neighbours share. `min_prose` is the least prose worth a
    chunk: an Item with less (`None.`, `Not applicable.`) gives none, and a smaller sub-section joins its neighbour."""

    size: int = 1500
    overlap: int = 200
    min_prose: int = 100


@dataclass(frozen=True)
class Passage:
    """Characters `char_start` to `char_end` (exclusive) of the extraction's text; `item` None outside all Items."""

    item: str | None
    char_start: int
    char_end: int
    text: str


@dataclass(frozen=True)
class Group:
    """A sub-heading, if there is one, and the paragraphs under it."""

    lines: tuple[str, ...]
    prose: int


def groups(blocks: list[Block], options: ChunkOptions) -> list[Group]:
    """An Item's prose by sub-heading; none if there is too little of it."""
    found = list(_by_subheading(blocks))
    merged: list[Group] = []
    for group in found:
        if merged and (merged[-1].prose < options.min_prose or group.prose < options.min_prose):
            merged[-1] = Group((*merged[-1].lines, *group.lines), merged[-1].prose + group.prose)
        else:
            merged.append(group)
    return merged if sum(group.prose for group in merged) >= options.min_prose else []


def _by_subheading(blocks: list[Block]) -> Iterator[Group]:
    heading: list[str] = []
    lines: list[str] = []
    prose = 0
    for block in blocks:
        if _is_subheading(block):
            if lines:
                yield Group((*heading, *lines), prose)
                heading, lines, prose = [], [], 0
            heading = [*heading[-1:], block.text]
        elif is_prose(block.text) and not _FORMALITY.search(block.text):
            lines.append(block.text)
            prose += len(block.text)
        elif block.kind == "gap":
            continue
    if lines:
        yield Group((*heading, *lines), prose)


def _is_subheading(block: Block) -> bool:
    return block.strong and 3 < len(block.text) <= 200 and any(c.isalpha() for c in block.text)


def passages(text: str, start: int, item: str | None, options: ChunkOptions) -> Iterator[Passage]:
    """The passages of one group, whose text stands at `start` of the extraction's text."""
    splitter = RecursiveCharacterTextSplitter(
        separators=_SEPARATORS,
        is_separator_regex=True,
        keep_separator="end",
        chunk_size=options.size,
        chunk_overlap=options.overlap,
    )
    end = 0
    last = -1
    for piece in splitter.split_text(text):
        at = text.find(piece, max(last + 1, end - options.overlap))
        last, end = at, at + len(piece)
        yield Passage(item, start + at, start + end, piece)
