"""The watch list: what `edgar.companies` and people's commands say, as facts in the log."""

from collections.abc import Iterable, Sequence
from functools import reduce

import structlog

from daemon.activity import Activity
from daemon.directory import Directory, UnknownCompany
from daemon.edgar.tickers import Named
from daemon.intake import Intake
from daemon.purpose import WHY, strange_company
from store.events import By, CompanyRefused, CompanyUnwatched, CompanyWatched
from store.ids import company_id, short_id
from store.log import EventLog
from store.records import Append
from store.states.watched import TYPES, Company, fold


class WatchList:
    """Used by one thread. Methods raise EdgarProblem and Stopped where a ticker had to be looked up and could not be;
    what was decided before that stays, and the same call later does the rest."""

    def __init__(self, log: EventLog, directory: Directory, intake: Intake, activity: Activity) -> None:
        self._log, self._directory, self._intake, self._activity = log, directory, intake, activity
        self._known: dict[str, Company] = reduce(fold, (r.event for r in log.records(types=TYPES)), {})
        self._words = structlog.get_logger()

    def watched(self) -> tuple[Company, ...]:
        """Oldest first."""
        return tuple(company for company in self._known.values() if company.watched)

    def settle(self, configured: Sequence[str]) -> None:
        """`edgar.companies` as it is now. What a command took off stays off until a command puts it back."""
        wanted = set()
        for name in configured:
            named = self._named(name, "config", key=f"config-{short_id(name)}")
            if named is None:
                continue
            wanted.add(company_id(named.cik, ""))
            known = self._known.get(company_id(named.cik, ""))
            if known is None or (not known.watched and known.by == "config"):
                self._watch(named, "config")
        for company in self.watched():
            if company.by == "config" and company.company_id not in wanted:
                self._unwatch(company, "config")

    def add(self, names: Iterable[str], *, key: str) -> None:
        """`key` names the command: the same command twice has one effect."""
        for name in names:
            named = self._named(name, "command", key=f"{key}-{short_id(name)}")
            if named is not None:
                self._watch(named, "command", key=f"{key}-{named.cik}")

    def remove(self, names: Iterable[str], *, key: str) -> None:
        for name in names:
            named = self._named(name, "command", key=f"{key}-{short_id(name)}")
            known = self._known.get(company_id(named.cik, "")) if named else None
            if known is not None:
                self._unwatch(known, "command", key=f"{key}-{known.company_id}")

    def _named(self, name: str, by: By, *, key: str) -> Named | None:
        """None, and a fact that says why, for what may not be watched here."""
        try:
            named = self._seen_as(name) or self._directory.find(name)
        except UnknownCompany as error:
            refused = CompanyRefused(name=name, reason="unknown", detail=str(error), by=by)
        else:
            strange = strange_company("demo" if self._log.purpose == "demo" else "real", named.cik)
            if strange is None:
                return named
            refused = CompanyRefused(name=name, reason=strange, detail=WHY[strange], by=by)
        if not self._log.append(Append("log", (refused,), f"company-refused-{key}-{refused.reason}")).repeated:
            self._activity.trouble(f"{name} is not watched: {refused.detail}")
            self._words.warning("company_refused", name=name, reason=refused.reason, detail=refused.detail)
        return None

    def _seen_as(self, name: str) -> Named | None:
        """A ticker means the company that it meant when it was first written here, whatever becomes of it at EDGAR."""
        same = (company for company in self._known.values() if company.ticker == name.strip().upper())
        return next((Named(c.cik, c.ticker, c.name) for c in same if c.cik is not None), None)

    def _watch(self, named: Named, by: By, *, key: str | None = None) -> None:
        company = company_id(named.cik, "")
        self._intake.assign_split(named.cik, company)
        self._decide(
            CompanyWatched(company_id=company, cik=named.cik, ticker=named.ticker, name=named.title, by=by), key
        )

    def _unwatch(self, company: Company, by: By, *, key: str | None = None) -> None:
        self._decide(CompanyUnwatched(company_id=company.company_id, by=by), key)

    def _decide(self, event: CompanyWatched | CompanyUnwatched, key: str | None) -> None:
        """Without a key it follows from what the stream said last, so its version names it."""
        stream = f"company-{event.company_id}"
        name = key or f"{event.by}-{self._log.version_of(stream)}"
        named = f"{event.type}-{event.company_id}-{name}"
        if self._log.was_appended(named):
            return  # the same command again; what is known of the company by now need not be what was known then
        self._log.append(Append(stream, (event,), named))
        self._known = fold(self._known, event)
        self._words.info(_WORDS[event.type], company=event.company_id, by=event.by)


_WORDS = {"CompanyWatched": "company_watched", "CompanyUnwatched": "company_unwatched"}
