"""Two tasks told apart by a prefix: loss = summary + λ · rationale (arXiv 2305.02301, equation 3)."""

from store.snapshot import TripletRow
from store.task import student_target
from trainer.objectives.base import Lesson


def lessons(row: TripletRow, *, rationale_weight: float) -> tuple[Lesson, ...]:
    """With λ = 0 the rationale is left out: a lesson of no weight would cost time and teach nothing."""
    answers = {"rationale": row.rationale, "summary": row.summary}
    summary = Lesson("summary", student_target("summary", **answers), 1.0)
    if rationale_weight == 0:
        return (summary,)
    return summary, Lesson("rationale", student_target("rationale", **answers), rationale_weight)
