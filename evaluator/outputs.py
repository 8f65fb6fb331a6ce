"""A student's raw output → one answer a field, with what is wrong with it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from evaluator.spec import ScoreField, StudentSystem
from store.task import Objective, Task, read_student


@dataclass(frozen=True)
class Output:
    """What a student said to one text under one task. `hit_limit`: it was cut off, it did not stop."""

    text_id: str
    task: Task
    raw: str
    tokens: int
    hit_limit: bool


@dataclass(frozen=True)
class FieldAnswer:
    """`text` is None when there is nothing to score: it scores 0 and counts. `empty` and `unparsed` exclude each other."""

    text_id: str
    field: ScoreField
    raw: str
    text: str | None
    empty: bool
    unparsed: bool
    hit_limit: bool


_FIELDS: dict[Task, tuple[ScoreField, ...]] = {
    "summary": ("summary",),
    "rationale": ("rationale",),
    "joint": ("summary", "rationale"),
}
_FIELDS_OF: dict[Objective, tuple[ScoreField, ...]] = {
    "step_by_step": ("summary", "rationale"),
    "joint": ("summary", "rationale"),
    "summary": ("summary",),
}


def fields_of(objective: Objective) -> tuple[ScoreField, ...]:
    """What a student of this objective answers; a `summary` student was never taught to explain and is not asked to."""
    return _FIELDS_OF[objective]


def answers(outputs: Iterable[Output]) -> list[FieldAnswer]:
    return [_answer(output, field) for output in outputs for field in _FIELDS[output.task]]


def given(text_id: str, field: ScoreField, text: str) -> FieldAnswer:
    """A baseline's answer: nothing generated, so nothing cut off; a text without a sentence gives an empty one."""
    empty = not text.strip()
    return FieldAnswer(
        text_id, field, raw=text, text=None if empty else text, empty=empty, unparsed=False, hit_limit=False
    )


def _answer(output: Output, field: ScoreField) -> FieldAnswer:
    read = read_student(output.task, output.raw)
    text = read.summary if field == "summary" else read.rationale
    empty = not output.raw.strip()
    return FieldAnswer(
        text_id=output.text_id,
        field=field,
        raw=output.raw,
        text=text,
        empty=empty,
        unparsed=text is None and not empty,
        hit_limit=output.hit_limit,
    )


@dataclass(frozen=True)
class SystemOutputs:
    """All a student said, one output a text and task; `seconds` of generation. `trimmed` texts did not fit whole."""

    system: StudentSystem
    outputs: tuple[Output, ...]
    trimmed: int
    seconds: float
