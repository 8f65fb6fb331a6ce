"""The labelling half of a service: the step that labels, on a log, with a worker that fails as its texts tell it to."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from daemon.activity import Activity
from daemon.answers import limits
from daemon.handover import Handover
from daemon.labelling.breaker import Breaker
from daemon.labelling.budget import Budget
from daemon.labelling.pauses import Pauses
from daemon.labelling.recipes import Recipes
from daemon.labelling.verdicts import Rules
from daemon.standing import Standing
from daemon.steps.label import Guards, Label
from daemon.teachers.client import TeacherWorker
from daemon.teachers.extractive import ExtractiveSettings
from daemon.teachers.recipe import Recipe
from daemon.teachers.supervisor import Patience, SupervisedTeacher
from store.log import EventLog
from tests.builders import a_chunk, a_filing, a_log, put

CONFIGURED, OTHER = ExtractiveSettings().recipe(), ExtractiveSettings(max_summary_tokens=99).recipe()
RECIPE = CONFIGURED.recipe_id
SCRIPT = str(Path(__file__).with_name("failing_teacher.py"))
GOOD = ("Sales rose in the north.", "Sales rose in the south.", "Sales rose in the west.")


@contextmanager
def a_log_with_a_filing(folder: Path) -> Iterator[EventLog]:
    with a_log(folder) as log:
        put(log, a_filing())
        yield log


@contextmanager
def label_steps(log: EventLog, work_dir: Path) -> Iterator[Callable[..., Label]]:
    """Makes the real step with a real worker process; `gpu` is shared unless a test hands one in."""
    steps: list[Label] = []

    def make(
        gpu: Handover | None = None,
        attempts: int = 3,
        recipe: Recipe = CONFIGURED,
        daily: int | None = None,
        whole: bool = True,
        early: bool = False,
    ) -> Label:
        command = [sys.executable, "-P", SCRIPT]
        recipes, pauses = Recipes(log, recipe, whole=whole), Pauses(log)
        guards = Guards(recipes, pauses, Breaker(), Budget(log, daily), look_again_s=0.0)
        activity = Activity()
        step = Label(
            Standing(log, activity, Event()),
            lambda approve: SupervisedTeacher(
                lambda: TeacherWorker(ExtractiveSettings(), work_dir, command=command),
                approve=approve,
                patience=Patience(silent_s=1.0),
                pause=lambda _failures: 0.0,
            ),
            guards=guards,
            rules=Rules(limits(256, 160), attempts),
            window=128,
            activity=activity,
            gpu=gpu or Handover(exclusive=False),
            early=early,
        )
        steps.append(step)
        return step

    try:
        yield make
    finally:
        for step in steps:
            step.close()


def work(step: Label) -> None:
    while step.advance():
        pass


def chunks(log: EventLog, *texts: str) -> None:
    put(log, *(a_chunk(text, ordinal=number) for number, text in enumerate(texts)))
