"""How a filing that EDGAR names becomes a fact: with all its companies, its period and the address of what to read."""

import threading
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Final, Literal

from daemon.edgar.addresses import filing_url
from daemon.edgar.client import Client
from daemon.edgar.pages import Described, Document
from daemon.edgar.submissions import DOCUMENT
from daemon.filing.document import MAX_BYTES
from daemon.filing.facts import named
from daemon.forms import one_name
from daemon.intake import Intake, Refused
from daemon.purpose import Purpose
from store.events import FilingDiscovered
from store.ids import company_id

_READABLE: Final = frozenset({".htm", ".html", ".txt"})


@dataclass(frozen=True)
class Candidate:
    """A wanted filing as a list names it. `ciks`: at least the company at whose address it is, first. `document`: the main
    one's name, None where the list does not say. `company_id` is None for whoever nobody asked for by name."""

    accession: str
    ciks: tuple[int, ...]
    form: str
    filed: date
    period: date | None = None
    document: str | None = None
    company: str | None = None
    ticker: str | None = None
    company_id: str | None = None


class Discovery:
    """Used by one thread. `found` is set when there is something to fetch."""

    def __init__(self, client: Client, intake: Intake, *, purpose: Purpose, found: threading.Event) -> None:
        self._client, self._intake, self._found = client, intake, found
        self._source: Literal["edgar", "sample"] = "sample" if purpose == "demo" else "edgar"
        self._strangers: set[str] = set()

    def discover(self, candidate: Candidate, www_url: str) -> bool:
        """Whether it is new. Raises EdgarProblem and Stopped; then nothing was recorded."""
        if candidate.accession in self._strangers:
            return False
        page = self._client.described(candidate.ciks[0], candidate.accession)
        filing = self._filing(candidate, page, www_url)
        if strange := self._intake.stranger(filing.ciks, filing.accession):
            self._strangers.add(filing.accession)
            self._intake.refuse(Refused(filing.accession, *strange, url=filing.url, name=filing.accession))
            return False
        new = self._intake.discover(filing)
        self._found.set()
        return new

    def _filing(self, candidate: Candidate, page: Described, www_url: str) -> FilingDiscovered:
        cik = candidate.ciks[0]
        filer = next((filer.name for filer in page.filers if filer.cik == cik), None)
        return FilingDiscovered(
            accession=candidate.accession,
            company_id=candidate.company_id or company_id(cik, candidate.accession),
            ciks=tuple(dict.fromkeys((cik, *(filer.cik for filer in page.filers), *candidate.ciks))),
            company=named(candidate.company or filer),
            ticker=candidate.ticker,
            form=one_name(candidate.form),
            filed=candidate.filed,
            period=candidate.period or page.period,
            amends=None,
            url=filing_url(www_url, cik, candidate.accession, to_read(candidate, page)),
            source=self._source,
        )


def to_read(candidate: Candidate, page: Described) -> str | None:
    """The name of the main document; None for the whole submission: where there is no main document by itself (before
    about 2001), and where an annual report to shareholders, to which Items may point, is filed with it. Pure.

    The whole of a filing of our days is mostly exhibits, pictures and tables of XBRL: five times the bytes."""
    whole = next((document for document in page.documents if document.name == f"{candidate.accession}.txt"), None)
    if whole and whole.size <= MAX_BYTES and any(document.kind.startswith("EX-13") for document in page.documents):
        return None
    return candidate.document or _main(candidate, page)


def _main(candidate: Candidate, page: Described) -> str | None:
    readable = [document for document in page.documents if _is_readable(document)]
    same = [document for document in readable if document.kind == candidate.form]
    return (same or readable)[0].name if readable else None


def _is_readable(document: Document) -> bool:
    """Whether it may be the main one: its name leads nowhere else."""
    return (
        DOCUMENT.fullmatch(document.name) is not None
        and PurePath(document.name).suffix.lower() in _READABLE
        and bool(document.kind)
        and not document.kind.startswith(("EX-", "GRAPHIC", "COVER"))
    )
