"""What is fuzzed: bytes in, and either a refusal or a result that obeys the laws. Anything else is a crash."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from daemon.filing import ChunkOptions, Extraction, FilingUnreadable, extract, html
from daemon.filing.assembly import Assembly
from daemon.filing.blocks import BREAK, Block, one_line
from daemon.filing.document import documents
from daemon.filing.furniture import without_furniture
from daemon.filing.sections import sections
from daemon.forms import FORMS, Form
from daemon.identify import identify
from store.ids import ACCESSION

OPTIONS: Final = ChunkOptions(size=200, overlap=50, min_prose=20)
_ITEMS: Final = frozenset(item.key for form in FORMS for item in form.items)
_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\U000e0000-\U000e0fff]"
)
_KINDS: Final = frozenset(("text", "row", "break", "gap"))


class Unlawful(Exception):
    """A result that must not be."""


def law(holds: bool, said: object) -> None:
    if not holds:
        raise Unlawful(repr(said)[:2000])


def lawful_extraction(found: Extraction, options: ChunkOptions) -> None:
    """Passages lie in the text, ascend, fit the size and the form; no invisible character is left."""
    law(is_visible(found.text.replace("\n", "")), found.text)
    for passage in found.passages:
        law(found.text[passage.char_start : passage.char_end] == passage.text, passage)
        law(0 < len(passage.text) <= options.size, passage)
        law(passage.item is None or passage.item in _ITEMS, passage)
    for before, after in pairwise(found.passages):
        law(before.char_start < after.char_start, (before, after))
        law(before.item == after.item or before.char_end <= after.char_start, (before, after))
    for span in found.items:
        law(span.item in _ITEMS and 0 <= span.char_start <= span.char_end <= len(found.text), span)


def is_visible(line: str) -> bool:
    """Whether it has no control, bidi or zero-width character and no half of a pair."""
    return _UNSEEN.search(line) is None


def lawful_blocks(blocks: list[Block]) -> None:
    for block in blocks:
        law(block.kind in _KINDS and one_line(block.text) == block.text, block)
        law(bool(block.text) == (block.kind in {"text", "row"}), block)


def sgml(data: bytes) -> None:
    """A submission to its documents. They are cut from it and never more than it."""
    try:
        found = documents(data)
    except FilingUnreadable:
        return
    law(bool(found) and sum(len(document.text) for document in found) <= len(data), found)
    law(all(document.form is None or document.form in FORMS for document in found), found)


def markup(data: bytes) -> None:
    """HTML to blocks, furniture gone. Rows of figures that are left out before it is parsed come to nothing."""
    text = data.decode("utf-8", "replace")
    try:
        blocks = told(text, figures=False)
        law("</table" not in text.lower() or blocks == told(text, figures=True), text)
    except FilingUnreadable:
        return
    lawful_blocks(blocks)
    lawful_blocks(without_furniture(blocks))


def told(text: str, *, figures: bool) -> list[Block]:
    assembly = Assembly()
    html.fill(text, assembly, figures=figures)
    return assembly.finish()


_MARKS: Final = {"!": ("text", True), "#": ("row", False)}


def blocks_of(text: str) -> list[Block]:
    """One a line: `!` is bold, `#` a row of a table, `~` a page's end."""
    found: list[Block] = []
    for line in text.split("\n"):
        kind, strong = _MARKS.get(line[:1], ("text", False))
        said = one_line(line[1:] if line[:1] in _MARKS else line)
        if line[:1] == "~":
            found.append(BREAK)
        elif said:
            found.append(Block(said, "row" if kind == "row" else "text", strong))
    return found


def items(data: bytes) -> None:
    """Blocks to sections, by a form that the first byte chooses."""
    form = FORMS[data[0] % len(FORMS)] if data else FORMS[0]
    blocks = without_furniture(blocks_of(data[1:].decode("utf-8", "replace")))
    lawful_sections(blocks, form)


def lawful_sections(blocks: list[Block], form: Form) -> None:
    """The Items are the form's, and each section lies within the document."""
    for section in sections(blocks, form):
        law(section.item is None or form.order(section.item) is not None, section)
        law(0 <= section.start <= section.stop <= len(blocks), section)


def identity(data: bytes) -> None:
    """The name of a file, its sidecar and its bytes, apart by zero bytes."""
    name, _, rest = data.partition(b"\x00")
    sidecar, mark, body = rest.partition(b"\x00")
    try:
        found = identify(name.decode("utf-8", "replace"), body if mark else rest, sidecar if mark and sidecar else None)
    except FilingUnreadable:
        return
    law(bool(ACCESSION.fullmatch(found.accession)) or found.accession.startswith("local-"), found)
    law(found.amends is None or bool(ACCESSION.fullmatch(found.amends)), found)
    law(all(said is None or said == one_line(said) for said in (found.company, found.form, found.ticker)), found)
    law(all(1 <= cik <= 9_999_999_999 for cik in found.ciks), found)


def filing(data: bytes) -> None:
    """The whole way."""
    try:
        lawful_extraction(extract(data, form=None, options=OPTIONS), OPTIONS)
    except FilingUnreadable:
        return


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "sgml": sgml,
    "html": markup,
    "items": items,
    "identity": identity,
    "filing": filing,
}
