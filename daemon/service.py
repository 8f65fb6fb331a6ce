"""The service: its lanes on their threads until told to stop, or one after the other until nothing is pending."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog

from daemon import commands
from daemon.app import App
from daemon.disk import check_disk
from daemon.folders import FolderWatch
from daemon.lanes import Lane
from daemon.notify import Notifier
from daemon.reload import follow
from daemon.settings import ConfigProblem, Settings
from daemon.teachers.prompt import PromptProblem
from daemon.ticking import Failure, Ticks
from store.errors import FinsdistillError

_LOOK_S: Final = 2.0  # how often the main thread looks at disk, threads and what it was asked
_JOIN_S: Final = 8.0  # of the ten seconds a stop may take


class LabellingWaits(FinsdistillError):
    """Texts are pending, and no teacher may or can label them now."""


def _nothing() -> None:
    """For those who do not watch."""


@dataclass(frozen=True)
class Outside:
    """What a running service owes the world: `show` to a person, `notify` to systemd; `reload` asks it to `load` the
    configuration again."""

    show: Callable[[], None] = _nothing
    notify: Notifier = field(default_factory=lambda: Notifier({}))
    reload: threading.Event = field(default_factory=threading.Event)
    load: Callable[[], Settings] | None = None


def run_once(app: App, *, show: Callable[[], None] = _nothing) -> None:
    """Polls once and works until nothing is pending. Raises LabellingWaits where that is not for a run to end."""
    failure = Failure(app.stop)
    with _ticking(app, failure, show, polling=False):
        app.poll()
        while not app.stop.is_set():
            check_disk(app.state_dir, app.settings.service.min_free_gib)
            if any(step.advance() for step in app.steps):
                continue
            if not any(step.waiting for step in app.steps):
                break
            app.stop.wait(0.2)
    failure.raise_if_any()
    while not app.stop.is_set() and (app.publisher.publish() or app.tidy()):
        pass  # a tick publishes a piece; after a restore there is a whole log
    if not app.stop.is_set() and (why := app.label.stuck()) is not None:
        raise LabellingWaits(f"labelling waits: {why}")
    words = "stopped" if app.stop.is_set() else "nothing_pending"
    structlog.get_logger().info(words, seq=app.log.head.seq, next="finsdistill status")


def run_service(app: App, outside: Outside) -> None:
    """Until `app.stop` is set, or a step fails for a reason that concerns all."""
    failure = Failure(app.stop)
    threads = [_thread(lane, app.stop, failure) for lane in app.lanes.values() for _ in range(lane.threads)]
    app.publish()  # so that `status` and `sql` answer from the first moment
    with _ticking(app, failure, outside.show, polling=True) as ticks, _watched_folders(app):
        for thread in threads:
            thread.start()
        outside.notify.ready(f"log at event {app.log.head.seq}")
        words = structlog.get_logger()
        words.info("service_started", state_dir=str(app.state_dir), inbox=str(app.settings.inbox.dir))
        _look_after(app, outside, failure, _Health(threads, ticks))
        outside.notify.stopping()
        deadline = time.monotonic() + _JOIN_S
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
    structlog.get_logger().info("service_stopped", seq=app.log.head.seq)
    failure.raise_if_any()


@dataclass(frozen=True)
class _Health:
    threads: list[threading.Thread]
    ticks: Ticks

    def is_good(self) -> bool:
        """Whether systemd may be told that the service works: every lane lives, and the log answered lately."""
        return all(thread.is_alive() for thread in self.threads) and self.ticks.are_coming()


def _look_after(app: App, outside: Outside, failure: Failure, health: _Health) -> None:
    """The main thread's loop."""
    pause_s = min(_LOOK_S, outside.notify.watchdog_every_s or _LOOK_S)
    while not app.stop.wait(pause_s):
        with failure.caught():
            check_disk(app.state_dir, app.settings.service.min_free_gib)
            if outside.reload.is_set():
                outside.reload.clear()
                _reload(app, outside, health.ticks)
            if health.is_good():
                outside.notify.alive()
                outside.notify.status(_sentence(app))


def _reload(app: App, outside: Outside, ticks: Ticks) -> None:
    """A configuration that cannot be used changes nothing."""
    if outside.load is None:
        return
    outside.notify.reloading()
    try:
        follow(app, ticks, outside.load())
    except (ConfigProblem, PromptProblem) as error:
        app.activity.trouble(f"the configuration was not reloaded: {error}")
        structlog.get_logger().error("reload_refused", reason=str(error))
    outside.notify.ready(_sentence(app))


def _sentence(app: App) -> str:
    tasks = ", ".join(task.what for task in app.activity.tasks())
    return f"log at event {app.log.head.seq}; {tasks or 'waiting'}"


@contextmanager
def _ticking(app: App, failure: Failure, show: Callable[[], None], *, polling: bool) -> Iterator[Ticks]:
    ticks = Ticks(app, failure, show)
    ticks.start(polling=polling)
    try:
        yield ticks
    finally:
        ticks.stop()


@contextmanager
def _watched_folders(app: App) -> Iterator[None]:
    folders = {
        "reading": app.settings.inbox.dir,
        "watching": app.state_dir / commands.FOLDER,
    }
    with ExitStack() as watches:
        for name, folder in folders.items():
            if name in app.lanes:
                watches.callback(FolderWatch(folder, app.lanes[name].wake).stop)
        yield


def _thread(lane: Lane, stop: threading.Event, failure: Failure) -> threading.Thread:
    def work() -> None:
        with failure.caught():
            lane.work(stop)

    return threading.Thread(target=work, name=lane.name, daemon=True)
