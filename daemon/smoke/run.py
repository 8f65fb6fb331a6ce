"""`doctor --smoke`: three real texts labelled, five real steps trained, and what follows. Nothing reaches the log."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import Final

from daemon.doctor.base import Finding
from daemon.filing import ChunkOptions
from daemon.lock import holder
from daemon.preconditions import check_machine
from daemon.settings import Settings
from daemon.smoke import words
from daemon.smoke.estimate import Work, estimate
from daemon.smoke.figures import Estimate, LabellingFigures, Smoke, TrainingFigures
from daemon.smoke.labelling import Labelled, ask, open_worker, wait_until_ready
from daemon.smoke.texts import Texts, some_texts
from daemon.smoke.training import stand_ins, train
from daemon.status import read_status
from daemon.steps.plans import Plans
from daemon.teachers import TeacherSettings
from daemon.teachers.local.settings import LocalSettings
from store.errors import FinsdistillError
from trainer.child import own_folder
from trainer.hardware import look

_FOLDER: Final = Path("work") / "smoke"
Say = Callable[[str], object]


@dataclass
class Examined:
    """What a smoke run found, in words and in figures."""

    smoke: Smoke
    findings: list[Finding]


def smoke(settings: Settings, plans: Plans, *, say: Say) -> Examined:
    """`say` is told what begins. Raises only what nobody expects: what can go wrong is a finding."""
    run = _Run(settings, plans, say)
    try:
        check_machine(settings)
        with _workspace(settings.service.state_dir) as folder:
            run.work(folder)
    except (FinsdistillError, OSError) as error:
        run.problem("smoke", str(error), do="correct it, then: finsdistill doctor --smoke")
    figures = Smoke(labelling=run.labelling, training=run.training, estimate=run.estimate())
    run.findings += words.of_estimate(figures)
    return Examined(figures, run.findings)


@contextmanager
def _workspace(state_dir: Path) -> Iterator[Path]:
    """A folder of our own, empty, and gone afterwards with those above that we made. Raises FolderBusy for a second run."""
    folder = state_dir / _FOLDER
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    with own_folder(folder, within_s=0.5):
        try:
            for stale in folder.iterdir():
                if stale.is_dir():
                    rmtree(stale)
            yield folder
        finally:
            rmtree(folder)
            for path in made[1:]:
                if not any(path.iterdir()):  # the service may have started meanwhile
                    path.rmdir()


@dataclass
class _Run:
    settings: Settings
    plans: Plans
    say: Say
    findings: list[Finding] = field(default_factory=list)
    labelling: LabellingFigures | None = None
    training: TrainingFigures | None = None
    pending: int | None = None

    def work(self, folder: Path) -> None:
        status = read_status(self.settings.service.state_dir)
        self.pending = None if status is None else status.pending
        self.findings += words.of_service(holder(self.settings.service.state_dir))
        teacher = self.settings.teacher.on(look())
        texts = some_texts(self.settings.service.state_dir, ChunkOptions(**self.settings.chunk.model_dump()))
        with ExitStack() as workers:
            labelled = self._label(teacher, texts, folder / "teacher", workers)
            if isinstance(teacher, LocalSettings) and teacher.gpu == "exclusive":
                workers.close()  # as the service does it; with "share" both are in memory at once, here as there
            self._train(labelled, texts, folder)

    def problem(self, check: str, seen: str, *, do: str) -> None:
        self.findings.append(Finding(check=check, level="problem", seen=seen, do=do))

    def _label(self, teacher: TeacherSettings, texts: Texts, folder: Path, workers: ExitStack) -> list[Labelled]:
        recipe = teacher.recipe()
        self.say(f"opening the teacher, {recipe.model}")
        try:
            worker = open_worker(teacher, recipe, folder)
            workers.callback(worker.close)
            loaded = wait_until_ready(worker)
            self.say(f"asking it for labels of {len(texts.texts)} texts")
            tally = ask(worker, texts.texts, teacher)
        except FinsdistillError as error:
            self.problem("labelling", str(error), do="correct it, then: finsdistill doctor --smoke")
            return []
        self.labelling = LabellingFigures(
            teacher=recipe.model,
            source=texts.source,
            texts=len(texts.texts),
            accepted=len(tally.accepted),
            refused=tuple(tally.refused),
            answers=tally.answers,
            seconds_to_load=loaded,
            seconds=tally.seconds,
            prompt_tokens=tally.prompt_tokens,
            completion_tokens=tally.completion_tokens,
        )
        self.findings += words.of_labelling(self.labelling)
        return tally.accepted

    def _train(self, labelled: list[Labelled], texts: Texts, folder: Path) -> None:
        self.say(f"training {self.settings.student.base} for a few steps")
        rows = labelled or stand_ins(texts.texts)
        try:
            trained = train(self.plans, rows, folder, recipe=self.settings.teacher.recipe().recipe_id)
        except FinsdistillError as error:
            self.problem("training", str(error), do="correct [student] or [trainer], then: finsdistill doctor --smoke")
            return
        outcome = trained.outcome
        self.training = TrainingFigures(
            base=self.settings.student.base,
            device=outcome.device,
            stand_in=not labelled,
            steps=trained.steps,
            examples=outcome.examples,
            tokens=outcome.tokens,
            seconds_to_start=max(0.0, trained.seconds - outcome.seconds),
            seconds=outcome.seconds,
        )
        self.findings += words.of_training(self.training)

    def estimate(self) -> Estimate:
        trainer = self.settings.trainer
        work = Work(self.pending, trainer.threshold, trainer.epochs, trainer.objective)
        return estimate(self.labelling, self.training, work)
