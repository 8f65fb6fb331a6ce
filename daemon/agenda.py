"""Which of EDGAR's indexes are to be read."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from daemon.backfill import Backfills
from daemon.edgar.addresses import day_url, quarter_url
from daemon.edgar.client import Client
from daemon.edgar.quarters import Quarter, back_to, quarter_of
from daemon.forms import one_name
from daemon.sections import EdgarSettings
from store.log import EventLog

_READ: Final = "SELECT name, max(seq) FROM raw.indexes GROUP BY name"
_SETTLED: Final = timedelta(days=30)  # so long after its end a quarter without an index never gets one


@dataclass(frozen=True)
class Named:
    """An index, and what of it is wanted. `key` is that of the event which says that it was read. `quarter` is None for a
    day's."""

    name: str
    url: str
    key: str
    since: date
    forms: frozenset[str]
    quarter: Quarter | None = None

    def wants(self, form: str, filed: date) -> bool:
        return filed >= self.since and one_name(form) in self.forms


@dataclass(frozen=True)
class Due:
    """`total`: with those that were read already."""

    indexes: tuple[Named, ...] = ()
    total: int = 0


class Agenda:
    """Used by one thread."""

    def __init__(self, log: EventLog, client: Client, backfills: Backfills, now: Callable[[], datetime]) -> None:
        self._log, self._client, self._backfills, self._now = log, client, backfills, now

    def days(self, edgar: EdgarSettings) -> Due:
        """The days since the first one that was read, oldest first, so that the newest one read tells how far to look back.
        Who begins today begins with the last day there is: what was filed before is for `backfill`. EDGAR's listing says
        which days have an index, so that a holiday needs no asking. Raises EdgarProblem and Stopped."""
        read = {date.fromisoformat(name) for name in self._read() if "Q" not in name}
        now = quarter_of(self._now().date())
        oldest = min(now.before, quarter_of(max(read)) if read else now)
        listed = sorted(day for quarter in back_to(oldest, now) for day in self._client.days(quarter))
        if not listed:
            return Due()
        begun = min(read, default=listed[-1])
        new = [self._day(edgar, day) for day in listed if day >= begun and day not in read]
        if not read:
            # The day before, of which nothing is wanted, is read in a moment and marks for good where we began.
            new = [replace(self._day(edgar, day), forms=frozenset()) for day in listed[-2:-1]] + new
            structlog.get_logger().info("every_filer", since=f"{begun}", before="finsdistill backfill --since YEAR")
        return Due(tuple(new), len(new))

    def _day(self, edgar: EdgarSettings, day: date) -> Named:
        since = self._backfills.since(edgar)
        return Named(f"{day}", day_url(edgar.www_url, day), f"index-{day}", since, frozenset(edgar.forms))

    def quarters(self, edgar: EdgarSettings) -> Due:
        """What a backfill asked for and was not read since, newest first."""
        asked = self._backfills.last()
        if asked is None:
            return Due()
        read, forms = self._read(), frozenset(edgar.forms)
        quarters = list(back_to(quarter_of(asked.since), quarter_of(self._now().date())))
        left = [quarter for quarter in quarters if read.get(quarter.name, 0) < asked.seq]
        named = (
            Named(q.name, quarter_url(edgar.www_url, q), f"index-{q.name}-{asked.seq}", asked.since, forms, q)
            for q in left
        )
        return Due(tuple(named), len(quarters))

    def never_comes(self, named: Named) -> bool:
        """Whether EDGAR has no such index and never will."""
        return named.quarter is not None and named.quarter.last < self._now().date() - _SETTLED

    def _read(self) -> dict[str, int]:
        """{name: the event that says so}"""
        return dict(self._log.query(_READ))
