"""The shape of an objective."""

from dataclasses import dataclass
from typing import Protocol

from store.snapshot import TripletRow
from store.task import Task


@dataclass(frozen=True)
class Lesson:
    """One prompt-and-answer pair; the prompt is `task` over the row's text. `weight` > 0 scales its mean token loss."""

    task: Task
    answer: str
    weight: float


class Teach(Protocol):
    """The lessons of one triplet; pure, and at least one of them."""

    def __call__(self, row: TripletRow, *, rationale_weight: float) -> tuple[Lesson, ...]: ...
