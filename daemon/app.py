"""The composition root: settings become a log, a publisher and the steps. Only this and `parts` know concrete classes."""

import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import structlog

from daemon import splits
from daemon.activity import Activity
from daemon.blobs import Blobs
from daemon.counts import Counts
from daemon.directory import Directory
from daemon.disk import check_disk
from daemon.edgar.client import Client
from daemon.edgar.gateway import Gateway
from daemon.edgar.problems import NoUserAgent
from daemon.handover import Handover
from daemon.intake import Intake
from daemon.lanes import Lane
from daemon.lock import StateLock
from daemon.parsing import Parser
from daemon.parts import WOKEN_S, Edgar, Parts
from daemon.preconditions import check_hosts, check_machine
from daemon.purpose import Purpose
from daemon.settings import Settings
from daemon.standing import Standing
from daemon.status import FiguresUnknown, Status, read_status, write_status
from daemon.steps import Step
from daemon.steps.ingest import Ingest
from daemon.steps.label import Label
from daemon.steps.obey import Obey
from daemon.steps.tidy import Tidy
from daemon.steps.train import Train
from daemon.steps.walk import Walk
from daemon.teachers import TeacherSettings
from daemon.teachers.local.settings import LocalSettings
from daemon.watchlist import WatchList
from store.errors import StateUnusable
from store.log import EventLog, Limits, open_log
from store.publishing.publish import Publisher
from store.restoring import swap
from trainer.hardware import look


@dataclass
class App:
    """Everything a running service owns. `edgar` is None where nobody is watched and no User-Agent is set."""

    settings: Settings
    lock: StateLock
    log: EventLog
    standing: Standing
    counts: Counts
    publisher: Publisher
    activity: Activity
    stop: threading.Event
    lanes: dict[str, Lane]
    obey: Obey
    edgar: Edgar | None
    ingest: Ingest
    label: Label
    train: Train

    @property
    def state_dir(self) -> Path:
        return self.settings.service.state_dir

    @property
    def steps(self) -> tuple[Step, ...]:
        """In the order of one thread: all files first, then training before labelling, so that a run can be repeated."""
        order = ("watching", "fetching", "reading", "training", "labelling", "tidying")
        return tuple(step for name in order if name in self.lanes for step in self.lanes[name].steps)

    def poll(self) -> None:
        """Asks for a round over the watch list, and for commands that waited for EDGAR."""
        self.obey.again()
        if self.edgar is not None:
            self.edgar.begin()
        self.lanes["watching"].wake.set()

    def publish(self) -> None:
        """What is new, and the figures of this moment."""
        words = structlog.get_logger()
        if self.publisher.seq < self.log.head.seq:
            words.debug("publishing", after=self.publisher.seq, to=self.log.head.seq)
            self.publisher.publish()
            words.debug("published", seq=self.publisher.seq)
        settings = self.settings
        figures = self.counts.now(
            threshold=settings.trainer.threshold, paused=self.label.paused, every_filer=settings.edgar.every_filer
        )
        write_status(self.state_dir, figures)

    def tidy(self) -> bool:
        """Whether there was something to merge: so that a run leaves nothing that the next would do."""
        return any(step.advance() for step in self.lanes["tidying"].steps)

    def close(self) -> None:
        """Ends the children, publishes what is left, closes the log; each also when another of them failed."""
        with ExitStack() as last_first:
            last_first.callback(self.lock.release)
            last_first.callback(self.log.close)
            last_first.callback(self.publish)
            for step in self.steps:
                last_first.callback(step.close)


def open_state(settings: Settings, purpose: Purpose | None) -> tuple[StateLock, EventLog]:
    """Raises StateUnusable when another service is there or the log cannot be trusted; without `purpose`, when there is
    no log."""
    service = settings.service
    if purpose is None and not service.state_dir.exists():  # nor is it made by who only wanted to look
        raise StateUnusable(f"there is no {service.state_dir}: check service.state_dir")
    lock = StateLock(service.state_dir)
    check_disk(service.state_dir, service.min_free_gib)
    limits = Limits(memory=service.memory_limit, threads=service.threads)
    swap.abandon(service.state_dir)
    return lock, open_log(service.state_dir, purpose=purpose, limits=limits)


def build(settings: Settings, stop: threading.Event, *, label_while_training: bool, purpose: Purpose = "real") -> App:
    """Opens the state and puts the service together. Raises ConfigProblem, NoUserAgent and StateUnusable."""
    gateway = _checked(settings, purpose, stop)
    directory = Directory(settings.service.state_dir / "edgar", Client(gateway) if gateway else None)
    rule = splits.SplitRule(splits.resolve(settings.evaluator.heldout, directory), settings.evaluator.heldout_share)
    teacher = _readable(settings.teacher.on(look()))
    lock, log = open_state(settings, purpose)
    activity, blobs = Activity(), Blobs.swept(settings.service.state_dir / "blobs")
    intake = Intake(log, blobs=blobs, splits=rule, activity=activity)
    gpu = Handover(exclusive=isinstance(teacher, LocalSettings) and teacher.gpu == "exclusive")
    standing = Standing(log, activity, stop)
    parts = Parts(settings, log, standing, activity, blobs, intake, Parser(stop), stop)
    near = parts.near()
    train, ingest, publisher = parts.train(gpu, near), parts.ingest(), Publisher(log, settings.service.state_dir)
    label = parts.label(
        teacher, gpu=gpu, hold=lambda: not label_while_training and train.due(), met=lambda: _try_again(obey, watching)
    )
    reading, rechunking = parts.reading(ingest, near, ended=lambda: _try_again(obey, watching))
    labelling = Lane("labelling", (label,))
    lanes = [reading, labelling, Lane("training", (train,)), _tidying(log, publisher, activity, stop)]
    watch = WatchList(log, directory, intake, activity)
    edgar, fetching = parts.edgar(gateway, watch, directory, reading.wake) if gateway else (None, [])
    obey = parts.obey(watch, label, rechunking, decided=labelling.wake.set, poll=edgar.begin if edgar else None)
    watching = Lane("watching", (obey, *edgar.watching) if edgar else (obey,), idle_s=WOKEN_S)
    return App(
        settings=settings,
        lock=lock,
        log=log,
        standing=standing,
        counts=Counts(log, standing, activity, _last_figures(settings.service.state_dir), parser=rechunking.parser),
        publisher=publisher,
        activity=activity,
        stop=stop,
        lanes={lane.name: lane for lane in [watching, *fetching, *lanes]},
        obey=obey,
        edgar=edgar,
        ingest=ingest,
        label=label,
        train=train,
    )


def _last_figures(state_dir: Path) -> Status | None:
    """What the last service wrote; None also where that cannot be read."""
    try:
        return read_status(state_dir)
    except FiguresUnknown:
        return None


def _checked(settings: Settings, purpose: Purpose, stop: threading.Event) -> Gateway | None:
    """The way to EDGAR, on a machine and with hosts that will do."""
    check_machine(settings)
    check_hosts(settings, purpose)
    return _gateway(settings, stop)


def _readable(teacher: TeacherSettings) -> TeacherSettings:
    """A prompt that cannot be read stops us before the state is opened."""
    teacher.recipe()
    return teacher


def _tidying(log: EventLog, publisher: Publisher, activity: Activity, stop: threading.Event) -> Lane:
    return Lane("tidying", (Tidy(publisher, activity, stop.is_set), Walk(log)))


def _try_again(obey: Obey, lane: Lane) -> None:
    """Commands that waited for something are tried now."""
    obey.again()
    lane.wake.set()


def _gateway(settings: Settings, stop: threading.Event) -> Gateway | None:
    """None for a service that lives from its inbox. Raises NoUserAgent where somebody is to be watched."""
    if settings.edgar.user_agent is None:
        if settings.edgar.companies:
            raise NoUserAgent
        return None
    return Gateway(settings.edgar, stop=stop)
