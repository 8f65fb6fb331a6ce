"""Watched company in: FilingDiscovered for each wanted filing that its list has and the log has not."""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

import structlog

from daemon.activity import Activity
from daemon.edgar.addresses import filing_url
from daemon.edgar.client import Client
from daemon.edgar.problems import EdgarMissing, EdgarProblem, EdgarUnavailable
from daemon.edgar.submissions import Listed, Page, Submissions, listed, needed
from daemon.intake import Intake, Refused
from daemon.sections import EdgarSettings
from daemon.stopped import Stopped
from daemon.watchlist import WatchList
from store.events import FilingDiscovered
from store.ids import company_id
from store.log import EventLog
from store.states.watched import Company

_GIVE_UP: Final = 3  # companies in a row that EDGAR did not answer for: the round ends, the next one tries again


@dataclass
class _Round:
    """One poll over the watch list."""

    todo: deque[Company]
    total: int
    found: int = 0
    failed: int = 0
    in_a_row: int = 0


@dataclass
class _Seen:
    """What needs no second look: accessions in the log, and continuation pages that were read as they are now and for
    what is wanted now."""

    accessions: set[str]
    pages: dict[str, tuple[Page, EdgarSettings]] = field(default_factory=dict)


class Discover:
    """One company at a time. `begin` starts a round; while one runs it asks for another after it. `found` is set when
    there is something to fetch."""

    def __init__(
        self,
        log: EventLog,
        client: Client,
        watch: WatchList,
        *,
        intake: Intake,
        edgar: EdgarSettings,
        activity: Activity,
        found: threading.Event,
    ) -> None:
        self._client, self._watch, self._intake, self._activity = client, watch, intake, activity
        self.edgar, self._found = edgar, found
        self._source: Literal["edgar", "sample"] = "sample" if log.purpose == "demo" else "edgar"
        self._seen = _Seen({accession for (accession,) in log.query("SELECT accession FROM raw.filings")})
        self._round: _Round | None = None
        self._wanted = False
        self._unreached: frozenset[str] = frozenset()
        self._words = structlog.get_logger()

    def begin(self) -> None:
        """May be called from any thread, at any time."""
        self._wanted = True

    def advance(self) -> bool:
        if self._round is None:
            if not self._wanted:
                return False
            self._wanted = False
            return self._open()
        if not self._round.todo:
            return self._end()
        self._poll(self._round, self._round.todo.popleft())
        return True

    @property
    def waiting(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing to end."""

    def _open(self) -> bool:
        try:
            self._watch.settle(self.edgar.companies)
        except Stopped:
            return False
        except EdgarProblem as error:
            self._trouble(f"edgar.companies cannot all be resolved: {error}", error)
        # Who was not reached last time comes first, so that nobody waits for ever behind those EDGAR has trouble with.
        companies = sorted(self._watch.watched(), key=lambda company: company.company_id not in self._unreached)
        self._unreached = frozenset()
        self._round = _Round(deque(companies), len(companies))
        return True

    def _poll(self, now: _Round, company: Company) -> None:
        self._activity.show("polling EDGAR", now.total - len(now.todo), now.total)
        try:
            now.found += self._look(company)
            now.in_a_row = 0
        except Stopped:
            now.todo.clear()
        except EdgarMissing as error:
            self._trouble(f"EDGAR has no list of filings for {_name(company)}", error)
        except EdgarProblem as error:
            now.failed += 1
            now.in_a_row += isinstance(error, EdgarUnavailable)  # what EDGAR answers badly stands in nobody else's way
            self._trouble(f"{_name(company)} could not be polled: {error.why}", error)
            if now.in_a_row == _GIVE_UP and now.todo:
                now.failed += len(now.todo)
                self._unreached = frozenset(company.company_id for company in now.todo)
                now.todo.clear()

    def _end(self) -> bool:
        done, self._round = self._round, None
        self._activity.clear("polling EDGAR")
        if done is not None:
            self._activity.polled(done.total, found=done.found, failed=done.failed)
            self._words.info("polled", companies=done.total, found=done.found, failed=done.failed)
        return True

    def _look(self, company: Company) -> int:
        """How many were found."""
        if company.cik is None:
            return 0
        edgar = self.edgar
        submissions = self._client.submissions(company.cik)
        unread = [
            page
            for page in needed(submissions.filings.files, edgar.since)
            if self._seen.pages.get(page.name) != (page, edgar)
        ]
        rows = [submissions.filings.recent, *map(self._client.page, unread)]
        wanted = [
            row for part in rows for row in listed(part) if row.form in edgar.forms and self._is_new(row, edgar.since)
        ]
        found = 0
        for filing in sorted(wanted, key=lambda row: row.filed or edgar.since):
            found += self._discover(company, submissions, filing)
        # Only now: when EDGAR failed on the way, the next round must come back to what these pages name.
        self._seen.pages |= {page.name: (page, edgar) for page in unread}
        return found

    def _is_new(self, row: Listed, since: date) -> bool:
        return row.filed is not None and row.filed >= since and row.accession not in self._seen.accessions

    def _discover(self, company: Company, submissions: Submissions, row: Listed) -> int:
        cik = submissions.cik
        ciks = tuple(dict.fromkeys((cik, *(filer.cik for filer in self._client.filers(cik, row.accession)))))
        filing = FilingDiscovered(
            accession=row.accession,
            company_id=company.company_id,
            ciks=ciks,
            company=submissions.name or company.name,
            ticker=next(iter(submissions.tickers), company.ticker),
            form=row.form,
            filed=row.filed,
            period=row.period,
            amends=None,
            url=filing_url(self.edgar.www_url, cik, row),
            source=self._source,
        )
        if strange := self._intake.stranger(ciks, row.accession):
            self._intake.refuse(Refused(row.accession, *strange, url=filing.url, name=row.accession))
            new = False
        else:
            new = self._intake.discover(filing)
            self._found.set()
        self._seen.accessions.add(row.accession)
        return new

    def _trouble(self, words: str, error: EdgarProblem) -> None:
        self._activity.trouble(words)
        self._words.warning("edgar_problem", what=words, url=error.url, reason=error.why)


def _name(company: Company) -> str:
    return company.ticker or company.name or company_id(company.cik, company.company_id)
