"""Puts a walked HTML tree together again: runs of text become paragraphs, cells, rows and tables."""

import re
from dataclasses import dataclass, field
from typing import Final

from daemon.filing import plain
from daemon.filing.blocks import BREAK, Block, one_line
from daemon.filing.looks import Look
from daemon.filing.tables import NO_CELL, Cell, Row, cell_of, decide

_PARAGRAPHS: Final = re.compile(r"\n\s*\n")
_DEEPEST_TABLE: Final = 40  # deeper tables are no longer told apart, so that hostile nesting stays linear


@dataclass(slots=True)
class _Table:
    rows: list[Row] = field(default_factory=list)
    row: list[Cell] = field(default_factory=list)
    cell: list[Block] | None = None
    nested: bool = False


@dataclass(slots=True)
class Assembly:
    """Collects blocks while a tree is walked; `blocks` is complete after `finish`."""

    blocks: list[Block] = field(default_factory=list)
    _open: list[Look] = field(default_factory=list)
    _tables: list[_Table] = field(default_factory=list)
    _deep: int = 0
    _parts: list[str] = field(default_factory=list)
    _strong: list[str] = field(default_factory=list)  # those of the parts that are emphatic

    def open(self, look: Look) -> None:
        if look.block:
            if self._parts:
                self._flush()
            if look.break_before:
                self._break()
        elif look.tag == "br":
            self._parts.append("\n")
        if look.part is not None:
            self._open_part(look)
        self._open.append(look)

    def close(self, look: Look) -> None:
        """The innermost open element ends; the walk never ends another."""
        self._open.pop()
        if look.block and self._parts:
            self._flush()
        if look.part is not None:
            self._close_part(look)
        if look.break_after:
            self._break()

    def text(self, text: str, *, emphatic: bool) -> None:
        if not self._parts and text.isspace():
            return  # between elements, most of the time
        if self._open and self._open[-1].label:
            return
        text = text.replace("\n", " ")
        if emphatic:
            self._strong.append(text)
        self._parts.append(text)

    def preformatted(self, text: str) -> None:
        self._flush()
        self._sink().extend(plain.blocks(text))

    def finish(self) -> list[Block]:
        while self._open:
            self.close(self._open[-1])
        self._flush()
        return self.blocks

    def _sink(self) -> list[Block]:
        if not self._tables:
            return self.blocks
        table = self._tables[-1]
        if table.cell is None:  # text of a broken table outside its cells
            table.cell = []
        return table.cell

    def _flush(self) -> None:
        text = "".join(self._parts)
        if text and not text.isspace():
            # An underline or bracket outside the bold run must not hide that a line is a heading.
            strong = bool(self._strong) and _solid("".join(self._strong)) >= 0.9 * _solid(text)
            for part in _PARAGRAPHS.split(text) if "\n" in text else (text,):
                line = one_line(part)
                if line:
                    self._sink().append(Block(line, "text", strong))
        self._parts, self._strong = [], []

    def _break(self) -> None:
        if not self._tables:
            self.blocks.append(BREAK)
        elif self._tables[-1].cell is not None:
            self._tables[-1].cell.append(BREAK)

    def _open_part(self, look: Look) -> None:
        if look.part == "cell":
            if self._tables and not self._deep:
                self._tables[-1].cell = []
        elif look.part == "table":
            if len(self._tables) >= _DEEPEST_TABLE:
                self._deep += 1
            else:
                self._tables.append(_Table())

    def _close_part(self, look: Look) -> None:
        part = look.part
        if not self._tables or (self._deep and part != "table"):
            return
        table = self._tables[-1]
        if part in {"cell", "caption"}:
            self._end_cell(table)
        elif part == "row":
            self._end_row(table)
        elif self._deep:
            self._deep -= 1
        else:
            self._end_row(table)
            self._tables.pop()
            self._sink().extend(decide(table.rows))
            if self._tables:
                self._tables[-1].nested = True

    def _end_cell(self, table: _Table) -> None:
        if table.cell is not None:
            filled = table.cell or table.nested
            table.row.append(cell_of(table.cell, table.nested) if filled else NO_CELL)
        table.cell, table.nested = None, False

    def _end_row(self, table: _Table) -> None:
        self._end_cell(table)
        if table.row:
            table.rows.append(tuple(table.row))
        table.row = []


def _solid(text: str) -> int:
    """Characters that are not white space."""
    return sum(map(len, text.split()))
