"""A report as printed pages: paragraphs run on from one page to the next, as they do in filings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from daemon.samples.report import Heading, Item, Part, Report, Text

_LINE: Final = 90  # characters of a printed line, to tell how full a page is
_ROWS: Final = 46
_PARTS: Final = {"1": "PART I", "5": "PART II", "10": "PART III", "15": "PART IV"}


@dataclass(frozen=True)
class Opening:
    """An Item begins; `part` where a part of the form begins with it."""

    number: str
    title: str
    part: str | None


Block = Opening | Part


def pages(report: Report) -> list[list[Block]]:
    """The blocks of each page. A paragraph that does not fit goes on at the top of the next page, in mid-sentence."""
    found: list[list[Block]] = [[]]
    room = _ROWS
    for block in _blocks(report.items):
        size = _rows(block)
        if size > room:
            first, rest = _torn(block, room)
            if first is not None:
                found[-1].append(first)
            found.append([rest])
            room = _ROWS - _rows(rest)
        else:
            found[-1].append(block)
            room -= size
    return found


def contents(paged: Sequence[Sequence[Block]]) -> list[tuple[Opening, int]]:
    """Each Item with its page, from 1."""
    return [(b, number) for number, page in enumerate(paged, start=1) for b in page if isinstance(b, Opening)]


def _blocks(items: Sequence[Item]) -> Iterator[Block]:
    for item in items:
        yield Opening(item.number, item.title, _PARTS.get(item.number))
        yield from item.parts


def _rows(block: Block) -> int:
    match block:
        case Text(text):
            return len(text) // _LINE + 2
        case Heading() | Opening():
            return 3
        case _:
            return len(block.rows) + 4


def _torn(block: Block, room: int) -> tuple[Text | None, Block]:
    """What stays on the page, and what goes on. Only long paragraphs are torn, before a word in small letters."""
    if not isinstance(block, Text) or room < 4 or len(block.text) < 3 * _LINE:
        return None, block
    words = block.text[: room * _LINE - 2 * _LINE].split(" ")
    cut = len(words) - 1
    following = block.text.split(" ")
    while cut > 12 and not (following[cut][:1].islower() and following[cut - 1][-1:].isalpha()):
        cut -= 1
    if cut <= 12:
        return None, block
    return Text(" ".join(following[:cut])), Text(" ".join(following[cut:]))
