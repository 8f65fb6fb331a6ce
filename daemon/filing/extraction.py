"""The whole way from bytes to passages, as one pure function."""

import re
from dataclasses import dataclass, replace
from typing import Final

from daemon.filing import html, plain
from daemon.filing.annual import annual_report
from daemon.filing.assembly import Assembly
from daemon.filing.blocks import Block
from daemon.filing.checks import marks
from daemon.filing.chunks import ChunkOptions, Group, Passage, groups, passages
from daemon.filing.document import Document, documents
from daemon.filing.errors import FilingUnreadable
from daemon.filing.furniture import without_furniture
from daemon.filing.headings import behind_heading
from daemon.filing.prose import ends_sentence, forget, reads_plainly
from daemon.filing.recut import recut
from daemon.filing.references import Status, standing
from daemon.filing.section import Section
from daemon.filing.sections import sections
from daemon.forms import FORMS, Form, form_name, form_of

# Goes up with every change that alters the output for any filing: chunks of an older parser are told by it.
PARSER: Final = "filing-2"

_SAYS_FORM: Final = re.compile(r"form\s+10-?k|annual\s+report\s+(?:pursuant\s+to|under)\s+section", re.IGNORECASE)
_SMALL_BUSINESS: Final = re.compile(r"form\s+10-?k-?sb", re.IGNORECASE)


@dataclass(frozen=True)
class ItemSpan:
    """Where an Item's text stands in the extraction's text. MD&A and statements of an annual report inside the filing are
    a further span of their Item. `prose` is the share, 0 to 1, of the Item's characters that are prose; `marks` names
    the checks that failed, and is on the Item's passages too."""

    item: str
    char_start: int
    char_end: int
    status: Status = "full"
    by_reference: bool = False
    marks: tuple[str, ...] = ()
    prose: float = 0.0


@dataclass(frozen=True)
class Extraction:
    """`text` is the filing's prose: a blank line between paragraphs, one line end between a sub-heading and its first
    paragraph. `items` are the Items found, in order, those without prose included as empty spans."""

    text: str
    passages: tuple[Passage, ...]
    items: tuple[ItemSpan, ...]


def extract(body: bytes, *, form: str | None, options: ChunkOptions) -> Extraction:
    """Deterministic. `form` as EDGAR names it, None if unknown. Raises FilingUnreadable."""
    forget()
    found = documents(body)
    builder = _Builder(options)
    for document in found:
        blocks = without_furniture(_blocks(document))
        known = document.form or (form_of(form) if form else None) or _form_on_cover(blocks)
        for section in _sections(document, blocks, known, form):
            builder.add(blocks, section, known)
    if not builder.headed and not any(_SAYS_FORM.search(document.text[:100_000]) for document in found):
        raise FilingUnreadable("not_a_filing", "no Item headings and no form on the cover")
    if not builder.found:
        raise FilingUnreadable("no_prose", f"nothing of {len(body):,} bytes reads as prose")
    return Extraction("".join(builder.parts), tuple(builder.found), tuple(builder.items))


def _sections(document: Document, blocks: list[Block], known: Form, form: str | None) -> list[Section]:
    if document.annual_report:
        return annual_report(blocks, known)
    named = form_name(document.kind or form or "")
    return sections(blocks, known, whole=named is None or not named.amendment)


def _blocks(document: Document) -> list[Block]:
    if not document.html:
        return plain.blocks(document.text)
    assembly = Assembly()
    html.fill(document.text, assembly, figures=False)
    return assembly.finish()


def _form_on_cover(blocks: list[Block]) -> Form:
    cover = " ".join(block.text for block in blocks[:60])
    return FORMS[1] if _SMALL_BUSINESS.search(cover) else FORMS[0]


def _body(blocks: list[Block], section: Section, form: Form) -> list[Block]:
    """A section's blocks without its heading, which may share the first block with text."""
    body = blocks[section.start + section.heading : section.stop]
    if section.item is None or section.heading or section.by_reference or not body:
        return body
    first = body[0]
    return [Block(behind_heading(first.text, form, section.item), first.kind, first.strong), *body[1:]]


def _is_of_fragments(text: str) -> bool:
    """Most of it stands in lines without a sentence's end."""
    lines = text.split("\n")
    return sum(len(line) for line in lines if ends_sentence(line)) * 2 < len(text)


class _Builder:
    """Lays the prose of section after section into one text."""

    def __init__(self, options: ChunkOptions) -> None:
        self.options = options
        self.parts: list[str] = []
        self.found: list[Passage] = []
        self.items: list[ItemSpan] = []
        self.headed = False
        self._length = 0

    def add(self, blocks: list[Block], section: Section, form: Form) -> None:
        """A reference and an empty Item give a span without text."""
        body = _body(blocks, section, form)
        stands = standing(body, self.options.min_prose)
        start = self._length
        self.headed |= section.item is not None or bool(section.covers)
        found = groups(body, self.options) if stands.status == "full" else []
        failed = marks(section, stands, form) if found and section.item is not None else ()
        self._lay(found, section, failed)
        if section.item is not None:
            span = ItemSpan(
                section.item,
                start,
                self._length,
                status=stands.status,
                by_reference=section.by_reference,
                marks=failed,
                prose=round(stands.prose, 3),
            )
            self.items.append(span)
            self.items.extend(replace(span, item=item, char_start=span.char_end) for item in section.covers[1:])

    def _lay(self, found: list[Group], section: Section, failed: tuple[str, ...]) -> None:
        text = "".join(group.text + "\n\n" for group in found)
        pieces: list[Passage] = []
        at = 0
        for group in found:
            pieces.extend(passages(group.text, at, section.item, self.options))
            at += len(group.text) + 2
        for piece in recut(text, pieces, self.options):
            if section.lists and (not reads_plainly(piece.text) or _is_of_fragments(piece.text)):
                continue  # names of exhibits, and of who signs
            start, stop = self._length + piece.char_start, self._length + piece.char_end
            self.found.append(Passage(section.item, start, stop, piece.text, section.by_reference, failed))
        self.parts.append(text)
        self._length += len(text)
