"""The whole way from bytes to passages, as one pure function."""

import re
from dataclasses import dataclass
from typing import Final

from daemon.filing import html, plain
from daemon.filing.assembly import Assembly
from daemon.filing.blocks import Block
from daemon.filing.chunks import ChunkOptions, Passage, groups, passages
from daemon.filing.document import Document, documents
from daemon.filing.errors import FilingUnreadable
from daemon.filing.furniture import without_furniture
from daemon.filing.sections import Section, annual_report, sections
from daemon.forms import FORMS, Form, form_of

# Goes up with every change that alters the output for any filing: chunks of an older parser are told by it.
PARSER: Final = "filing-1"

_SAYS_FORM: Final = re.compile(r"form\s+10-?k|annual\s+report\s+(?:pursuant\s+to|under)\s+section", re.IGNORECASE)
_SMALL_BUSINESS: Final = re.compile(r"form\s+10-?k-?sb", re.IGNORECASE)


@dataclass(frozen=True)
class ItemSpan:
    """Where an Item's text stands in the extraction's text. MD&A and statements of an annual report inside the filing are
    a further span of their Item."""

    item: str
    char_start: int
    char_end: int


@dataclass(frozen=True)
class Extraction:
    """`text` is the filing's prose: a blank line between paragraphs, one line end between a sub-heading and its first
    paragraph. `items` are the Items found, in order, those without prose included as empty spans."""

    text: str
    passages: tuple[Passage, ...]
    items: tuple[ItemSpan, ...]


def extract(body: bytes, *, form: str | None, options: ChunkOptions) -> Extraction:
    """Deterministic. `form` as EDGAR names it, None if unknown. Raises FilingUnreadable."""
    found = documents(body)
    builder = _Builder(options)
    for document in found:
        blocks = without_furniture(_blocks(document))
        known = document.form or (form_of(form) if form else None) or _form_on_cover(blocks)
        for section in annual_report(blocks, known) if document.annual_report else sections(blocks, known):
            builder.add(blocks, section)
    if not builder.items and not any(_SAYS_FORM.search(document.text[:100_000]) for document in found):
        raise FilingUnreadable("not_a_filing", "no Item headings and no form on the cover")
    if not builder.found:
        raise FilingUnreadable("no_prose", f"nothing of {len(body):,} bytes reads as prose")
    return Extraction("".join(builder.parts), tuple(builder.found), tuple(builder.items))


def _blocks(document: Document) -> list[Block]:
    if not document.html:
        return plain.blocks(document.text)
    assembly = Assembly()
    html.fill(document.text, assembly)
    return assembly.finish()


def _form_on_cover(blocks: list[Block]) -> Form:
    cover = " ".join(block.text for block in blocks[:60])
    return FORMS[1] if _SMALL_BUSINESS.search(cover) else FORMS[0]


class _Builder:
    """Lays the prose of section after section into one text."""

    def __init__(self, options: ChunkOptions) -> None:
        self.options = options
        self.parts: list[str] = []
        self.found: list[Passage] = []
        self.items: list[ItemSpan] = []
        self._length = 0

    def add(self, blocks: list[Block], section: Section) -> None:
        start = self._length
        for group in groups(blocks[section.start + section.heading : section.stop], self.options):
            self.found.extend(passages(group.text, self._length, section.item, self.options))
            self.parts.append(group.text + "\n\n")
            self._length += len(group.text) + 2
        if section.item is not None:
            self.items.append(ItemSpan(section.item, start, self._length))
