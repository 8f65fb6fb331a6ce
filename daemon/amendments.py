"""Which Items an amendment tells anew. Pure.

A report is what a company says of one period in one family of forms: a filing and its amendments. Whoever amends an Item
must set it forth whole (Exchange Act, Rule 12b-15), so of each Item the text that was filed last is the one that counts.
The list of exhibits is the exception: an amendment lists only those that it brings.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial

from daemon.forms import form_name, form_of
from daemon.splits import SUCCESSOR


@dataclass(frozen=True)
class Told:
    """A filing as a part of its report. `ciks`: a successor's stands for its predecessors'. `amends` is what a person said of
    it. `full` are the Items with a text of its own that passed every check."""

    accession: str
    ciks: frozenset[int]
    form: str | None
    period: date | None
    filed: date | None
    amends: str | None = None
    full: tuple[str, ...] = ()

    @property
    def is_amendment(self) -> bool:
        return self.amends is not None or is_amendment(self.form)

    @property
    def anew(self) -> tuple[str, ...]:
        """The Items that it replaces."""
        return tuple(item for item in self.full if item not in _exhibits(self.form, self.period))

    @property
    def place(self) -> tuple[bool, date, str]:
        """Sorts a report's filings; an amendment of unknown date is taken for the first one."""
        return self.is_amendment, self.filed or date.min, self.accession


@dataclass(frozen=True)
class Link:
    """`items` of `amends` are told anew."""

    amends: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """`links` by the amendment's accession. `replaced` maps a filing's accession and one of its Items to the amendment whose
    text counts; what is not there counts itself."""

    links: Mapping[str, Link]
    replaced: Mapping[tuple[str, str], str]


@cache
def is_amendment(form: str | None) -> bool:
    name = form_name(form) if form else None
    return name is not None and name.amendment


def successors(ciks: Iterable[int]) -> frozenset[int]:
    """Each CIK as the company that files now."""
    return frozenset(SUCCESSOR.get(cik, cik) for cik in ciks)


def relatives(ciks: Iterable[int]) -> frozenset[int]:
    """All CIKs under which these companies ever filed."""
    now = successors(ciks)
    return now | {old for old, new in SUCCESSOR.items() if new in now}


def decide(filings: Iterable[Told]) -> Decision:
    """The same for any order of `filings`, so that it does not matter which of them came first."""
    told = sorted(filings, key=_place)
    near = _Near(told)
    links: dict[str, Link] = {}
    replaced: dict[tuple[str, str], str] = {}
    for amendment in told:  # a later one writes over an earlier one
        before = sorted(filter(partial(_is_amended_by, amendment), near.to(amendment)), key=_place)
        original = _original(amendment, before)
        if original is not None:
            items = amendment.anew if _speaks_for(amendment, original) else ()
            links[amendment.accession] = Link(original.accession, items)
        covered = [other for other in before if _speaks_for(amendment, other)]
        replaced |= {(other.accession, item): amendment.accession for other in covered for item in amendment.anew}
    return Decision(links, replaced)


def report_of(accession: str, filings: Iterable[Told]) -> list[Told]:
    """The filings of one report with this one; none where it has no amendment."""
    left = {filing.accession: filing for filing in filings}
    found: list[Told] = []
    reached = [left.pop(accession)] if accession in left else []
    while reached:
        filing = reached.pop()
        found.append(filing)
        near = [name for name, other in left.items() if _is_amended_by(filing, other) or _is_amended_by(other, filing)]
        reached += [left.pop(name) for name in near]
    return found if any(filing.is_amendment for filing in found) else []


def why_alone(form: str | None, period: date | None, ciks: Iterable[int]) -> str | None:
    """Why an amendment is linked to no filing; None for what is no amendment."""
    if not is_amendment(form):
        return None
    if period is None:
        return "its period is not known, so nothing says what it amends: a sidecar's `amends` can"
    if not tuple(ciks):
        return "its company is not known, so nothing says what it amends: a sidecar's `amends` can"
    return f"no {_family(form)} of its company for {period} is in the log yet"


class _Near:
    """The filings that may be of one report."""

    def __init__(self, filings: Iterable[Told]) -> None:
        self._by_cik: dict[int, list[Told]] = defaultdict(list)
        self._by_name: dict[str, list[Told]] = defaultdict(list)
        for filing in filings:
            for cik in filing.ciks:
                self._by_cik[cik].append(filing)
            for name in {filing.accession, filing.amends} - {None}:
                self._by_name[name or ""].append(filing)

    def to(self, amendment: Told) -> Iterator[Told]:
        """Each once; none for what is no amendment."""
        if not amendment.is_amendment:
            return
        found = [filing for cik in sorted(amendment.ciks) for filing in self._by_cik[cik]]
        found += self._by_name.get(amendment.amends or "", [])
        yield from {filing.accession: filing for filing in found}.values()


def _place(filing: Told) -> tuple[bool, date, str]:
    return filing.place


def _is_amended_by(amendment: Told, other: Told) -> bool:
    """Whether `other` is an earlier filing of one report. What a person said goes before what their covers say."""
    if not amendment.is_amendment or other.place >= amendment.place:
        return False
    if amendment.amends == other.accession:
        return True
    named = other.amends if other.is_amendment else other.accession
    if amendment.amends is not None and named is not None:
        return amendment.amends == named
    return _report(amendment) == _report(other) and amendment.period is not None and bool(amendment.ciks & other.ciks)


@cache
def _family(form: str | None) -> str | None:
    found = form_of(form) if form else None
    return found.name if found else None


def _exhibits(form: str | None, period: date | None) -> frozenset[str]:
    """Where the exhibits are listed: in a 10-K in Item 14 until 2002, then in Item 15, and 14 became another Item."""
    if _family(form) == "10-KSB":
        return frozenset({"13"})
    return frozenset({"15"}) if period is not None and period.year > 2002 else frozenset({"14", "15"})


def _report(filing: Told) -> tuple[str | None, date | None]:
    return _family(filing.form), filing.period


def _original(amendment: Told, before: list[Told]) -> Told | None:
    """Of several (a report that was filed twice) the last one before the amendment."""
    named = [other for other in before if other.accession == amendment.amends]
    originals = [other for other in before if not other.is_amendment]
    known = [other for other in originals if other.filed and amendment.filed and other.filed <= amendment.filed]
    return next(iter(named), None) or next(reversed(known or originals), None)


def _speaks_for(amendment: Told, other: Told) -> bool:
    """Several companies may file one report; what only some of them amend still stands for the others. Without a CIK it is
    an amendment by a person's word."""
    return other.ciks <= amendment.ciks or not amendment.ciks
