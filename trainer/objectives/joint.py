"""One concatenated target, as in the original notebook: first the rationale, then the summary."""

from store.snapshot import TripletRow
from store.task import student_target
from trainer.objectives.base import Lesson


def lessons(row: TripletRow, *, rationale_weight: float) -> tuple[Lesson, ...]:  # noqa: ARG001 - one target, one weight
    return (Lesson("joint", student_target("joint", rationale=row.rationale, summary=row.summary), 1.0),)
