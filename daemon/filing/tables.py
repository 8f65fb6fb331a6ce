"""Tables, decided row by row: a layout table's prose row stays, a row of figures goes."""

import re
from dataclasses import dataclass
from typing import Final

from daemon.filing.blocks import GAP, Block
from daemon.filing.headings import is_contents_line, is_item_heading
from daemon.filing.prose import is_number, is_sentence, words

_MARK: Final = re.compile(
    r"[\u2022\u00b7\u25cf\u25aa\u25a0\u25e6\u2013\u2014*o\u00a7\u00fc\uf0b7\u2023\u27a2\u2666-]|"
    r"\(?(\d{1,2}|[A-Za-z]|[ivxIVX]{1,5})[.)]|\(?\d{1,2}\)?|\*{1,3}|[†‡]"
)
# Officers and directors come as name, age, career: one row, one text.
_AGE: Final = re.compile(r"[2-9]\d")


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is that of all its blocks. `nested` cells held a table of their own, whose rows are decided already."""

    blocks: tuple[Block, ...]
    text: str
    nested: bool


Row = tuple[Cell, ...]
NO_CELL: Final = Cell((), "", nested=False)  # most cells of a table of figures only stand for space


def cell_of(blocks: list[Block], nested: bool) -> Cell:
    text = blocks[0].text if len(blocks) == 1 else " ".join(block.text for block in blocks if block.text)
    return Cell(tuple(blocks), text, nested)


def decide(rows: list[Row]) -> list[Block]:
    """The blocks that stay of a table, in order; one gap stands for each run of dropped rows."""
    filled = [[cell for cell in row if cell.text] for row in rows]
    figures = _is_of_figures(filled)
    kept: list[Block] = []
    for row, cells in zip(rows, filled, strict=True):
        blocks = _decide_row(row, cells, figures=figures)
        if blocks or not kept or kept[-1] is not GAP:
            kept.extend(blocks or [GAP])
    return kept


def _is_of_figures(rows: list[list[Cell]]) -> bool:
    """True for a table of data: a fifth of its rows or more hold figures behind a label."""
    holding = sum(any(is_number(cell.text) for cell in cells[1:]) for cells in rows)
    return holding * 5 >= max(1, sum(map(bool, rows)))


def _decide_row(row: Row, cells: list[Cell], *, figures: bool) -> list[Block]:
    """`cells` are those of the row that hold text."""
    if not cells or any(cell.nested for cell in row):
        return [block for cell in row for block in cell.blocks]
    joined = " ".join(cell.text for cell in cells)
    if is_contents_line(joined):
        return []
    if is_item_heading(joined):
        return [Block(joined, "row", strong=True)]
    if len(cells) == 1:
        return _lone_cell(cells[0], figures=figures)
    if _MARK.fullmatch(cells[0].text) and len(cells) == 2:
        return _marked(cells[0], cells[1], figures=figures)
    return _several(cells, figures=figures)


def _lone_cell(cell: Cell, *, figures: bool) -> list[Block]:
    """A full-width row: text of a layout table, or a caption inside a table of figures."""
    if not figures:
        return list(cell.blocks)
    return [block for block in cell.blocks if is_sentence(block.text)]


def _marked(mark: Cell, cell: Cell, *, figures: bool) -> list[Block]:
    """A bullet or footnote mark and its text."""
    if is_number(cell.text) or (figures and not is_sentence(cell.text)):
        return []
    first, *rest = [block for block in cell.blocks if block.text]
    return [Block(f"{mark.text} {first.text}", "text", first.strong), *rest]


def _several(cells: list[Cell], *, figures: bool) -> list[Block]:
    numbers = [cell.text for cell in cells[1:] if is_number(cell.text)]
    if len(numbers) == 1 and _AGE.fullmatch(numbers[0]) and len(words(cells[-1].text)) >= 5:
        return [Block(" ".join(cell.text for cell in cells))]
    if numbers:
        # Label and figures; only whole sentences beside a stray number are worth keeping.
        return [b for cell in cells for b in cell.blocks if is_sentence(b.text) and len(words(b.text)) >= 25]
    sentences = [b for cell in cells for b in cell.blocks if is_sentence(b.text)]
    if figures or not sentences:
        return sentences
    return [b for cell in cells for b in cell.blocks if b.text]
