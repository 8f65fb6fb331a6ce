"""What the cover page says, for filings without XBRL and SGML header: form, period and company."""

import re
from datetime import date
from typing import Final

from daemon.filing import html
from daemon.filing.blocks import one_line
from daemon.filing.document import is_html
from daemon.filing.errors import FilingUnreadable
from daemon.filing.facts import Facts, day, named, spelled
from daemon.filing.looks import BLOCK_TAGS, Look

_HTML_PREFIX: Final = 400_000  # markup of a cover page, style sheets included
_TEXT_PREFIX: Final = 40_000
_COVER: Final = 12_000  # characters of visible text
_TOP: Final = 3_000
_LONGEST_LINE: Final = 300
_NUMBER_OF_FILE: Final = re.compile(r"commission\s+file\s+n(?:o|umber)", re.IGNORECASE)

_FORM: Final = re.compile(r"\bform\s*10\s?-?\s?k(?:\s?-?\s?(sb40|sb|405)|-?(t))?(?![a-z])(\s?/\s?a)?", re.IGNORECASE)
_AMENDMENT: Final = re.compile(r"\bamendment\s+no(?:\.|umber)?:?\s*(?:\d|one\b|two\b|three\b)", re.IGNORECASE)
_ENDED: Final = re.compile(
    r"\b(?:fiscal|calendar)?\s*(?:year|period)s?\s*(?:ended|ending|end\b)[\s:_.(-]{0,60}(.{0,60})", re.IGNORECASE
)
_EXACT_NAME: Final = re.compile(
    r"exact\s+name\s+of\s+(?:the\s+)?(?:registrant|issuer|small|company)|name\s+of\s+(?:small\s+business\s+)?issuer|"
    r"exact\s+name.{0,40}\bcharter",
    re.IGNORECASE,
)
_NO_NAME: Final = re.compile(
    r"[\W_\d]*|.*\b(?:commission|file\s+n|form\s+10|transition|annual report|mark one|or)\b.{0,40}", re.IGNORECASE
)
_SUFFIX: Final = re.compile(
    r"(?:and|&|,)?\s*(?:inc|corp|co|company|incorporated|corporation|ltd|l\.?p)\b\.?,?", re.IGNORECASE
)


class _Lines:
    """Takes a walked tree as bare lines: cells and paragraphs each on their own."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def open(self, look: Look) -> None:
        if look.tag in BLOCK_TAGS or look.tag == "br":
            self.parts.append("\n")

    def close(self, look: Look) -> None:
        if look.tag in BLOCK_TAGS:
            self.parts.append("\n")

    def text(self, text: str, *, emphatic: bool) -> None:  # noqa: ARG002 - as the walk tells it
        self.parts.append(text.replace("\n", " "))

    def preformatted(self, text: str) -> None:
        self.parts.append(text)


def from_cover(text: str) -> Facts:
    """Facts of the first page. Without a year or a name in the prescribed place they are None."""
    lines = _cover_lines(text)
    cover = " ".join(lines)[:_COVER]
    return Facts(company=_company(lines), form=_form(cover), period=_period(cover))


def _cover_lines(text: str) -> list[str]:
    if is_html(text[:_HTML_PREFIX]):
        text = _text_of(text[:_HTML_PREFIX])
    lines = (one_line(line)[:_LONGEST_LINE] for line in text[:_TEXT_PREFIX].splitlines())
    return [line for line in lines if line]


def _text_of(markup: str) -> str:
    sink = _Lines()
    try:
        html.fill(markup, sink, figures=True)
    except FilingUnreadable:
        return ""  # nothing is known of such a filing; reading it will refuse it, with the reason
    return "".join(sink.parts)


def _form(cover: str) -> str | None:
    found = _FORM.search(cover)
    if found is None:
        return None
    name = f"10-K{found[1] or found[2] or ''}"
    amended = found[3] is not None or _AMENDMENT.search(cover[: found.end() + _TOP]) is not None
    return spelled(f"{name}/A" if amended else name)


def _period(cover: str) -> date | None:
    for found in _ENDED.finditer(cover):
        ended = day(found[1])
        if ended is not None:
            return ended
    return None


def _company(lines: list[str]) -> str | None:
    """The line above `(Exact name of registrant …)`; some covers have no such words, but a file number above the name."""
    for i, line in enumerate(lines[:300]):
        found = _EXACT_NAME.search(line)
        if found is not None:
            before = line[: found.start()].strip(" (_-")
            return named(before if len(before) > 2 else _above(lines[max(0, i - 4) : i]))
    for i, line in enumerate(lines[:100]):
        if _NUMBER_OF_FILE.match(line) and i + 1 < len(lines) and not _NO_NAME.fullmatch(lines[i + 1]):
            return named(lines[i + 1])
    return None


def _above(lines: list[str]) -> str:
    names = [line.strip("*_ ") for line in lines if not _NO_NAME.fullmatch(line)]
    if len(names) > 1 and _SUFFIX.fullmatch(names[-1]):
        return f"{names[-2]} {names[-1]}"
    return names[-1] if names else ""
