"""Watched company in: FilingDiscovered for each wanted filing that its list has and the log has not."""

from collections import deque
from dataclasses import dataclass
from datetime import date
from typing import Final

import structlog

from daemon.activity import Activity
from daemon.backfill import Backfills
from daemon.discovery import Candidate, Discovery
from daemon.edgar.client import Client
from daemon.edgar.problems import EdgarMissing, EdgarProblem, EdgarUnavailable
from daemon.edgar.submissions import Listed, Page, Submissions, listed, needed
from daemon.forms import one_name
from daemon.sections import EdgarSettings
from daemon.stopped import Stopped
from daemon.watchlist import WatchList
from store.ids import company_id
from store.log import EventLog
from store.states.watched import Company

_KNOWN: Final = "SELECT accession FROM raw.filings WHERE accession IN (SELECT unnest(?))"
_GIVE_UP: Final = 3  # companies in a row that EDGAR did not answer for: the round ends, the next one tries again


@dataclass
class _Round:
    """One poll over the watch list."""

    todo: deque[Company]
    total: int
    found: int = 0
    failed: int = 0
    in_a_row: int = 0


class Discover:
    """One company at a time. `begin` starts a round; while one runs it asks for another after it."""

    def __init__(
        self,
        log: EventLog,
        client: Client,
        watch: WatchList,
        *,
        backfills: Backfills,
        discovery: Discovery,
        edgar: EdgarSettings,
        activity: Activity,
    ) -> None:
        self._log, self._client, self._watch = log, client, watch
        self._backfills, self._discovery = backfills, discovery
        self.edgar, self._activity = edgar, activity
        # Continuation pages that were read as they are now and for what is wanted now: they need no second look.
        self._pages: dict[str, tuple[Page, EdgarSettings]] = {}
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
            self._watch.settle(self.edgar.named)
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
            self._look(company, now)
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

    def _look(self, company: Company, now: _Round) -> None:
        if company.cik is None:
            return
        edgar = self.edgar.model_copy(update={"since": self._backfills.since(self.edgar)})
        submissions = self._client.submissions(company.cik)
        unread = [
            page
            for page in needed(submissions.filings.files, edgar.since)
            if self._pages.get(page.name) != (page, edgar)
        ]
        rows = [submissions.filings.recent, *map(self._client.page, unread)]
        wanted = [row for part in rows for row in listed(part) if one_name(row.form) in edgar.forms]
        new = self._new(wanted, edgar.since)
        self._record(deque(_candidate(company, submissions, filing, filed) for filed, filing in new), now)
        # Only now: when EDGAR failed on the way, the next round must come back to what these pages name.
        self._pages |= {page.name: (page, edgar) for page in unread}

    def _record(self, candidates: deque[Candidate], now: _Round) -> None:
        """One filing that EDGAR never answers about stands in no newer one's way. Raises the first EdgarProblem."""
        problems: list[EdgarProblem] = []
        while candidates and len(problems) < _GIVE_UP:
            try:
                now.found += self._discovery.discover(candidates.popleft(), self.edgar.www_url)
            except EdgarProblem as error:
                problems.append(error)
        if problems:
            raise problems[0]

    def _new(self, rows: list[Listed], since: date) -> list[tuple[date, Listed]]:
        """With the days they were filed on, oldest first."""
        known = {name for (name,) in self._log.query(_KNOWN, [[row.accession for row in rows]])}
        new = {row.accession: row for row in rows if row.accession not in known}
        dated = [(row.filed, row) for row in new.values() if row.filed is not None and row.filed >= since]
        return sorted(dated, key=lambda entry: entry[0])

    def _trouble(self, words: str, error: EdgarProblem) -> None:
        self._activity.trouble(words)
        self._words.warning("edgar_problem", what=words, url=error.url, reason=error.why)


def _name(company: Company) -> str:
    return company.ticker or company.name or company_id(company.cik, company.company_id)


def _candidate(company: Company, submissions: Submissions, row: Listed, filed: date) -> Candidate:
    return Candidate(
        accession=row.accession,
        ciks=(submissions.cik,),
        form=row.form,
        filed=filed,
        period=row.period,
        document=row.document,
        company=submissions.name or company.name,
        ticker=next(iter(submissions.tickers), company.ticker),
        company_id=company.company_id,
    )
