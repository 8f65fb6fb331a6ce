"""What a student is taught from one triplet. A new objective: one file here, one line below, its name in store/task.py."""

from typing import Final

from store.task import Objective
from trainer.objectives import joint, step_by_step, summary
from trainer.objectives.base import Lesson, Teach

__all__ = ["OBJECTIVES", "Lesson", "Teach"]

OBJECTIVES: Final[dict[Objective, Teach]] = {
    "step_by_step": step_by_step.lessons,
    "joint": joint.lessons,
    "summary": summary.lessons,
}
