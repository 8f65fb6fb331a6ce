"""EDGAR's indexes in: FilingDiscovered for each wanted filing of every filer, and IndexRead when all of one are in.

A day's index brings the news; a quarter's, one after the other and newest first, what a backfill asked for. An index is read
again from its beginning where a crash, or a bad day of EDGAR, came before its end.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog

from daemon.activity import Activity
from daemon.agenda import Agenda, Due, Named
from daemon.backfill import Backfills
from daemon.directory import Directory
from daemon.discovery import Candidate, Discovery
from daemon.edgar.client import Client
from daemon.edgar.indexes import Entry
from daemon.edgar.problems import EdgarMissing, EdgarProblem, EdgarUnavailable
from daemon.sections import EdgarSettings
from daemon.stopped import Stopped
from store.events import IndexRead
from store.log import EventLog, utc_now
from store.records import Append

_KNOWN: Final = "SELECT accession FROM raw.filings WHERE accession IN (SELECT unnest(?))"
_GIVE_UP: Final = 3  # bad answers in a row: EDGAR is away, and the round ends; one alone stands in nobody else's way
_ENOUGH: Final = 2000  # filings that wait to be fetched: the next quarter can wait too, and memory stays what it is
_READING: Final = "looking up filings"
_BACKFILL: Final = "backfill of every filer, quarters"


@dataclass
class _Reading:
    """An index that is being read. `failed`: filings that EDGAR answered badly about."""

    named: Named
    read: IndexRead
    left: deque[Entry]
    new: int = 0
    failed: int = 0


@dataclass
class _Line:
    """Indexes to be read one after the other."""

    todo: deque[Named] = field(default_factory=deque)
    reading: _Reading | None = None
    total: int = 0

    def follow(self, due: Due) -> None:
        """What is being read goes on where it is still wanted as it was."""
        if self.reading is not None and self.reading.named not in due.indexes:
            self.reading = None
        now = None if self.reading is None else self.reading.named
        self.todo, self.total = deque(named for named in due.indexes if named != now), due.total


class Indexes:
    """One filing at a time; rests while nobody wants every filer. `begin` starts a round: what EDGAR has now, and what is
    still to be read. `waiting`: how many filings are to be fetched now."""

    def __init__(
        self,
        log: EventLog,
        client: Client,
        directory: Directory,
        *,
        backfills: Backfills,
        discovery: Discovery,
        waiting: Callable[[], int],
        edgar: EdgarSettings,
        activity: Activity,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._log, self._client, self._directory = log, client, directory
        self._agenda = Agenda(log, client, backfills, now)
        self._discovery, self._waiting = discovery, waiting
        self.edgar, self._activity = edgar, activity
        self._days, self._quarters = _Line(), _Line()
        self._wanted = self._planned = False
        self._in_a_row = 0
        self._words = structlog.get_logger()

    def begin(self) -> None:
        """May be called from any thread, at any time."""
        self._wanted = True

    def advance(self) -> bool:
        if not self.edgar.every_filer:
            self._clear()
            return False
        try:
            return self._advance()
        except Stopped:
            self._clear()
        except EdgarProblem as error:
            self._trouble(f"EDGAR's indexes could not be read: {error.why}", error)
            self._clear()
        return True

    @property
    def waiting(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing to end."""

    def _clear(self) -> None:
        """The next round begins anew."""
        for line in (self._days, self._quarters):
            line.follow(Due())
        self._show(None)

    def _advance(self) -> bool:
        """News first: a quarter that is being read waits for it. Each round gets on before the next one begins, however
        quickly they are asked for."""
        if self._wanted and not self._planned:
            self._wanted, self._planned, self._in_a_row = False, True, 0
            self._plan()
            return True
        self._planned = False
        for line in (self._days, self._quarters):
            if line.reading is not None:
                return self._go_on(line, line.reading)
            if line.todo and (line is self._days or self._waiting() < _ENOUGH):
                return self._open(line, line.todo.popleft())
        return self._wanted

    def _plan(self) -> None:
        try:
            self._directory.refresh()
        except EdgarUnavailable:
            raise
        except EdgarProblem as error:
            self._trouble(f"new tickers are not known: {error.why}", error)
        self._days.follow(self._agenda.days(self.edgar))
        self._quarters.follow(self._agenda.quarters(self.edgar))
        self._show(None)

    def _open(self, line: _Line, named: Named) -> bool:
        try:
            index, sha256 = self._client.index(named.url, named.wants)
        except EdgarMissing as error:
            self._missing(named, error)
        except EdgarProblem as error:
            self._may_go_on(error)
            self._trouble(f"EDGAR's index {named.name} could not be read: {error.why}", error)
        else:
            self._in_a_row = 0
            known = {name for (name,) in self._log.query(_KNOWN, [[entry.accession for entry in index.entries]])}
            left = deque(entry for entry in index.entries if entry.accession not in known)
            read = IndexRead(name=named.name, sha256=sha256, rows=index.rows, wanted=len(index.entries))
            line.reading = _Reading(named, read, left)
        return True

    def _missing(self, named: Named, error: EdgarMissing) -> None:
        if self._agenda.never_comes(named):
            self._log.append(Append("log", (IndexRead(name=named.name, sha256=None, rows=0, wanted=0),), named.key))
        self._words.warning("index_missing", name=named.name, url=error.url, reason=error.why)

    def _go_on(self, line: _Line, reading: _Reading) -> bool:
        if not reading.left:
            line.reading = None
            self._end(reading)
            return True
        self._show(reading)
        entry = reading.left[0]
        try:
            reading.new += self._discovery.discover(self._candidate(entry), self.edgar.www_url)
            self._in_a_row = 0
        except EdgarProblem as error:  # it stands in nobody else's way, and the next round comes back to it
            self._may_go_on(error)
            reading.failed += 1
            self._trouble(f"{entry.accession} could not be looked up: {error.why}", error)
        reading.left.popleft()
        return True

    def _may_go_on(self, error: EdgarProblem) -> None:
        """Raises it where EDGAR is away."""
        self._in_a_row += isinstance(error, EdgarUnavailable)
        if self._in_a_row == _GIVE_UP:
            raise error

    def _candidate(self, entry: Entry) -> Candidate:
        ticker = self._directory.find(str(entry.ciks[0])).ticker
        return Candidate(entry.accession, entry.ciks, entry.form, entry.filed, company=entry.company, ticker=ticker)

    def _end(self, reading: _Reading) -> None:
        named, read = reading.named, reading.read
        if not reading.failed:
            self._log.append(Append("log", (read,), named.key))
        said = {"rows": read.rows, "wanted": read.wanted, "new": reading.new, "failed": reading.failed}
        self._words.info("index_read", name=named.name, **said)
        self._show(None)

    def _show(self, reading: _Reading | None) -> None:
        """What is being read, and how far a backfill is; a quarter waits while enough filings do."""
        line = self._quarters
        left = len(line.todo) + (line.reading is not None)
        if left:
            self._activity.show(_BACKFILL, line.total - left, line.total, f"{self._waiting():,} to be fetched")
        else:
            self._activity.clear(_BACKFILL)
        if reading is None:
            self._activity.clear(_READING)
        else:
            total = reading.read.wanted
            self._activity.show(_READING, total - len(reading.left), total, f"in the index {reading.named.name}")

    def _trouble(self, words: str, error: EdgarProblem) -> None:
        self._activity.trouble(words)
        self._words.warning("edgar_problem", what=words, url=error.url, reason=error.why)
