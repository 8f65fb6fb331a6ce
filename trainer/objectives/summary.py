"""The summary alone: what the rationales of the other objectives must beat."""

from store.snapshot import TripletRow
from store.task import student_target
from trainer.objectives.base import Lesson


def lessons(row: TripletRow, *, rationale_weight: float) -> tuple[Lesson, ...]:  # noqa: ARG001 - no rationale, no weight
    return (Lesson("summary", student_target("summary", rationale=row.rationale, summary=row.summary), 1.0),)
