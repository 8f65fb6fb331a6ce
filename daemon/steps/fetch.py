"""FilingDiscovered in: FilingFetched, or FilingRefused, out."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from daemon.activity import Activity
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

_NEW: Final = """
SELECT d.seq, e.payload FROM raw.filings d JOIN raw.events e ON e.seq = d.seq JOIN filings f ON f.accession = d.accession
WHERE d.seq > ? AND d.source <> 'inbox' AND f.status = 'discovered' ORDER BY d.seq
"""
_NEWEST: Final = "SELECT coalesce(max(seq), 0) FROM raw.filings"
_IS_OPEN: Final = "SELECT 1 FROM filings WHERE accession = ? AND status = 'discovered'"


@dataclass
class _Due:
    """A filing that is to be fetched at a moment; what was tried is forgotten with the process."""

    filing: FilingDiscovered
    at_s: float
    tried: int = 0
    taken: bool = False


def _rank(due: _Due) -> tuple[int, int, str]:
    """What was not tried yet comes first, so that news need not wait behind what is missing; then the newest filing."""
    filed = due.filing.filed.toordinal() if due.filing.filed else 0
    return due.tried, -filed, due.filing.accession


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
        self._due: dict[str, _Due] = {}
        self._read_to = 0
        self._choosing = threading.Lock()
        self._words = structlog.get_logger()

    def advance(self) -> bool:
        due = self._choose()
        if due is None:
            return False
        try:
            self._fetch(due)
        finally:
            due.taken = False
        return True

    @property
    def waiting(self) -> bool:
        soon_s = self._clock_s() + _SOON_S
        with self._choosing:
            return any(due.at_s <= soon_s for due in self._due.values())

    def close(self) -> None:
        self._gateway.close()

    def _choose(self) -> _Due | None:
        now_s = self._clock_s()
        with self._choosing:
            self._read_discoveries()
            ready = (due for due in self._due.values() if due.at_s <= now_s and not due.taken)
            chosen = min(ready, key=_rank, default=None)
            if chosen is not None:
                chosen.taken = True
        return chosen

    def _fetch(self, due: _Due) -> None:
        accession = due.filing.accession
        if not self._log.query(_IS_OPEN, [accession]):
            return self._settled(accession)  # the inbox brought it
        with self._activity.task(f"fetching {accession}"):
            return self._try(due)

    def _settled(self, accession: str) -> None:
        with self._choosing:
            del self._due[accession]

    def _read_discoveries(self) -> None:
        newest: int = self._log.query(_NEWEST)[0][0]
        if newest <= self._read_to:
            return
        for seq, payload in self._log.query(_NEW, [self._read_to]):
            filing = EVENT.validate_json(payload)
            if isinstance(filing, FilingDiscovered):
                self._due[filing.accession] = _Due(filing, self._clock_s())
            self._read_to = seq
        # Past the inbox's too: while one of them was the newest, every look would join and fold the whole table again.
        self._read_to = max(self._read_to, newest)

    def _try(self, due: _Due) -> None:
        url = rebased(due.filing.url, self._gateway.edgar.www_url)
        try:
            body = self._gateway.get(url, limit=MAX_BYTES)
            refuse_cut(body)
        except Stopped:
            return  # the next service fetches it
        except EdgarMissing as error:
            self._later(due, url, error.why, self._missing_s(due.filing), refused="not_found")
        except EdgarTooLarge as error:
            self._refuse(due, url, "too_large", error.why)
        except FilingUnreadable as error:
            self._later(due, url, error.detail, _CUT_S, refused=error.reason)
        except EdgarProblem as error:
            self._later(due, url, error.why, _AWAY_S, refused=None)
        else:
            self._take(due, url, body)

    def _take(self, due: _Due, url: str, body: bytes) -> None:
        filing = due.filing
        if strange := self._intake.stranger(filing.ciks, filing.accession, body):
            return self._refuse(due, url, *strange)
        self._intake.accept(filing, Fetched(filing.accession, body, url))
        self._fetched.set()
        return self._settled(filing.accession)

    def _missing_s(self, filing: FilingDiscovered) -> tuple[float, ...]:
        old = filing.filed is not None and filing.filed < self._now().date() - _RECENT
        return _GONE_S if old else _MISSING_S

    def _later(self, due: _Due, url: str, why: str, waits_s: tuple[float, ...], *, refused: str | None) -> None:
        """Tries again after the next of `waits_s`; after the last of them refuses with that reason, or goes on trying."""
        if refused is not None and due.tried >= len(waits_s):
            return self._refuse(due, url, refused, why)
        wait_s = waits_s[min(due.tried, len(waits_s) - 1)]
        due.at_s, due.tried = self._clock_s() + wait_s, due.tried + 1
        if refused is None:
            self._activity.trouble(f"{due.filing.accession} could not be fetched: {why}; tried again in {wait_s:.0f} s")
        self._words.warning("fetch_again", accession=due.filing.accession, reason=why, in_s=wait_s)
        return None

    def _refuse(self, due: _Due, url: str, reason: str, detail: str) -> None:
        accession = due.filing.accession
        self._intake.refuse(Refused(accession, reason, detail, url=url, name=accession))
        self._settled(accession)
