"""What a filing says about itself, from its inline XBRL and from its SGML header. Every search here is linear: a filing
may be 16 MB on one line."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Final

from daemon.filing.blocks import one_line
from daemon.forms import form_name
from store.ids import ACCESSION

_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH: Final = "|".join([*_MONTHS, "sept", *(month[:3] for month in _MONTHS)])
_NAMED_DATE: Final = re.compile(rf"\b({_MONTH})\b\.?\s*(\d{{1,2}})(?:st|nd|rd|th)?\s*+,?\s*(\d{{4}})\b", re.IGNORECASE)
_ISO_DATE: Final = re.compile(r"\b(\d{4})-?(\d{2})-?(\d{2})\b")
_SLASH_DATE: Final = re.compile(r"\b(\d{1,2})[/-](\d{1,2})[/-](\d{4})\b")

_WINDOW: Final = 6000  # characters in which a tagged fact must end
_IX_TAG: Final = re.compile(r"<(/?)ix:non\w++[^<>]*+>", re.IGNORECASE)
_ANY_TAG: Final = re.compile(r"<[^<>]*>")
_HEADER: Final = 30_000  # characters in which a submission's header ends; the longest seen, with 13 filers, has 20,000
_LONGEST_NAME: Final = 200


@dataclass(frozen=True)
class Facts:
    """Whatever one source says; None or empty where it says nothing. `form` is in EDGAR's spelling."""

    accession: str | None = None
    ciks: tuple[int, ...] = ()
    company: str | None = None
    ticker: str | None = None
    form: str | None = None
    period: date | None = None
    filed: date | None = None
    amends: str | None = None

    def or_else(self, other: "Facts") -> "Facts":
        """Each fact from here, or, where it is missing, from `other`."""
        return Facts(**{f.name: getattr(self, f.name) or getattr(other, f.name) for f in fields(self)})


def spelled(form: str | None) -> str | None:
    """EDGAR's spelling of a form of ours; any other form as it stands, in capitals; None for nothing."""
    name = one_line(form or "")[:20].strip().upper()
    known = form_name(name)
    return known.name if known else name or None


def named(name: str | None) -> str | None:
    """A company's name on one line, without invisible characters, at most 200 long; None for nothing."""
    return one_line(html.unescape(name or ""))[:_LONGEST_NAME].strip(" ,;-_*") or None


def day(text: str) -> date | None:
    """The first date in a text: `September 28, 2024`, `2024-09-28`, `20240928`, `9/28/2024`; None if there is none."""
    found = _NAMED_DATE.search(text)
    if found:
        month = next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(found[1].lower()[:3]))
        return _valid(int(found[3]), month, int(found[2]))
    found = _ISO_DATE.search(text)
    if found:
        return _valid(int(found[1]), int(found[2]), int(found[3]))
    found = _SLASH_DATE.search(text)
    return _valid(int(found[3]), int(found[1]), int(found[2])) if found else None


def _valid(year: int, month: int, number: int) -> date | None:
    """None for a day that no calendar has, and for years in which EDGAR did not exist."""
    if not 1980 <= year <= 2100 or not 1 <= month <= 12 or not 1 <= number <= 31:
        return None
    return None if number > _days(year, month) else date(year, month, number)


def _days(year: int, month: int) -> int:
    after = date(year + month // 12, month % 12 + 1, 1)
    return (after - date(year, month, 1)).days


def from_ixbrl(text: str) -> Facts:
    """The `dei:` facts of an inline-XBRL cover. Co-registrants are all listed in `ciks`; the rest is the first one's."""
    if "dei:" not in text:
        return Facts()
    ciks = [value for value in _values(text, "EntityCentralIndexKey") if re.fullmatch(r"\d{1,10}", value)]
    ticker = next(_values(text, "TradingSymbol"), None)
    return Facts(
        ciks=_numbers(ciks),
        company=named(next(_values(text, "EntityRegistrantName"), None)),
        ticker=ticker.upper() if ticker and re.fullmatch(r"[A-Za-z0-9.\-/]{1,10}", ticker) else None,
        form=spelled(next(_values(text, "DocumentType"), None)),
        period=day(next(_values(text, "DocumentPeriodEndDate"), "")),
    )


def _values(text: str, name: str) -> Iterator[str]:
    """The texts of the elements that carry `dei:<name>`, in document order; at most twenty."""
    wanted = f"dei:{name}"
    at = text.find(wanted)
    for _ in range(20):
        if at < 0:
            return
        end = at + len(wanted)
        if text[end : end + 1] in {'"', "'"} and text[max(0, at - 8) : at - 1].rstrip().endswith("name="):
            value = _content(text, end)
            if value:
                yield value
        at = text.find(wanted, end)


def _content(text: str, inside_tag: int) -> str:
    """The text of the element whose start tag is open at this place; facts may nest."""
    window = text[inside_tag : inside_tag + _WINDOW]
    start = window.find(">") + 1
    if not start or window[start - 2 : start - 1] == "/":
        return ""
    depth = 1
    for tag in _IX_TAG.finditer(window, start):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return one_line(html.unescape(_ANY_TAG.sub("", window[start : tag.start()])))
    return ""


def from_header(text: str) -> Facts:
    """The header of a full submission, and the `<TYPE>` of a lone `<DOCUMENT>`. All filers are listed in `ciks`."""
    header = text[:_HEADER]
    cut = re.search(r"<DOCUMENT>", header, re.IGNORECASE)
    labelled = header[: cut.start()] if cut else header
    accession = ACCESSION.search(_field(labelled, "ACCESSION NUMBER") or "")
    ciks = re.findall(r"CENTRAL INDEX KEY:[ \t]*(\d{1,10})\b", labelled)
    kind = _field(labelled, "CONFORMED SUBMISSION TYPE")
    if kind is None and cut:
        declared = re.match(r"\s*<TYPE>\s*([^\s<][^<\r\n]{0,20})", header[cut.end() :], re.IGNORECASE)
        kind = declared[1] if declared else None
    return Facts(
        accession=accession[0] if accession else None,
        ciks=_numbers(ciks),
        company=named(_field(labelled, "COMPANY CONFORMED NAME")),
        form=spelled(kind),
        period=day(_field(labelled, "CONFORMED PERIOD OF REPORT") or ""),
        filed=day(_field(labelled, "FILED AS OF DATE") or ""),
    )


def _numbers(ciks: list[str]) -> tuple[int, ...]:
    """Once each; 0 is nobody's."""
    return tuple(dict.fromkeys(int(cik) for cik in ciks if int(cik)))


def _field(header: str, label: str) -> str | None:
    found = re.search(rf"^[ \t]*{label}:[ \t]*(\S[^\r\n]{{0,200}})", header, re.MULTILINE)
    return found[1].strip() if found else None
