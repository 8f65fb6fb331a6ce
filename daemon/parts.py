"""How each step of a service is made: the composition root's second half."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from daemon import answers
from daemon.activity import Activity
from daemon.adopting import Adopting
from daemon.backfill import Backfills
from daemon.blobs import Blobs
from daemon.chunking import parser_id
from daemon.credentials import kept_from_student
from daemon.directory import Directory
from daemon.discovery import Discovery
from daemon.edgar.client import Client
from daemon.edgar.gateway import Gateway
from daemon.filing import ChunkOptions
from daemon.handover import Handover
from daemon.inbox import Inbox
from daemon.intake import Intake
from daemon.labelling.breaker import Breaker
from daemon.labelling.budget import Budget
from daemon.labelling.pauses import Pauses
from daemon.labelling.recipes import Recipes
from daemon.labelling.verdicts import Rules
from daemon.lanes import Lane
from daemon.near import Near
from daemon.parsing import Parser
from daemon.promotion import Promotions
from daemon.purpose import Purpose
from daemon.rechunking import Rechunking
from daemon.requeuing import Requeuing
from daemon.sections import EdgarSettings
from daemon.settings import Settings
from daemon.standing import Standing
from daemon.steps import Step
from daemon.steps.chunk import Chunk
from daemon.steps.discover import Discover
from daemon.steps.fetch import Fetch
from daemon.steps.indexes import Indexes
from daemon.steps.ingest import Ingest
from daemon.steps.label import Guards, Label
from daemon.steps.obey import Hands, Obey
from daemon.steps.plans import Folders, Plans
from daemon.steps.train import Train
from daemon.teachers import TeacherSettings
from daemon.teachers.client import TeacherWorker
from daemon.teachers.protocol import TeacherInfo
from daemon.teachers.supervisor import Patience, SupervisedTeacher
from daemon.watchlist import WatchList
from store.log import EventLog
from trainer.hardware import look

WOKEN_S: Final = 30.0  # lanes that are woken when there is work look by themselves only for what was missed
_FETCHING: Final = 3  # filings at a time: the limiter is for all of them, and a slow answer holds up one


@dataclass(frozen=True)
class Edgar:
    """The half of a service that watches EDGAR."""

    discover: Discover
    indexes: Indexes
    fetch: Fetch

    @property
    def watching(self) -> tuple[Step, ...]:
        return (self.discover, self.indexes)

    def follow(self, edgar: EdgarSettings) -> None:
        """Other settings, from now on."""
        self.discover.edgar = self.indexes.edgar = edgar

    def begin(self) -> None:
        """Asks for a round; may be called from any thread."""
        self.discover.begin()
        self.indexes.begin()


@dataclass(frozen=True)
class Parts:
    """What several steps share, and how each step is made of it."""

    settings: Settings
    log: EventLog
    standing: Standing
    activity: Activity
    blobs: Blobs
    intake: Intake
    parser: Parser
    stop: threading.Event

    def obey(
        self,
        watch: WatchList,
        label: Label,
        rechunking: Rechunking,
        *,
        decided: Callable[[], None],
        poll: Callable[[], None] | None,
    ) -> Obey:
        state_dir = self.settings.service.state_dir
        promotions = Promotions(self.log, Folders(state_dir), self.settings.student.base)
        adopting = Adopting(self.log, lambda: label.wanted, decided)
        hands = Hands(
            watch, poll, Backfills(self.log), Requeuing(self.log, self.activity), rechunking, promotions, adopting
        )
        return Obey(state_dir, hands, self.activity)

    def edgar(
        self, gateway: Gateway, watch: WatchList, directory: Directory, fetched: threading.Event
    ) -> tuple[Edgar, list[Lane]]:
        log, edgar, activity, client = self.log, self.settings.edgar, self.activity, Client(gateway)
        fetch = Fetch(log, gateway, self.intake, activity=activity, fetched=fetched)
        fetching = Lane("fetching", (fetch,), idle_s=WOKEN_S, threads=_FETCHING)
        purpose: Purpose = "demo" if log.purpose == "demo" else "real"
        discovery, backfills = Discovery(client, self.intake, purpose=purpose, found=fetching.wake), Backfills(log)
        discover = Discover(
            log, client, watch, backfills=backfills, discovery=discovery, edgar=edgar, activity=activity
        )
        indexes = Indexes(
            log,
            client,
            directory,
            backfills=backfills,
            discovery=discovery,
            waiting=lambda: fetch.ready,
            edgar=edgar,
            activity=activity,
        )
        return Edgar(discover, indexes, fetch), [fetching]

    def ingest(self) -> Ingest:
        return Ingest(
            Inbox(self.settings.inbox.dir, self.log),
            self.intake,
            parser=self.parser,
            forms=frozenset(self.settings.edgar.forms),
            activity=self.activity,
        )

    def near(self) -> Near:
        return Near(
            self.standing,
            same=self.settings.boilerplate.same,
            folder=self.settings.service.state_dir / "near",
            activity=self.activity,
            stop=self.stop,
        )

    def reading(self, ingest: Ingest, near: Near, *, ended: Callable[[], None]) -> tuple[Lane, Rechunking]:
        """`ended` is called when everything was read again that somebody asked for."""
        options, wake = options_of(self.settings), threading.Event()
        rechunking = Rechunking(self.log, parser_id(options), asked=wake.set, ended=ended)
        chunk = Chunk(
            self.log,
            blobs=self.blobs,
            parser=self.parser,
            options=options,
            rechunking=rechunking,
            near=near,
            activity=self.activity,
        )
        return Lane("reading", (near, ingest, chunk), idle_s=WOKEN_S, wake=wake), rechunking

    def label(
        self, teacher: TeacherSettings, *, gpu: Handover, hold: Callable[[], bool], met: Callable[[], None]
    ) -> Label:
        folder, recipe = self.settings.service.state_dir / "work" / "teacher", teacher.recipe()

        def supervised(approve: Callable[[TeacherInfo], bool]) -> SupervisedTeacher:
            return SupervisedTeacher(
                lambda: TeacherWorker(teacher, folder, recipe=recipe),
                approve=approve,
                patience=Patience(silent_s=teacher.patience_s),
                wait=self.stop.wait,
            )

        guards = Guards(
            Recipes(self.log, recipe, whole=teacher.knows_its_teacher),
            Pauses(self.log),
            Breaker(),
            Budget(self.log, teacher.daily_tokens),
            hold,
        )
        limits = answers.limits(teacher.max_rationale_tokens, teacher.max_summary_tokens)
        return Label(
            self.standing,
            supervised,
            guards=guards,
            rules=Rules(limits, teacher.attempts),
            window=teacher.window,
            gpu=gpu,
            activity=self.activity,
            met=met,
            early=teacher.opens_early,
        )

    def train(self, gpu: Handover, near: Near) -> Train:
        return Train(
            self.standing,
            plans_of(self.settings),
            blobs=self.blobs,
            threshold=self.settings.trainer.threshold,
            activity=self.activity,
            gpu=gpu,
            may_seal=lambda: near.is_ready,
            stop=self.stop,
        )


def options_of(settings: Settings) -> ChunkOptions:
    return ChunkOptions(**settings.chunk.model_dump())


def plans_of(settings: Settings) -> Plans:
    hardware = look()
    return Plans(
        student=settings.student,
        trainer=settings.trainer,
        evaluator=settings.evaluator,
        hardware=hardware,
        threads=settings.service.threads,
        folders=Folders(settings.service.state_dir),
        reserved=settings.teacher.on(hardware).kept_bytes(hardware),
        withheld=kept_from_student(settings.teacher.secrets),
    )
