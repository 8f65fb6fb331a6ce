"""How far back filings are wanted: what was asked for last holds."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from daemon.commands import Backfill
from daemon.sections import EdgarSettings
from store.events import BackfillAsked
from store.log import EventLog
from store.records import Append

_LAST: Final = "SELECT seq, since FROM raw.backfills ORDER BY seq DESC LIMIT 1"


@dataclass(frozen=True)
class Asked:
    """`seq`: of the event that asked; whoever asks again means indexes to be read again."""

    seq: int
    since: date


class Backfills:
    """May be used from any thread."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def ask(self, command: Backfill, *, key: str) -> None:
        """`key` names the command: the same command twice has one effect."""
        event = BackfillAsked(since=date(command.since, 1, 1))
        self._log.append(Append("log", (event,), f"backfill-{key}"))

    def last(self) -> Asked | None:
        rows = self._log.query(_LAST)
        return Asked(*rows[0]) if rows else None

    def since(self, edgar: EdgarSettings) -> date:
        """The first day whose filings are wanted."""
        asked = self.last()
        return edgar.since if asked is None else min(asked.since, edgar.since)
