"""Page furniture: page numbers, running heads and feet, links back to the contents. Dropped, and what they tore is
joined again."""

import re
from collections import Counter
from typing import Final

from daemon.filing.blocks import BREAK, Block
from daemon.filing.headings import is_continued, is_item_heading
from daemon.filing.parts import reported
from daemon.filing.prose import ends_sentence, is_number, words

_PAGE_NUMBER: Final = re.compile(
    r"(?:page\s*)?[-\u2013\u2014(\[<]*\s?(?:\d{1,4}|[ivxlc]{1,6}|(?:[A-Z]{1,3}|[IVX]{1,4})\s?-\s?\d{1,3})\s?[-\u2013\u2014)\]>]*"
    r"(?:\s*of\s*\d{1,4})?",
    re.IGNORECASE,
)
_CONTENTS: Final = re.compile(
    r"(?:back to |return to )?(?:table\s?of\s?contents|index(?: to (?!(?:the )?exhibits).{0,40})?|contents)"
    r"(?:\s*\(?continued\)?)?(?:\s*\d{1,3})?",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"\d+|\b[ivxlc]+$", re.IGNORECASE)
_REACH: Final = 4  # blocks on each side of a page's end in which its head and foot stand
_LONGEST: Final = 160
_REPEATS: Final = 3


def is_page_number(text: str) -> bool:
    return len(text) <= 20 and any(c.isalnum() for c in text) and _PAGE_NUMBER.fullmatch(text) is not None


def without_furniture(blocks: list[Block]) -> list[Block]:
    """The same blocks less furniture and breaks, with paragraphs that ran on across a page joined."""
    marked = [BREAK if _is_certain(block) else block for block in blocks]
    return _joined(_without_repeats(marked))


def _is_certain(block: Block) -> bool:
    """Furniture wherever it stands; each one also shows that a page ends here."""
    text = block.text
    if not text or len(text) > _LONGEST:
        return False
    return is_page_number(text) or _CONTENTS.fullmatch(text) is not None or is_continued(text)


def _shape(text: str) -> str:
    """A running line without what changes from page to page."""
    return re.sub(r"[\W_]+", "", _DIGITS.sub("#", text.lower()))


def _near_breaks(blocks: list[Block]) -> list[int]:
    """Indices of the short blocks that stand within reach of a page's end."""
    near: set[int] = set()
    for step in (-1, 1):
        fresh = True  # of breaks without text between them, the one next to the text reaches furthest
        for i in range(len(blocks))[::-step]:
            if blocks[i].text:
                fresh = True
            elif fresh and blocks[i].kind == "break":
                near.update(_side(blocks, i, step))
                fresh = False
    return sorted(near)


def _side(blocks: list[Block], start: int, step: int) -> list[int]:
    found: list[int] = []
    i = start + step
    while 0 <= i < len(blocks) and len(found) < _REACH:
        block = blocks[i]
        if block.text and len(block.text) > _LONGEST:
            break
        if block.text:
            found.append(i)
        elif block.kind == "break" and found:
            break
        i += step
        if abs(i - start) > 4 * _REACH:
            break
    return found


def _without_repeats(blocks: list[Block]) -> list[Block]:
    """Running lines: the same words, or the same but for a number, at three pages' ends or more."""
    near = _near_breaks(blocks)
    shapes = {i: _shape(blocks[i].text) for i in near}
    counts = Counter(shape for shape in shapes.values() if shape)
    seen: set[str] = set()
    out: list[Block] = []
    for i, block in enumerate(blocks):
        shape = shapes.get(i)
        if shape and counts[shape] >= _REPEATS and not _is_first_heading(block, shape, seen):
            out.append(BREAK)
            continue
        out.append(block)
    return out


def _is_first_heading(block: Block, shape: str, seen: set[str]) -> bool:
    """The first `Item 7. …` or `Notes to …` of a running head may be the heading itself: it stays."""
    if shape in seen or not (is_item_heading(block.text) or reported(block)):
        return False
    seen.add(shape)
    return True


def _joined(blocks: list[Block]) -> list[Block]:
    out: list[Block] = []
    torn = False
    for block in blocks:
        if block.kind == "break":
            torn = True
            continue
        if torn and out and _runs_on(out[-1], block):
            out[-1] = Block(_glue(out[-1].text, block.text), "text")
        else:
            out.append(block)
        torn = False
    return out


def _runs_on(before: Block, after: Block) -> bool:
    """A sentence without its end before the page's end, and something that can go on with it behind."""
    if before.kind != "text" or after.kind != "text" or ends_sentence(before.text):
        return False
    if (before.strong and len(before.text) < _LONGEST) or is_item_heading(after.text) or is_number(before.text):
        return False
    first = after.text.lstrip("\"'(\u201c\u2018$")[:1]
    if first.islower() or (first.isdigit() and not after.strong):
        return len(words(before.text)) >= 4
    return not after.strong and len(before.text) >= 60 and len(after.text) >= 40 and not before.text.isupper()


def _glue(before: str, after: str) -> str:
    if before.endswith("-") and before[-2:-1].isalpha() and after[:1].islower():
        return before + after
    return f"{before} {after}"
