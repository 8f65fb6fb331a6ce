"""Puts a walked HTML tree together again: runs of text become paragraphs, cells, rows and tables."""

import re
from dataclasses import dataclass, field
from typing import Final

from daemon.filing import plain
from daemon.filing.blocks import BREAK, Block, one_line
from daemon.filing.html import BLOCK_TAGS
from daemon.filing.tables import Cell, Row, decide

_LABELS: Final = frozenset(["type", "sequence", "filename", "description"])
_EMPHATIC: Final = frozenset(["b", "strong", "u", "h1", "h2", "h3", "h4", "h5", "h6", "i", "em", "th"])
_EMPHASIS: Final = re.compile(
    r"font-weight\s*:\s*(?:bold|[6-9]00)|text-decoration\s*:\s*underline|font-style\s*:\s*italic", re.IGNORECASE
)
_REGULAR: Final = re.compile(r"font-weight\s*:\s*(?:normal|[1-4]00)", re.IGNORECASE)
_INLINE: Final = re.compile(r"display\s*:\s*inline(?!-)", re.IGNORECASE)
_BREAK_BEFORE: Final = re.compile(r"(?:page-)?break-before\s*:\s*(?:always|page)", re.IGNORECASE)
_BREAK_AFTER: Final = re.compile(r"(?:page-)?break-after\s*:\s*(?:always|page)", re.IGNORECASE)
_PARAGRAPHS: Final = re.compile(r"\n\s*\n")
_DEEPEST_TABLE: Final = 40  # deeper tables are no longer told apart, so that hostile nesting stays linear


@dataclass
class _Table:
    rows: list[Row] = field(default_factory=list)
    row: list[Cell] = field(default_factory=list)
    cell: list[Block] | None = None
    nested: bool = False


@dataclass(frozen=True)
class _Open:
    """What an element changed and its end undoes."""

    tag: str
    block: bool
    emphatic: bool
    break_after: bool


@dataclass
class Assembly:
    """Collects blocks while a tree is walked; `blocks` is complete after `finish`."""

    blocks: list[Block] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)
    _tables: list[_Table] = field(default_factory=list)
    _deep: int = 0
    _parts: list[str] = field(default_factory=list)
    _solid: int = 0
    _strong: int = 0

    def open(self, tag: str, style: str) -> None:
        block = tag in BLOCK_TAGS and not (style and _INLINE.search(style))
        if tag == "br":
            self._parts.append("\n")
        if block:
            self._flush()
            if tag in {"hr", "page"} or (style and _BREAK_BEFORE.search(style)):
                self._break()
        self._open_table(tag)
        after = bool(style) and _BREAK_AFTER.search(style) is not None
        self._open.append(_Open(tag, block, self._is_emphatic(tag, style), after))

    def close(self, tag: str) -> None:
        """The innermost open element ends; the walk never ends another."""
        del tag
        if not self._open:
            return
        opened = self._open.pop()
        if opened.block:
            self._flush()
        self._close_table(opened.tag)
        if opened.break_after:
            self._break()

    def text(self, text: str) -> None:
        if self._open and self._open[-1].tag in _LABELS:
            return
        self._parts.append(text.replace("\n", " "))
        solid = len("".join(text.split()))
        self._solid += solid
        if self._open and self._open[-1].emphatic:
            self._strong += solid

    def preformatted(self, text: str) -> None:
        self._flush()
        self._sink().extend(plain.blocks(text))

    def finish(self) -> list[Block]:
        while self._open:
            self.close(self._open[-1].tag)
        self._flush()
        return self.blocks

    def _is_emphatic(self, tag: str, style: str) -> bool:
        if tag in _EMPHATIC or (style and _EMPHASIS.search(style)):
            return True
        inherited = bool(self._open) and self._open[-1].emphatic
        return inherited and not (style and _REGULAR.search(style))

    def _sink(self) -> list[Block]:
        if not self._tables:
            return self.blocks
        table = self._tables[-1]
        if table.cell is None:  # text of a broken table outside its cells
            table.cell = []
        return table.cell

    def _flush(self) -> None:
        if self._solid:
            # An underline or bracket outside the bold run must not hide that a line is a heading.
            strong = self._strong >= 0.9 * self._solid
            for part in _PARAGRAPHS.split("".join(self._parts)):
                line = one_line(part)
                if line:
                    self._sink().append(Block(line, "text", strong))
        self._parts, self._solid, self._strong = [], 0, 0

    def _break(self) -> None:
        if not self._tables:
            self.blocks.append(BREAK)
        elif self._tables[-1].cell is not None:
            self._tables[-1].cell.append(BREAK)

    def _open_table(self, tag: str) -> None:
        if tag == "table":
            if len(self._tables) >= _DEEPEST_TABLE:
                self._deep += 1
                return
            self._tables.append(_Table())
        elif self._tables and not self._deep and tag in {"td", "th"}:
            self._tables[-1].cell = []

    def _close_table(self, tag: str) -> None:
        if not self._tables or (self._deep and tag != "table"):
            return
        table = self._tables[-1]
        if tag in {"td", "th", "caption"}:
            self._end_cell(table)
        elif tag == "tr":
            self._end_row(table)
        elif tag == "table":
            if self._deep:
                self._deep -= 1
                return
            self._end_row(table)
            self._tables.pop()
            self._sink().extend(decide(table.rows))
            if self._tables:
                self._tables[-1].nested = True

    def _end_cell(self, table: _Table) -> None:
        if table.cell is not None:
            table.row.append(Cell(tuple(table.cell), table.nested))
        table.cell, table.nested = None, False

    def _end_row(self, table: _Table) -> None:
        self._end_cell(table)
        if table.row:
            table.rows.append(tuple(table.row))
        table.row = []
