"""Which blocks may be the heading of an Item, and how well each looks like one."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from daemon.filing.blocks import Block
from daemon.filing.prose import ends_sentence, is_sentence, words
from daemon.forms import Form

Reported = Literal["discussion", "market_risk", "statements"]

_NUM: Final = r"(?:\d{1,2}(?!\d)(?:\s?\(?[A-C]\)?(?![A-Za-z0-9]))?(?:\s?\([TI]{1,2}\))?|X(?![A-Za-z]))"
_ITEM: Final = re.compile(
    rf"[^\w]{{0,3}}(?:PART\s+(?:IV|I{{1,3}})\b[\s,.:;\u2013\u2014-]*)?ITEMS?[\s.]*(?:NOS?\.?\s*)?(?P<first>{_NUM})"
    rf"(?P<more>(?:\s*(?:,\s*and|,|and|&|through|to|-|\u2013)\s*(?:ITEMS?\s*)?{_NUM}(?!\w))*)"
    r"(?P<mark>[\s.:;,)\u2013\u2014\u2022|-]*)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_NUMBERED: Final = re.compile(r"(?P<first>\d{1,2}[A-C]?)\s?[.:]\s+(?P<rest>.*)", re.DOTALL)
_CONTINUED: Final = re.compile(r"\(?\bcont(inued|'?d|\.)", re.IGNORECASE)
_LEADERS: Final = re.compile(r"(\.\s?){4,}|\u2026\s?\u2026|_{4,}")
_PAGE_AT_END: Final = re.compile(r"[\s.\u2026_](?:[A-Z]{1,3}-)?\d{1,3}(?:\s?(?:-|\u2013|,|and)\s?\d{1,3})*\s*$")
# A full stop, colon or dash between a heading's title and the sentence that follows on the same line.
_RUN_ON: Final = re.compile(r"(?:[.:]|\s[\u2013\u2014-]+)\s+(?=[A-Z\"\u201c(])")
_CROSS: Final = re.compile(
    r"[\"\u201c'\u2018(]|(?:of|in|to|and|or|above|below|herein|hereof|for|is|are|was|were|under)\b"
)
# Titles that also start other headings: without a number they count only when they stand alone.
_AMBIGUOUS: Final = frozenset(
    (
        "general",
        "business",
        "reserved",
        "exhibits",
        "directors",
        "property",
        "other information",
        "financial statements",
        "executive officers",
        "executive officers of the registrant",
        "executive officers of the company",
        "consolidated financial statements",
        "removed and reserved",
        "plan of operation",
        "description of property",
    )
)
_EMPTY: Final = frozenset(("general", "reserved", "removed and reserved", "directors", "exhibits"))
_MAX_HEADING: Final = 300
_REPORTED: Final[tuple[tuple[Reported, re.Pattern[str]], ...]] = (
    ("market_risk", re.compile(r"quantitative and qualitative disclosures? about market risk", re.IGNORECASE)),
    ("discussion", re.compile(r"management.s\s+discussion\b|financial review\b", re.IGNORECASE)),
    (
        "statements",
        re.compile(
            r"notes to\b.{0,40}statements|note 1\b|(?:reports? of )?independent (?:registered|auditor|accountant|public)|"
            r"consolidated financial statements$|report of management\b|management.s report on internal",
            re.IGNORECASE,
        ),
    ),
)


@dataclass(frozen=True)
class Heading:
    """A block that may open an Item. `first` and `last` differ for one heading over several Items (`Items 1 and 2`).
    `alone` blocks hold nothing but the heading; others run on into the Item's text. `score` is about 0 to 4."""

    index: int
    first: str
    last: str
    score: float
    alone: bool


def is_item_heading(text: str) -> bool:
    """True for a line that opens with `Item <number>` and is short enough for a heading."""
    found = _ITEM.match(text[:_MAX_HEADING])
    return found is not None and len(text) <= _MAX_HEADING and _CROSS.match(found["rest"]) is None


def is_contents_line(text: str) -> bool:
    """A line of a table of contents: dot leaders, or an Item's heading that ends in a page number."""
    if _LEADERS.search(text) and len(words(text)) < 40:
        return True
    is_entry = _ITEM.match(text) or _NUMBERED.match(text)
    return is_entry is not None and len(text) <= _MAX_HEADING and _PAGE_AT_END.search(is_entry["rest"]) is not None


def is_continued(text: str) -> bool:
    """`Item 7. … (Continued)`: a running head, never the start of an Item."""
    return len(text) <= _MAX_HEADING and _ITEM.match(text) is not None and _CONTINUED.search(text) is not None


def reported(block: Block) -> Reported | None:
    """What a heading of an annual report opens; it has names and no numbers."""
    if not block.strong or len(block.text) > 160:
        return None
    return next((part for part, title in _REPORTED if title.match(block.text)), None)


def headings(blocks: list[Block], form: Form) -> list[Heading]:
    """All numbered candidates in document order. An Item usually has several: contents, heading, running heads,
    references."""
    found = (_numbered(blocks, i, form) for i, block in enumerate(blocks) if block.text)
    return [heading for heading in found if heading is not None]


def titles(blocks: list[Block], form: Form) -> list[Heading]:
    """All candidates without a number: how annual reports in the newer style head their Items."""
    found = (_by_title(block, i, form) for i, block in enumerate(blocks) if block.text)
    return [heading for heading in found if heading is not None]


def _numbered(blocks: list[Block], index: int, form: Form) -> Heading | None:
    block = blocks[index]
    opening = block.text[:_MAX_HEADING]
    if is_contents_line(block.text) or is_continued(block.text):
        return None
    match = _ITEM.match(opening)
    if match is not None:
        return _by_item(blocks, index, match, form)
    numbered = _NUMBERED.match(opening)
    return _by_number(block, index, numbered, form) if numbered is not None else None


def _key(number: str) -> str:
    return re.sub(r"\([TI]+\)|[^0-9A-CX]", "", number.upper())


def _plain(text: str) -> str:
    """Lower case, straight quotes, single spaces: how titles are compared."""
    text = (
        text.lower()
        .replace("\u2019", "'")
        .replace("\u2018", "'")
        .replace("&", "and")
        .replace("registrants'", "registrant's")
    )
    return " ".join(text.split())


def _titles(form: Form, key: str) -> tuple[str, ...]:
    return next((item.titles for item in form.items if item.key == key), ())


def _title_fits(rest: str, form: Form, *keys: str) -> bool:
    text = _plain(rest).lstrip("\"'([. ").removeprefix("our ").removeprefix("the ")
    return any(text.startswith(title) for key in keys for title in _titles(form, key))


def _by_item(blocks: list[Block], index: int, match: re.Match[str], form: Form) -> Heading | None:
    block = blocks[index]
    keys = [_key(number) for number in (match["first"], *re.findall(_NUM, match["more"], re.IGNORECASE))]
    keys = [key for key in keys if form.order(key) is not None]
    if not keys:
        return None
    rest = match["rest"]
    fits = _title_fits(rest, form, *keys)
    if not rest:
        titled = index + 1 < len(blocks) and _title_fits(blocks[index + 1].text, form, *keys)
        score = 2.5 if titled else 1.5
    elif fits:
        score = 3.0
    elif _CROSS.match(rest) or rest[0].islower():
        return None
    else:
        score = 1.0
    if _reads_on(block, rest):
        return None
    alone = _is_alone(block.text, rest)
    score += 0.5 * block.strong + 0.5 * alone
    return Heading(index, keys[0], keys[-1], score, alone)


def _is_alone(text: str, rest: str) -> bool:
    """Nothing of note stands behind the title."""
    if len(text) > _MAX_HEADING:
        return False
    tail = _RUN_ON.split(rest, maxsplit=1)
    return len(tail) == 1 or len(words(tail[1])) < 5


def _reads_on(block: Block, rest: str) -> bool:
    """A sentence that merely starts with a reference: `Item 1A, Risk Factors, describes …`."""
    if block.strong or _RUN_ON.search(rest[:_MAX_HEADING]):
        return False
    tokens = words(block.text)
    lower = sum(token[0].islower() and len(token) > 3 for token in tokens)
    return len(tokens) > 20 and ends_sentence(block.text) and lower * 3 > len(tokens)


def _by_number(block: Block, index: int, match: re.Match[str], form: Form) -> Heading | None:
    key = match["first"]
    if not _title_fits(match["rest"], form, key) or len(block.text) > _MAX_HEADING or is_sentence(block.text):
        return None
    return Heading(index, key, key, 1.0 + 0.5 * block.strong, alone=True)


def _by_title(block: Block, index: int, form: Form) -> Heading | None:
    text = _plain(block.text).rstrip(".: ")
    if not block.strong or len(text) > 160 or len(words(text)) > 25 or is_contents_line(block.text):
        return None
    for item in form.items:
        for title in item.titles:
            fits = text == title if title in _AMBIGUOUS else text.startswith(title)
            if fits and item.key not in {"4A", "X"} and title not in _EMPTY:
                return Heading(index, item.key, item.key, 0.7, alone=True)
    return None
