"""The composition root: settings become a log, a publisher and the steps. The only place that knows concrete classes."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from daemon import answers, splits
from daemon.activity import Activity
from daemon.blobs import Blobs
from daemon.counts import count_all
from daemon.directory import Directory
from daemon.disk import check_disk
from daemon.edgar.client import Client
from daemon.edgar.gateway import Gateway
from daemon.edgar.problems import NoUserAgent
from daemon.filing import ChunkOptions
from daemon.handover import Handover
from daemon.inbox import Inbox
from daemon.intake import Intake
from daemon.lanes import Lane
from daemon.lock import StateLock
from daemon.parsing import Parser
from daemon.preconditions import check_hosts, check_machine
from daemon.promotion import Promotions
from daemon.purpose import Purpose
from daemon.requeuing import Requeuing
from daemon.settings import Settings
from daemon.settling import settle_recipe
from daemon.status import write_status
from daemon.steps import Step
from daemon.steps.chunk import Chunk
from daemon.steps.discover import Discover
from daemon.steps.fetch import Fetch
from daemon.steps.ingest import Ingest
from daemon.steps.label import Label
from daemon.steps.obey import Hands, Obey
from daemon.steps.plans import Folders, Plans
from daemon.steps.train import Train
from daemon.teachers import TeacherSettings
from daemon.teachers.client import TeacherWorker
from daemon.teachers.local.settings import LocalSettings
from daemon.teachers.recipe import Recipe
from daemon.teachers.supervisor import SupervisedTeacher
from daemon.watchlist import WatchList
from store.log import EventLog, Limits, open_log
from store.publish import Publisher
from trainer.hardware import look

_FETCHING: Final = 3  # filings at a time: the limiter is for all of them, and a slow answer holds up one
_WOKEN_S: Final = 30.0  # lanes that are woken when there is work look by themselves only for what was missed


@dataclass(frozen=True)
class Edgar:
    """The half of a service that watches EDGAR."""

    discover: Discover
    fetch: Fetch


@dataclass
class App:
    """Everything a running service owns. `edgar` is None where nobody is watched and no User-Agent is set."""

    settings: Settings
    lock: StateLock
    log: EventLog
    publisher: Publisher
    activity: Activity
    stop: threading.Event
    lanes: dict[str, Lane]
    obey: Obey
    edgar: Edgar | None
    ingest: Ingest
    train: Train
    paused: str | None

    @property
    def state_dir(self) -> Path:
        return self.settings.service.state_dir

    @property
    def steps(self) -> tuple[Step, ...]:
        """In the order of one thread: all files first, then training before labelling, so that a run can be repeated."""
        order = ("watching", "fetching", "reading", "training", "labelling")
        return tuple(step for name in order if name in self.lanes for step in self.lanes[name].steps)

    def poll(self) -> None:
        """Asks for a round over the watch list, and for commands that waited for EDGAR."""
        self.obey.again()
        if self.edgar is not None:
            self.edgar.discover.begin()
        self.lanes["watching"].wake.set()

    def publish(self) -> None:
        """What is new, and the figures of this moment."""
        words = structlog.get_logger()
        if self.publisher.seq < self.log.head.seq:
            words.debug("publishing", after=self.publisher.seq, to=self.log.head.seq)
            self.publisher.publish()
            words.debug("published", seq=self.publisher.seq)
        threshold = self.settings.trainer.threshold
        write_status(self.state_dir, count_all(self.log, self.activity, threshold=threshold, paused=self.paused))

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
    lock = StateLock(service.state_dir)
    check_disk(service.state_dir, service.min_free_gib)
    limits = Limits(memory=service.memory_limit, threads=service.threads)
    return lock, open_log(service.state_dir, purpose=purpose, limits=limits)


def build(settings: Settings, stop: threading.Event, *, label_while_training: bool, purpose: Purpose = "real") -> App:
    """Opens the state and puts the service together. Raises ConfigProblem, NoUserAgent and StateUnusable."""
    check_machine(settings)
    check_hosts(settings, purpose)
    gateway = _gateway(settings, stop)
    directory = Directory(settings.service.state_dir / "edgar", Client(gateway) if gateway else None)
    rule = splits.SplitRule(splits.resolve(settings.evaluator.heldout, directory), settings.evaluator.heldout_share)
    teacher = settings.teacher.on(look())
    recipe = teacher.recipe()
    lock, log = open_state(settings, purpose)
    activity, blobs = Activity(), Blobs(settings.service.state_dir / "blobs")
    intake = Intake(log, blobs=blobs, splits=rule, activity=activity)
    gpu = Handover(exclusive=isinstance(teacher, LocalSettings) and teacher.gpu == "exclusive")
    parts = _Parts(settings, log, activity, blobs, intake, Parser(stop), stop)
    paused = settle_recipe(log, recipe)
    train, ingest = parts.train(gpu), parts.ingest()
    label = parts.label(
        teacher, recipe, gpu=gpu, hold=lambda: paused is not None or (not label_while_training and train.due())
    )
    reading = Lane("reading", (ingest, parts.chunk()), idle_s=_WOKEN_S)
    lanes = [reading, Lane("labelling", (label,)), Lane("training", (train,))]
    watch = WatchList(log, directory, intake, activity)
    edgar, fetching = parts.edgar(gateway, watch, reading.wake) if gateway else (None, [])
    obey = parts.obey(watch, poll=edgar.discover.begin if edgar else None)
    watching = Lane("watching", (obey, edgar.discover) if edgar else (obey,), idle_s=_WOKEN_S)
    return App(
        settings=settings,
        lock=lock,
        log=log,
        publisher=Publisher(log, settings.service.state_dir),
        activity=activity,
        stop=stop,
        lanes={lane.name: lane for lane in [watching, *fetching, *lanes]},
        obey=obey,
        edgar=edgar,
        ingest=ingest,
        train=train,
        paused=paused,
    )


def _gateway(settings: Settings, stop: threading.Event) -> Gateway | None:
    """None for a service that lives from its inbox. Raises NoUserAgent where somebody is to be watched."""
    if settings.edgar.user_agent is None:
        if settings.edgar.companies:
            raise NoUserAgent
        return None
    return Gateway(settings.edgar, stop=stop)


@dataclass(frozen=True)
class _Parts:
    """What several steps share, and how each step is made of it."""

    settings: Settings
    log: EventLog
    activity: Activity
    blobs: Blobs
    intake: Intake
    parser: Parser
    stop: threading.Event

    def obey(self, watch: WatchList, *, poll: Callable[[], None] | None) -> Obey:
        state_dir = self.settings.service.state_dir
        promotions = Promotions(self.log, Folders(state_dir), self.settings.student.base)
        hands = Hands(watch, poll, Requeuing(self.log, self.activity), promotions)
        return Obey(state_dir, hands, self.activity)

    def edgar(self, gateway: Gateway, watch: WatchList, fetched: threading.Event) -> tuple[Edgar, list[Lane]]:
        fetch = Fetch(self.log, gateway, self.intake, activity=self.activity, fetched=fetched)
        fetching = Lane("fetching", (fetch,), idle_s=_WOKEN_S, threads=_FETCHING)
        discover = Discover(
            self.log,
            Client(gateway),
            watch,
            intake=self.intake,
            edgar=self.settings.edgar,
            activity=self.activity,
            found=fetching.wake,
        )
        return Edgar(discover, fetch), [fetching]

    def ingest(self) -> Ingest:
        return Ingest(
            Inbox(self.settings.inbox.dir, self.log),
            self.intake,
            parser=self.parser,
            forms=frozenset(self.settings.edgar.forms),
            activity=self.activity,
        )

    def chunk(self) -> Chunk:
        options = ChunkOptions(**self.settings.chunk.model_dump())
        return Chunk(self.log, blobs=self.blobs, parser=self.parser, options=options, activity=self.activity)

    def label(self, teacher: TeacherSettings, recipe: Recipe, *, gpu: Handover, hold: Callable[[], bool]) -> Label:
        folder = self.settings.service.state_dir / "work" / "teacher"
        return Label(
            self.log,
            SupervisedTeacher(lambda: TeacherWorker(teacher, folder, recipe=recipe), wait=self.stop.wait),
            recipe=recipe.recipe_id,
            limits=answers.limits(teacher.max_rationale_tokens, teacher.max_summary_tokens),
            attempts=teacher.attempts,
            gpu=gpu,
            activity=self.activity,
            hold=hold,
        )

    def train(self, gpu: Handover) -> Train:
        return Train(
            self.log,
            plans_of(self.settings),
            blobs=self.blobs,
            threshold=self.settings.trainer.threshold,
            activity=self.activity,
            gpu=gpu,
            stop=self.stop,
        )


def plans_of(settings: Settings) -> Plans:
    hardware = look()
    return Plans(
        student=settings.student,
        trainer=settings.trainer,
        evaluator=settings.evaluator,
        hardware=hardware,
        threads=settings.service.threads,
        folders=Folders(settings.service.state_dir),
        reserved=settings.teacher.on(hardware).kept_bytes(),
    )
