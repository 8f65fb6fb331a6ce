"""Filings that are fetched and not read yet. What is new is asked of the log, not each time all that ever was."""

from collections.abc import Collection
from typing import Final

from store.log import EventLog

_NEWEST: Final = "SELECT coalesce(max(seq), 0) FROM raw.filing_changes"
# Those that nothing happened to since.
_NEW: Final = """
SELECT c.accession FROM raw.filing_changes c WHERE c.seq > ? AND c.status = 'fetched' AND NOT EXISTS (
    SELECT 1 FROM raw.filing_changes d WHERE d.seq > ? AND d.accession = c.accession AND d.seq > c.seq
        AND d.status <> 'conflict'
) ORDER BY c.seq
"""


class FetchedFilings:
    """Used by one thread."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._waiting: dict[str, None] = {}
        self._read_to = 0

    def oldest(self, passing: Collection[str]) -> str | None:
        """The accession fetched first, of those that are not in `passing`. It may have been read since: who sees that
        drops it."""
        newest: int = self._log.query(_NEWEST)[0][0]
        if newest > self._read_to:
            self._waiting |= dict.fromkeys(name for (name,) in self._log.query(_NEW, [self._read_to, self._read_to]))
            self._read_to = newest
        return next((name for name in self._waiting if name not in passing), None)

    def drop(self, accession: str) -> None:
        del self._waiting[accession]
