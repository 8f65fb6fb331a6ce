"""Which blocks may be the heading of an Item, and how well each looks like one."""

import re
from dataclasses import dataclass
from typing import Final

from daemon.filing.blocks import Block
from daemon.filing.naming import is_title, plain, text_start, title_fits, title_nears, title_of_another
from daemon.filing.prose import ends_sentence, is_sentence, words
from daemon.forms import Form

_SPELLED: Final = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen"),
)
_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI")
_NUMBERS: Final = {
    **{word.upper(): str(i) for i, word in enumerate(_SPELLED, 1)},
    **{roman: str(i) for i, roman in enumerate(_ROMAN, 1) if roman != "X"},  # `Item X` is a name of its own
}
# `Item 2.02` is of Form 8-K.
_NUM: Final = (
    rf"(?:(?:\d{{1,2}}(?!\d|\.\d)|(?:{'|'.join(sorted(_SPELLED, key=len, reverse=True))})(?!\w)|[IVX]{{1,4}}(?![\w']))"
    r"(?:[\s-]?\(?[A-C]\)?(?![A-Za-z0-9]))?(?:\s?\([TI]{1,2}\))?|X(?![A-Za-z]))"
)
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
# How well a heading's words fit its number: fully, with the title in the block below, nearly, no title, some other words.
_FITS, _BELOW, _NEAR, _BARE, _OTHER = 3.0, 2.5, 2.0, 1.5, 1.0
_BROKEN: Final = 3  # words of a title whose line broke


@dataclass(frozen=True)
class Heading:
    """A block that may open an Item. `first` and `last` differ for one heading over several Items (`Items 1 and 2`), which
    `covers` lists. `alone` blocks hold nothing but the heading; others run on into the Item's text. `score` is about 0 to
    4. `titled` is false where the words behind the number are another Item's, or of none."""

    index: int
    first: str
    last: str
    score: float
    alone: bool
    covers: tuple[str, ...] = ()
    titled: bool = True


def is_item_heading(text: str) -> bool:
    """True for a line that opens with `Item <number>` and is short enough for a heading."""
    found = _ITEM.match(text[:_MAX_HEADING])
    return found is not None and len(text) <= _MAX_HEADING and _CROSS.match(found["rest"]) is None


def is_contents_line(text: str) -> bool:
    """A line of a table of contents: dot leaders, or an Item's heading that ends in a page number."""
    if _has_dots(text) and _LEADERS.search(text) and len(words(text)) < 40:
        return True
    if len(text) > _MAX_HEADING:  # asked first: a match of a hundred thousand numbers takes gigabytes
        return False
    is_entry = _ITEM.match(text) or _NUMBERED.match(text)
    return is_entry is not None and _PAGE_AT_END.search(is_entry["rest"]) is not None


def _has_dots(text: str) -> bool:
    """Tells in a tenth of the time that there can be no dot leaders."""
    return ".." in text or ". ." in text or "\u2026" in text or "____" in text


def is_continued(text: str) -> bool:
    """`Item 7. … (Continued)`: a running head, never the start of an Item."""
    return len(text) <= _MAX_HEADING and _ITEM.match(text) is not None and _CONTINUED.search(text) is not None


def behind_heading(text: str, form: Form, key: str) -> str:
    """What follows an Item's heading in the same block; the whole text if the heading's end cannot be told."""
    match = _ITEM.match(text[:_MAX_HEADING])
    if match is None:
        return text
    rest = text[match.start("rest") :]
    mark = _RUN_ON.search(rest[:_MAX_HEADING])
    if mark is not None and is_title(rest[: mark.start()], form, key):
        return rest[mark.end() :]
    return rest[text_start(rest) or 0 :]


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
    """`9A(T)` and `Nine-A` are `9A`."""
    bare = re.sub(r"\(T[TI]*\)|\(I+\)", "", number.upper()).strip()
    whole = re.sub(r"[^A-Z]", "", bare)
    if whole in _NUMBERS:
        return _NUMBERS[whole]
    if whole[-1:] in {"A", "B", "C"} and whole[:-1] in _NUMBERS:
        return _NUMBERS[whole[:-1]] + whole[-1]
    return re.sub(r"[^0-9A-CX]", "", bare)


def _covered(match: re.Match[str], form: Form) -> tuple[str, ...]:
    """The Items that a heading names, in its order; `10 through 13` names four."""
    keys = [_key(number) for number in (match["first"], *re.findall(_NUM, match["more"], re.IGNORECASE))]
    keys = [key for key in dict.fromkeys(keys) if form.order(key) is not None]
    if len(keys) == 2 and re.search(r"through|\bto\b|[-\u2013]", match["more"], re.IGNORECASE):
        first, last = (form.order(key) or 0 for key in keys)
        keys = [item.key for item in form.items[first : last + 1]] or keys
    return tuple(keys)


def _by_item(blocks: list[Block], index: int, match: re.Match[str], form: Form) -> Heading | None:
    block, rest = blocks[index], match["rest"]
    keys = _covered(match, form)
    if keys == ("X",) and not title_fits(rest, form, "X"):
        keys = ("10",)
    if not keys:
        return None
    following = next((b.text for b in blocks[index + 1 : index + 4] if b.text), "")
    score = _score(rest, following, form, keys)
    runs_in = score == _FITS and text_start(rest) is not None
    if score is None or (_reads_on(block, rest) and not runs_in) or (score < _NEAR and rest and "(" in match["first"]):
        return None
    alone = _is_alone(block.text, rest) and not runs_in
    titled = not title_of_another(rest or following, form, *keys)
    return Heading(index, keys[0], keys[-1], score + 0.5 * block.strong + 0.5 * alone, alone, keys, titled)


def _score(rest: str, following: str, form: Form, keys: tuple[str, ...]) -> float | None:
    """How well the words behind the number, or in the block below it, fit; None for a reference."""
    if not rest:
        return _BELOW if title_fits(following, form, *keys) else _BARE
    broken = len(words(rest)) <= _BROKEN and title_fits(f"{rest} {following}", form, *keys)
    if broken or title_fits(rest, form, *keys):
        return _FITS
    if _CROSS.match(rest) or rest[0].islower():
        return None
    return _NEAR if title_nears(rest, form, *keys) else _OTHER


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
    if not title_fits(match["rest"], form, key) or len(block.text) > _MAX_HEADING or is_sentence(block.text):
        return None
    return Heading(index, key, key, 1.0 + 0.5 * block.strong, alone=True)


def _by_title(block: Block, index: int, form: Form) -> Heading | None:
    text = plain(block.text).rstrip(".: ")
    if not block.strong or len(text) > 160 or len(words(text)) > 25 or is_contents_line(block.text):
        return None
    for item in form.items:
        for title in item.titles:
            fits = text == title if title in _AMBIGUOUS else text.startswith(title)
            if fits and item.key not in {"4A", "X"} and title not in _EMPTY:
                return Heading(index, item.key, item.key, 0.7, alone=True)
    return None
