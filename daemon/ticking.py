"""What happens by the clock: publishing, and polling EDGAR."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from daemon.app import App
from daemon.cron import cron_trigger
from daemon.settings import Settings

_PUBLISH, _POLL = "publish", "poll"
_LATE_S: Final = 60.0  # a tick that is so late does not come any more

# Late ticks run once, however many were missed while the machine slept or the last one still ran, and never two at once.
_ONE_AT_A_TIME: Final = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}


class Failure:
    """The first error that ended a thread, handed to the main one."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self.error: BaseException | None = None

    @contextmanager
    def caught(self) -> Iterator[None]:
        """A thread's error stops the service; it is raised again where the service is waited for."""
        try:
            yield
        except BaseException as error:  # noqa: BLE001 - raised again by `raise_if_any`, in the thread that can report it
            self.error = self.error or error
            self._stop.set()

    def raise_if_any(self) -> None:
        if self.error is not None:
            raise self.error


class Ticks:
    """The scheduler's jobs. A poll only asks for a round: the watching lane does it."""

    def __init__(self, app: App, failure: Failure, show: Callable[[], None]) -> None:
        self._app, self._failure, self._show = app, failure, show
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._ended_s = time.monotonic()

    def start(self, *, polling: bool) -> None:
        """The first poll is now: whatever was filed while nobody looked is caught up with."""
        publish = IntervalTrigger(seconds=self._app.settings.service.publish_every_s)
        self._scheduler.add_job(self._publish, publish, id=_PUBLISH, **_ONE_AT_A_TIME)
        if polling and self._app.edgar is not None:
            trigger = poll_trigger(self._app.settings.edgar.poll)
            now = datetime.now(UTC)
            self._scheduler.add_job(self._app.poll, trigger, id=_POLL, next_run_time=now, **_ONE_AT_A_TIME)
        self._scheduler.start()

    def follow(self, settings: Settings) -> None:
        """Other times, from now on."""
        self._scheduler.reschedule_job(_PUBLISH, trigger=IntervalTrigger(seconds=settings.service.publish_every_s))
        if self._scheduler.get_job(_POLL) is not None:
            self._scheduler.reschedule_job(_POLL, trigger=poll_trigger(settings.edgar.poll))

    def are_coming(self) -> bool:
        """Whether the log still answers and the published files can still be written."""
        return time.monotonic() - self._ended_s < self._app.settings.service.publish_every_s + _LATE_S

    def stop(self) -> None:
        self._scheduler.shutdown(wait=True)

    def _publish(self) -> None:
        with self._failure.caught():
            self._app.publish()
            self._show()
            self._ended_s = time.monotonic()


def poll_trigger(poll: int | str) -> BaseTrigger:
    """Seconds, or a cron line in UTC."""
    return IntervalTrigger(seconds=poll) if isinstance(poll, int) else cron_trigger(poll)
