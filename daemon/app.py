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
from daemon.disk import check_disk
from daemon.filing import ChunkOptions
from daemon.inbox import Inbox
from daemon.lock import StateLock
from daemon.parsing import Parser
from daemon.settings import ConfigProblem, Settings
from daemon.status import write_status
from daemon.steps.chunk import Chunk
from daemon.steps.ingest import Ingest
from daemon.steps.label import Label
from daemon.steps.plans import Folders, Plans
from daemon.steps.train import Train
from daemon.teachers.client import TeacherWorker
from daemon.teachers.local import LocalSettings
from daemon.teachers.recipe import Recipe
from daemon.teachers.supervisor import SupervisedTeacher
from store.events import RecipeAdopted, RecipeDeclared
from store.ids import canonical_json
from store.log import EventLog, Limits, open_log
from store.publish import Publisher
from store.records import Append
from trainer.hardware import Hardware, gpu_present

NO_GPU: Final = (
    "no NVIDIA GPU is here for the local teacher {model}: run on a machine that has one, or let a server label "
    '([teacher] kind = "openai", which comes with a later version), or try the loop with the embedded toys '
    '([teacher] kind = "extractive", [student] base = "seedling")'
)


@dataclass
class App:
    """Everything a running service owns."""

    state_dir: Path
    lock: StateLock
    log: EventLog
    publisher: Publisher
    activity: Activity
    stop: threading.Event
    ingest: Ingest
    chunk: Chunk
    label: Label
    train: Train
    threshold: int
    publish_every_s: float
    inbox_dir: Path
    min_free_gib: float
    paused: str | None

    def publish(self) -> None:
        """What is new, and the figures of this moment."""
        words = structlog.get_logger()
        if self.publisher.seq < self.log.head.seq:
            words.debug("publishing", after=self.publisher.seq, to=self.log.head.seq)
            self.publisher.publish()
            words.debug("published", seq=self.publisher.seq)
        write_status(self.state_dir, count_all(self.log, self.activity, threshold=self.threshold, paused=self.paused))

    def close(self) -> None:
        """Ends the children, publishes what is left, closes the log; each also when another of them failed."""
        with ExitStack() as last_first:
            last_first.callback(self.lock.release)
            last_first.callback(self.log.close)
            last_first.callback(self.publish)
            for step in (self.ingest, self.chunk, self.label, self.train):
                last_first.callback(step.close)


def check_machine(settings: Settings) -> None:
    """Raises ConfigProblem where the configured teacher cannot run here: nothing ever falls back to a simpler one."""
    if isinstance(settings.teacher, LocalSettings) and not gpu_present():
        raise ConfigProblem(NO_GPU.format(model=settings.teacher.model))


def open_state(settings: Settings) -> tuple[StateLock, EventLog]:
    """Raises StateUnusable when another service is there or the log cannot be trusted."""
    service = settings.service
    lock = StateLock(service.state_dir)
    check_disk(service.state_dir, service.min_free_gib)
    limits = Limits(memory=service.memory_limit, threads=service.threads)
    return lock, open_log(service.state_dir, purpose="real", limits=limits)


def build(settings: Settings, stop: threading.Event, *, label_while_training: bool) -> App:
    """Opens the state and puts the service together. Raises ConfigProblem and StateUnusable."""
    rule = splits.SplitRule(splits.resolve(settings.evaluator.heldout), settings.evaluator.heldout_share)
    check_machine(settings)
    recipe = settings.teacher.recipe()
    lock, log = open_state(settings)
    parts = _Parts(settings, log, Activity(), Blobs(settings.service.state_dir / "blobs"), Parser(stop), stop)
    paused = settle_recipe(log, recipe)
    train = parts.train()
    return App(
        state_dir=settings.service.state_dir,
        lock=lock,
        log=log,
        publisher=Publisher(log, settings.service.state_dir),
        activity=parts.activity,
        stop=stop,
        ingest=parts.ingest(rule),
        chunk=parts.chunk(),
        label=parts.label(recipe, hold=lambda: paused is not None or (not label_while_training and train.due())),
        train=train,
        threshold=settings.trainer.threshold,
        publish_every_s=settings.service.publish_every_s,
        inbox_dir=settings.inbox.dir,
        min_free_gib=settings.service.min_free_gib,
        paused=paused,
    )


@dataclass(frozen=True)
class _Parts:
    """What several steps share, and how each step is made of it."""

    settings: Settings
    log: EventLog
    activity: Activity
    blobs: Blobs
    parser: Parser
    stop: threading.Event

    def ingest(self, rule: splits.SplitRule) -> Ingest:
        return Ingest(
            self.log,
            Inbox(self.settings.inbox.dir, self.log),
            blobs=self.blobs,
            parser=self.parser,
            splits=rule,
            forms=frozenset(form.upper() for form in self.settings.edgar.forms),
            activity=self.activity,
        )

    def chunk(self) -> Chunk:
        options = ChunkOptions(**self.settings.chunk.model_dump())
        return Chunk(self.log, blobs=self.blobs, parser=self.parser, options=options, activity=self.activity)

    def label(self, recipe: Recipe, *, hold: Callable[[], bool]) -> Label:
        teacher, folder = self.settings.teacher, self.settings.service.state_dir / "work" / "teacher"
        return Label(
            self.log,
            SupervisedTeacher(lambda: TeacherWorker(teacher, folder), wait=self.stop.wait),
            recipe=recipe.recipe_id,
            limits=answers.limits(teacher.max_rationale_tokens, teacher.max_summary_tokens),
            attempts=teacher.attempts,
            activity=self.activity,
            hold=hold,
        )

    def train(self) -> Train:
        plans = _plans(self.settings, Folders(self.settings.service.state_dir))
        threshold = self.settings.trainer.threshold
        return Train(self.log, plans, blobs=self.blobs, threshold=threshold, activity=self.activity, stop=self.stop)


def _plans(settings: Settings, folders: Folders) -> Plans:
    # The trainer's child looks at the GPU itself; here it only matters whether there is one.
    hardware = Hardware("GPU" if gpu_present() else None, 0, bf16=False, cpus=settings.service.threads)
    return Plans(
        student=settings.student,
        trainer=settings.trainer,
        evaluator=settings.evaluator,
        hardware=hardware,
        threads=settings.service.threads,
        folders=folders,
    )


def settle_recipe(log: EventLog, recipe: Recipe) -> str | None:
    """Declares the configured recipe; adopts it in a new log. Why labelling must pause, when another one is active."""
    stream = f"recipe-{recipe.recipe_id}"
    declared = RecipeDeclared(
        recipe=recipe.recipe_id,
        teacher=recipe.kind,
        model=recipe.model,
        revision=recipe.revision,
        quantization=recipe.quantization,
        licence=recipe.licence,
        toy=recipe.toy,
        spec=canonical_json(recipe.model_dump(mode="json", exclude_none=True)),
    )
    log.append(Append(stream, (declared,), f"declared-{recipe.recipe_id}"))
    active = log.query("SELECT recipe FROM recipes WHERE active")
    if not active:
        adopted = RecipeAdopted(recipe=recipe.recipe_id, replaces=None, decision="first")
        log.append(Append(stream, (adopted,), f"adopted-first-{log.log_id}"))
        return None
    if active[0][0] == recipe.recipe_id:
        return None
    why = (
        f"the configured recipe {recipe.recipe_id[:8]} ({recipe.kind}, {recipe.model}) is not the active one "
        f"({active[0][0][:8]}): labelling waits; set the [teacher] of before again, or give the new one a state_dir of its own"
    )
    structlog.get_logger().warning("labelling_paused", reason=why)
    return why
