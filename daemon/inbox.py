"""The inbox folder: which dropped files are new and at rest. Files are read in place and never moved."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from store.log import EventLog

SUFFIXES: Final = (".htm", ".html", ".txt")
SETTLE_S: Final = 2.0  # a file that did not change for so long is taken to be complete


@dataclass(frozen=True)
class Dropped:
    """A file as it was seen; another size or time makes it another drop."""

    path: Path
    size: int
    modified_us: int

    @property
    def url(self) -> str:
        """Percent-encoded: a name may hold bytes that are no characters, and those cannot be stored or shown."""
        return self.path.absolute().as_uri()

    @property
    def name(self) -> str:
        """For people: bytes that are no characters become U+FFFD."""
        return os.fsencode(self.path.name).decode(errors="replace")


class Inbox:
    """Used by one thread. What was taken before a restart is known from the log."""

    def __init__(self, folder: Path, log: EventLog) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        rows = log.query("SELECT url, bytes, modified_us FROM raw.filing_changes WHERE modified_us IS NOT NULL")
        self._taken = set(rows)
        self._first_seen: dict[Dropped, float] = {}

    def new_files(self, now_s: float) -> tuple[list[Dropped], bool]:
        """Files at rest that were not taken yet, by name; and whether others still have to come to rest."""
        waiting = [
            dropped for dropped in sorted(self._scan(), key=lambda d: d.path) if _key(dropped) not in self._taken
        ]
        # Since it was first seen like this, too: a time stamp from the future must not wait for that day.
        self._first_seen = {dropped: self._first_seen.get(dropped, now_s) for dropped in waiting}
        rested = [
            dropped
            for dropped, first_s in self._first_seen.items()
            if now_s - min(first_s, dropped.modified_us / 1e6) >= SETTLE_S
        ]
        return rested, len(rested) < len(waiting)

    def take(self, dropped: Dropped) -> None:
        """Whatever came of it is in the log, or it is nothing new."""
        self._taken.add(_key(dropped))

    def _scan(self) -> Iterator[Dropped]:
        for folder, folders, names in os.walk(self._folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in names:
                path = Path(folder, name)
                if path.suffix.lower() not in SUFFIXES or name.startswith("."):
                    continue
                try:
                    status = path.stat()
                except FileNotFoundError:
                    continue  # taken away while we looked, or a link to nothing
                if stat.S_ISREG(status.st_mode):
                    yield Dropped(path, status.st_size, status.st_mtime_ns // 1000)


def _key(dropped: Dropped) -> tuple[str, int, int]:
    return dropped.url, dropped.size, dropped.modified_us
