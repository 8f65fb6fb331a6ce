"""Plain text (1993 to 2008, and `<pre>`) to blocks: hard-wrapped lines become paragraphs, rows of figures go."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from daemon.filing.blocks import BREAK, GAP, Block, one_line, visible
from daemon.filing.furniture import is_page_number
from daemon.filing.headings import is_contents_line, is_item_heading
from daemon.filing.prose import ends_sentence, is_number, stop_share, words

_PAGE: Final = re.compile(r"<PAGE>|\f", re.IGNORECASE)
_TABLE: Final = re.compile(r"<(/?)TABLE\b[^<>]*>", re.IGNORECASE)
# Lines that only label or rule a table, and the header lines of a submission.
_LABEL: Final = re.compile(
    r"(?:<(?:S|C|CAPTION|TYPE|SEQUENCE|FILENAME|DESCRIPTION)>.*|[-=_~*+\s.|]{3,})", re.IGNORECASE
)
_TAG: Final = re.compile(r"</?[A-Z][A-Z0-9-]{0,15}>", re.IGNORECASE)
_PART: Final = re.compile(r"\s*PART\s+(?:IV|I{1,3})\s*+\.?\s*", re.IGNORECASE)
_MARK: Final = re.compile(
    r"(?:[*o\u2022\u00b7-]|--|\(?[a-z0-9]{1,3}[.)]|Items?\s+\d{1,2}[A-C]?[.:]?|Note\s+\d{1,2}\.?)", re.IGNORECASE
)
_BULLET: Final = re.compile(r"(?:[*o\u2022\u00b7-]|--|\([a-z0-9]{1,3}\))\s+\S")
_RUN_IN: Final = re.compile(r"[a-z]{3}(?:\.|\s?--?)\s+[A-Z]")
_COLUMNS: Final = re.compile(r"\s{3,}")
_CLOSE_COLUMNS: Final = re.compile(r"\s{2,}")
_INDENT: Final = 2
_LONGEST_WRAPPED: Final = 160  # a longer line was not wrapped by a typist: it is a paragraph of its own


@dataclass
class _Paragraph:
    lines: list[str] = field(default_factory=list)
    indent: int = 0


def blocks(text: str) -> list[Block]:
    """Blocks of a plain-text document, in order."""
    return list(_blocks(visible(text).expandtabs().splitlines()))


def _blocks(lines: list[str]) -> Iterator[Block]:
    paragraph = _Paragraph()
    in_table = False
    for raw in _pages(lines):
        line, in_table_now = _without_tags(raw, in_table)
        kind = "page" if raw == "\f" else _line_kind(line, paragraph, in_table=in_table or in_table_now)
        in_table = in_table_now
        if kind == "text" and not _starts_anew(paragraph, line):
            paragraph.lines.append(line)
            continue
        yield from _flushed(paragraph)
        paragraph = _Paragraph([line] if kind == "text" else [], len(line) - len(line.lstrip()))
        if kind == "page":
            yield BREAK
        elif kind == "row":
            yield GAP
        elif kind in {"number", "part"}:
            yield Block(one_line(line), "text", strong=kind == "part")
    yield from _flushed(paragraph)


def _pages(lines: list[str]) -> Iterator[str]:
    """The lines, with a form feed on a line of its own for each page's end. splitlines has cut at form feeds already,
    so only `<PAGE>` is left to find."""
    for line in lines:
        if _PAGE.search(line):
            yield "\f"
        yield _PAGE.sub(" ", line)


def _without_tags(line: str, in_table: bool) -> tuple[str, bool]:
    """The line less SGML tags, and whether a table is open behind it."""
    for found in _TABLE.finditer(line):
        in_table = not found[1]
    if "<" not in line:
        return line, in_table
    if _LABEL.fullmatch(line.strip()):
        return "", in_table
    return _TAG.sub(" ", _TABLE.sub(" ", line)), in_table


def _line_kind(line: str, paragraph: _Paragraph, *, in_table: bool) -> str:
    bare = line.strip()
    if not bare or _LABEL.fullmatch(bare):
        return "blank"
    if is_page_number(bare):
        return "number"
    if _PART.fullmatch(bare):
        return "part"
    if is_contents_line(bare):
        return "row"
    if not in_table and (_closes(paragraph, bare) or _is_spaced_heading(bare)):
        return "text"
    return "row" if _is_row(bare, in_table=in_table) else "text"


def _is_spaced_heading(line: str) -> bool:
    """An Item's heading set to both margins, with wide spaces between its words, and no page number behind it."""
    return is_item_heading(line) and not is_number(_COLUMNS.split(line)[-1])


def _closes(paragraph: _Paragraph, line: str) -> bool:
    """The short last line of a paragraph may hold nothing but a figure (`… as of February` / `15, 2008.`)."""
    if not paragraph.lines or len(_COLUMNS.split(line)) > 1:
        return False
    last = paragraph.lines[-1].strip()
    return len(words(last)) >= 6 and not ends_sentence(last)


def _is_row(line: str, *, in_table: bool) -> bool:
    """A line of columns: figures behind a label, or several columns of anything."""
    cells = (_CLOSE_COLUMNS if in_table else _COLUMNS).split(line)
    if len(cells) == 1:
        return is_number(line)
    if len(cells) == 2 and (_MARK.fullmatch(cells[0]) or is_item_heading(line)):
        return is_number(cells[1])
    figures = sum(is_number(cell) for cell in cells[1:])
    if figures > 1 or is_number(cells[-1]):
        return True
    if _is_justified(line):
        return False
    return figures > 0 or in_table or len(cells) > 2 or len(line) < 60


def _is_justified(line: str) -> bool:
    """Running words with wide spaces, as typesetting to both margins leaves them."""
    tokens = words(line)
    return len(tokens) >= 7 and stop_share(tokens) >= 0.2 and len(_COLUMNS.split(line)) <= 1 + len(tokens) // 2


def _starts_anew(paragraph: _Paragraph, line: str) -> bool:
    """A paragraph without a blank line before it: a heading, a bullet, or an indented first line."""
    if not paragraph.lines:
        return True
    bare, last = line.strip(), paragraph.lines[-1]
    if len(last) > _LONGEST_WRAPPED or len(line) > _LONGEST_WRAPPED:
        return True
    if is_item_heading(bare) and _may_precede_heading(last.strip()):
        return True
    indent = len(line) - len(line.lstrip())
    deeper = indent - (len(last) - len(last.lstrip())) >= _INDENT
    return ends_sentence(last.rstrip()) and (deeper or _BULLET.match(bare) is not None)


def _may_precede_heading(line: str) -> bool:
    """Not the middle of a sentence, in which `Item 7. …` would be a reference that came to a line's start."""
    return ends_sentence(line) or is_item_heading(line) or (len(line) < 45 and stop_share(words(line)[-1:]) == 0)


def _flushed(paragraph: _Paragraph) -> Iterator[Block]:
    lines = [line.strip() for line in paragraph.lines]
    if not lines:
        return
    long = len(lines) > 3 or sum(map(len, lines)) > 300
    if long and len(lines) > 1 and is_item_heading(lines[0]) and not _RUN_IN.search(lines[0]):
        yield Block(one_line(lines[0]), "text", strong=True)
        lines = lines[1:]
    text = _unwrapped(lines)
    if text:
        yield Block(text, "text", strong=_is_strong(lines, text))


def _unwrapped(lines: list[str]) -> str:
    parts: list[str] = []
    last = ""
    for line in lines:
        glued = last.endswith("-") and last[-2:-1].isalpha() and line[:1].islower()
        parts.extend((line,) if glued or not last else (" ", line))
        last = line
    return one_line("".join(parts))


def _is_strong(lines: list[str], text: str) -> bool:
    """Plain text has no bold: a heading is short, without a full stop, in capitals or with capitalised words."""
    if len(lines) > 3 or len(text) > 160 or text.endswith((".", ",", ";")):
        return False
    long = [word for word in words(text) if len(word) > 3]
    return bool(long) and sum(word[0].isupper() for word in long) >= 0.6 * len(long)
