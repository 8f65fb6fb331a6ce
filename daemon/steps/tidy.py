"""Published files out, fewer and larger ones in: and whatever was found damaged, made again."""

from collections.abc import Callable

import structlog

from daemon.activity import Activity
from store.publishing.publish import Publisher


class Tidy:
    """Never urgent: where one thread does everything it comes last. `stop` ends a merge that is being made."""

    def __init__(self, publisher: Publisher, activity: Activity, stop: Callable[[], bool]) -> None:
        self._publisher, self._activity, self._stop = publisher, activity, stop
        self._words = structlog.get_logger()

    def advance(self) -> bool:
        tidied = self._publisher.tidy(self._stop)
        for file in tidied.mended:
            self._words.warning("published_file_made_again", file=file)
            self._activity.trouble(f"the published file {file} was damaged or gone: it was made again from the log")
        return tidied.worked

    @property
    def waiting(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing to end: a merge ends with the stop."""
