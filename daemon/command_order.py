"""Commands about the same thing keep their order: the last word is the last one said, whatever has to wait."""

from collections.abc import Collection
from pathlib import Path

from daemon.commands import (
    Adopt,
    Backfill,
    Command,
    Promote,
    Rechunk,
    Relabel,
    Requeue,
    RequeueAll,
    Rollback,
    WatchAdd,
    WatchRemove,
)


class CommandOrder:
    """Used by one thread. A file's topic is known once it was read."""

    def __init__(self) -> None:
        self._topics: dict[Path, str] = {}
        self._first: dict[str, Path] = {}  # the oldest that waits, of each topic

    def keep(self, there: Collection[Path]) -> None:
        """Only these are left: what somebody took back holds up nobody."""
        self._topics = {path: topic for path, topic in self._topics.items() if path in there}
        self._first = {topic: path for topic, path in self._first.items() if path in there}

    def learn(self, path: Path, command: Command) -> None:
        self._topics[path] = _topic(command)

    def ahead_of(self, path: Path) -> Path | None:
        """The older one of the same topic that still waits."""
        first = self._first.get(self._topics.get(path, ""))
        return first if first is not None and first < path else None

    def begins(self, path: Path) -> None:
        """It is tried now."""
        topic = self._topics.get(path, "")
        if self._first.get(topic) == path:
            del self._first[topic]

    def waits(self, path: Path) -> None:
        """It was tried and cannot be obeyed yet."""
        topic = self._topics[path]
        self._first[topic] = min(path, self._first.get(topic, path))


def _topic(command: Command) -> str:
    match command:
        case WatchAdd() | WatchRemove():
            return "watch list"
        case Backfill():
            return "backfill"
        case Requeue() | RequeueAll():
            return "dead letters"
        case Rechunk():
            return "filings"
        case Promote() | Rollback():
            return "champion"
        case Relabel() | Adopt():
            return "recipe"
