"""FilingDiscovered in: FilingFetched, or FilingRefused, out."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from daemon.activity import Activity
from daemon.due import DueFiling, DueFilings
from daemon.edgar.addresses import rebased
from daemon.edgar.gateway import Gateway
from daemon.edgar.problems import EdgarMissing, EdgarProblem, EdgarTooLarge
from daemon.filing.document import MAX_BYTES, refuse_cut
from daemon.filing.errors import FilingUnreadable
from daemon.intake import Fetched, Intake, Refused
from daemon.stopped import Stopped
from store.events import EVENT, FilingDiscovered
from store.log import EventLog, utc_now

# A list may name a filing before its files are there, and a file may be replaced by a whole one. Seconds between tries.
_MISSING_S: Final = (5.0, 30.0, 300.0, 3600.0, 6 * 3600.0, 24 * 3600.0)
_GONE_S: Final = (3600.0, 6 * 3600.0, 24 * 3600.0)  # of a filing that had time to arrive: news must not wait for it
_RECENT: Final = timedelta(days=7)
_CUT_S: Final = (5.0, 30.0, 300.0)
_AWAY_S: Final = (30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)  # then every hour: EDGAR comes back
_SOON_S: Final = 60.0  # `run --once` waits for what is due so soon, and leaves the rest to the next run

# Those that nothing happened to since: only what is new is looked at, however long the log is.
_NEW: Final = """
SELECT d.seq, d.accession, d.filed FROM raw.filings d WHERE d.seq > ? AND d.source <> 'inbox' AND NOT EXISTS (
    SELECT 1 FROM raw.filing_changes c WHERE c.seq > ? AND c.accession = d.accession AND c.seq > d.seq
        AND c.status NOT IN ('discovered', 'conflict')
) ORDER BY d.seq
"""
_PAYLOAD: Final = "SELECT payload FROM raw.events WHERE seq = ?"
_NEWEST: Final = "SELECT coalesce(max(seq), 0) FROM raw.filings"
_STATUS: Final = "SELECT arg_max(status, seq) FROM raw.filing_changes WHERE accession = ? AND status <> 'conflict'"


class Fetch:
    """One filing at a time, in as many threads as like: one that waits for a slow answer holds nobody up. `fetched` is
    set when there is something to read."""

    def __init__(
        self,
        log: EventLog,
        gateway: Gateway,
        intake: Intake,
        *,
        activity: Activity,
        fetched: threading.Event,
        clock_s: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._log, self._gateway, self._intake, self._activity = log, gateway, intake, activity
        self._fetched, self._clock_s, self._now = fetched, clock_s, now
        self._due = DueFilings()
        self._read_to = 0
        self._choosing = threading.Lock()
        self._words = structlog.get_logger()

    def advance(self) -> bool:
        with self._choosing:
            self._read_discoveries()
            due = self._due.take(self._clock_s())
        if due is None:
            return False
        try:
            self._fetch(due)
        finally:
            with self._choosing:
                self._due.give_back(due)
        return True

    @property
    def ready(self) -> int:
        """How many filings are to be fetched now."""
        with self._choosing:
            self._read_discoveries()
            return self._due.ready(self._clock_s())

    @property
    def waiting(self) -> bool:
        with self._choosing:
            return self._due.any_by(self._clock_s() + _SOON_S)

    def close(self) -> None:
        self._gateway.close()

    def _fetch(self, due: DueFiling) -> None:
        if self._log.query(_STATUS, [due.accession]) != [("discovered",)]:
            due.done = True  # the inbox brought it
            return
        filing = EVENT.validate_json(self._log.query(_PAYLOAD, [due.seq])[0][0])
        if isinstance(filing, FilingDiscovered):
            with self._activity.task(f"fetching {due.accession}"):
                self._try(due, filing)

    def _read_discoveries(self) -> None:
        newest: int = self._log.query(_NEWEST)[0][0]
        if newest <= self._read_to:
            return
        now_s = self._clock_s()
        for seq, accession, filed in self._log.query(_NEW, [self._read_to, self._read_to]):
            self._due.add(DueFiling(seq, accession, filed.toordinal() if filed else 0, now_s))
            self._read_to = seq
        # Past the inbox's too: while one of them was the newest, every look would ask for them all again.
        self._read_to = max(self._read_to, newest)

    def _try(self, due: DueFiling, filing: FilingDiscovered) -> None:
        url = rebased(filing.url, self._gateway.edgar.www_url)
        try:
            body = self._gateway.get(url, limit=MAX_BYTES)
            refuse_cut(body)
        except Stopped:
            return None  # the next service fetches it
        except EdgarMissing as error:
            self._later(due, url, error.why, self._missing_s(filing), refused="not_found")
        except EdgarTooLarge as error:
            self._refuse(due, url, "too_large", error.why)
        except FilingUnreadable as error:
            self._later(due, url, error.detail, _CUT_S, refused=error.reason)
        except EdgarProblem as error:
            self._later(due, url, error.why, _AWAY_S, refused=None)
        else:
            if strange := self._intake.stranger(filing.ciks, filing.accession, body):
                return self._refuse(due, url, *strange)
            self._intake.accept(filing, Fetched(filing.accession, body, url))
            self._fetched.set()
            due.done = True
        return None

    def _missing_s(self, filing: FilingDiscovered) -> tuple[float, ...]:
        old = filing.filed is not None and filing.filed < self._now().date() - _RECENT
        return _GONE_S if old else _MISSING_S

    def _later(self, due: DueFiling, url: str, why: str, waits_s: tuple[float, ...], *, refused: str | None) -> None:
        """Tries again after the next of `waits_s`; after the last of them refuses with that reason, or goes on trying."""
        if refused is not None and due.tried >= len(waits_s):
            return self._refuse(due, url, refused, why)
        wait_s = waits_s[min(due.tried, len(waits_s) - 1)]
        due.at_s, due.tried = self._clock_s() + wait_s, due.tried + 1
        if refused is None:
            self._activity.trouble(f"{due.accession} could not be fetched: {why}; tried again in {wait_s:.0f} s")
        self._words.warning("fetch_again", accession=due.accession, reason=why, in_s=wait_s)
        return None

    def _refuse(self, due: DueFiling, url: str, reason: str, detail: str) -> None:
        self._intake.refuse(Refused(due.accession, reason, detail, url=url, name=due.accession))
        due.done = True
