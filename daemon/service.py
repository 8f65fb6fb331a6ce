"""The service: the steps on their threads until told to stop, or one after the other until nothing is pending."""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Final

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from daemon.app import App
from daemon.disk import check_disk
from daemon.inbox import InboxWatch
from daemon.steps import Step

_IDLE_S: Final = 2.0  # a step with nothing to do looks again after this, or when woken
_JOIN_S: Final = 8.0  # of the ten seconds a stop may take


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


@contextmanager
def stop_on_signals(stop: threading.Event) -> Iterator[None]:
    """SIGTERM and SIGINT ask for a stop; the handlers of before come back afterwards."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def publishing(app: App, failure: Failure, show: Callable[[], None]) -> Iterator[None]:
    """Publishes every `publish_every_s`, one run at a time, late ones coalesced."""
    scheduler = BackgroundScheduler(timezone="UTC")

    def tick() -> None:
        with failure.caught():
            app.publish()
            show()

    scheduler.add_job(
        tick, "interval", seconds=app.publish_every_s, max_instances=1, coalesce=True, misfire_grace_time=None
    )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=True)


def run_once(app: App, *, show: Callable[[], None] = lambda: None) -> None:
    """Works until nothing is pending: all files first, then training before labelling, so that a run can be repeated."""
    failure = Failure(app.stop)
    steps: Sequence[Step] = (app.ingest, app.chunk, app.train, app.label)
    with publishing(app, failure, show):
        while not app.stop.is_set():
            check_disk(app.state_dir, app.min_free_gib)
            if any(step.advance() for step in steps):
                continue
            if not any(step.waiting for step in steps):
                break
            app.stop.wait(0.2)
    failure.raise_if_any()
    words = "stopped" if app.stop.is_set() else "nothing_pending"
    structlog.get_logger().info(words, seq=app.log.head.seq, next="finsdistill status")


def run_service(app: App, *, show: Callable[[], None] = lambda: None) -> None:
    """Until `app.stop` is set, or a step fails for a reason that concerns all."""
    failure, inbox_wake = Failure(app.stop), threading.Event()
    threads = [
        _thread("reading", app, (app.ingest, app.chunk), failure=failure, wake=inbox_wake),
        _thread("labelling", app, (app.label,), failure=failure),
        _thread("training", app, (app.train,), failure=failure),
    ]
    watch = InboxWatch(app.inbox_dir, inbox_wake)
    app.publish()  # so that `status` and `sql` answer from the first moment
    with publishing(app, failure, show):
        for thread in threads:
            thread.start()
        structlog.get_logger().info("service_started", state_dir=str(app.state_dir), inbox=str(app.inbox_dir))
        while not app.stop.wait(_IDLE_S):
            with failure.caught():
                check_disk(app.state_dir, app.min_free_gib)
        deadline = time.monotonic() + _JOIN_S
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
    watch.stop()
    structlog.get_logger().info("service_stopped", seq=app.log.head.seq)
    failure.raise_if_any()


def _thread(
    name: str, app: App, steps: Sequence[Step], *, failure: Failure, wake: threading.Event | None = None
) -> threading.Thread:
    def work() -> None:
        with failure.caught():
            while not app.stop.is_set():
                if not any(step.advance() for step in steps):
                    _rest(app, steps, wake)

    return threading.Thread(target=work, name=name, daemon=True)


def _rest(app: App, steps: Sequence[Step], wake: threading.Event | None) -> None:
    """Until woken, the stop, or a moment later."""
    if wake is None:
        app.stop.wait(_IDLE_S)
        return
    deadline = time.monotonic() + (0.5 if any(step.waiting for step in steps) else 30.0)
    while not app.stop.is_set() and not wake.is_set() and time.monotonic() < deadline:
        wake.wait(0.2)
    wake.clear()
