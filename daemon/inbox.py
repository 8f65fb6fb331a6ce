"""The inbox folder: which dropped files are new and at rest. Files are read in place and never moved."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from store.log import EventLog

SUFFIXES: Final = (".htm", ".html", ".txt")
SETTLE_S: Final = 2.0  # a file that did not change for so long is taken to be complete


@dataclass(frozen=True)
class Dropped:
    """A file as it was seen; another size or time makes it another drop."""

    path: Path
    size: int
    modified_us: int


class Inbox:
    """Used by one thread. What was taken before a restart is known from the log."""

    def __init__(self, folder: Path, log: EventLog) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        rows = log.query("SELECT url, bytes, modified_us FROM raw.filing_changes WHERE modified_us IS NOT NULL")
        self._taken = {Dropped(Path(url.removeprefix("file://")), size, modified) for url, size, modified in rows}

    def new_files(self, now_s: float) -> tuple[list[Dropped], bool]:
        """Files at rest that were not taken yet, by name; and whether others still have to come to rest."""
        waiting = [dropped for dropped in sorted(self._scan(), key=lambda d: d.path) if dropped not in self._taken]
        rested = [dropped for dropped in waiting if now_s - dropped.modified_us / 1e6 >= SETTLE_S]
        return rested, len(rested) < len(waiting)

    def take(self, dropped: Dropped) -> None:
        """Whatever came of it is in the log, or it is nothing new."""
        self._taken.add(dropped)

    def _scan(self) -> Iterator[Dropped]:
        for folder, folders, names in os.walk(self._folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in names:
                path = Path(folder, name)
                if path.suffix.lower() in SUFFIXES and not name.startswith(".") and path.is_file():
                    status = path.stat()
                    yield Dropped(path, status.st_size, status.st_mtime_ns // 1000)


class _Wake(FileSystemEventHandler):
    def __init__(self, wake: Callable[[], object]) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in ("created", "modified", "moved", "closed"):
            self._wake()


class InboxWatch:
    """Calls `wake` when something happens in the folder; the next scan finds out what."""

    def __init__(self, folder: Path, wake: threading.Event) -> None:
        self._observer = Observer()
        self._observer.schedule(_Wake(wake.set), str(folder), recursive=True)
        self._observer.start()

    def stop(self) -> None:
        self._observer.stop()
        self._observer.join()
