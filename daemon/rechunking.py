"""Filings that a person wants read again by the parser as it is now.

A newer parser, or other [chunk] settings, read nothing again by themselves: new texts need new labels, and those cost. The
command stays in its folder until every filing it asks for was read, so that a killed service goes on where it was.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from daemon.commands import Rechunk
from store.errors import FinsdistillError
from store.log import EventLog

# `refused` ones may be named: a newer parser may read what an older one could not.
_OLDER: Final = """
SELECT accession FROM filings WHERE status = 'chunked' AND parser IS DISTINCT FROM ? ORDER BY seq
"""
_NAMED: Final = """
SELECT accession, status, parser FROM filings WHERE accession IN (SELECT unnest(?)) ORDER BY seq
"""


class RechunkRefused(FinsdistillError):
    """This service cannot read these filings again."""


class RechunkWaits(FinsdistillError):
    """Some of the filings are not read again yet."""

    def __init__(self, left: int) -> None:
        super().__init__(f"{left:,} filings are still to be read again")


class Rechunking:
    """Commands come by one thread, filings are taken by another. `asked` is called when there is something to take, `ended`
    when nothing is left of a command that waits."""

    def __init__(self, log: EventLog, parser: str, *, asked: Callable[[], None], ended: Callable[[], None]) -> None:
        self._log, self.parser, self._asked, self._ended = log, parser, asked, ended
        self._lock = threading.Lock()
        self._key = ""  # of the command that is being done
        self._todo: deque[str] = deque()
        self._doing: str | None = None
        self._total = 0

    def obey(self, command: Rechunk, *, key: str) -> None:
        """Raises RechunkRefused, and RechunkWaits until every filing was tried once."""
        if command.parser != self.parser:
            raise RechunkRefused(
                f"the service reads filings with {self.parser}, and {command.parser} was asked for: restart it, so that both "
                "are one version with one configuration, and ask again"
            )
        with self._lock:
            if key != self._key:
                self._key, self._todo = key, deque(self._wanted(command.accessions))
                self._total = len(self._todo)
                structlog.get_logger().info("rechunking", filings=len(self._todo), parser=self.parser)
            left = len(self._todo) + (self._doing is not None)
        if left:
            self._asked()
            raise RechunkWaits(left)

    def take(self) -> str | None:
        """The accession to read next. Who takes it says `done`, unless the service ends before."""
        with self._lock:
            self._doing = self._todo.popleft() if self._todo else None
            return self._doing

    def done(self) -> None:
        """It was read again, or cannot be."""
        with self._lock:
            self._doing = None
            ended = not self._todo
        if ended:
            self._ended()

    @property
    def progress(self) -> tuple[int, int]:
        """How many are read of how many."""
        with self._lock:
            return self._total - len(self._todo) - (self._doing is not None), self._total

    def _wanted(self, accessions: Sequence[str]) -> list[str]:
        if not accessions:
            return [accession for (accession,) in self._log.query(_OLDER, [self.parser])]
        rows = self._log.query(_NAMED, [list(accessions)])
        usable = {accession for accession, status, _ in rows if status in ("chunked", "refused")}
        if strange := [accession for accession in accessions if accession not in usable]:
            raise RechunkRefused(f"the log has no chunked filing {strange[0]}: the table `filings` lists them")
        return [accession for accession, status, parser in rows if (status, parser) != ("chunked", self.parser)]
