"""What teacher and student are asked, and the only place where labelling, training and scoring text is made."""

from dataclasses import dataclass
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

Task = Literal["summary", "rationale", "joint"]
Objective = Literal["step_by_step", "joint", "summary"]

# The tasks a student of each objective learns. `step_by_step` (arXiv 2305.02301) learns two, told apart by their prefix;
# `joint` is the one concatenated target of the original notebook.
TASKS: Final[dict[Objective, tuple[Task, ...]]] = {
    "step_by_step": ("summary", "rationale"),
    "joint": ("joint",),
    "summary": ("summary",),
}

PREFIX: Final[dict[Task, str]] = {
    "summary": "[summarize]",
    "rationale": "[explain]",
    "joint": "[explain and summarize]",
}

_SUMMARY_MARK: Final = "\nSummary: "


class Answer(BaseModel):
    """What a teacher must answer for one text; its JSON schema goes into the prompt and the decoder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rationale: str = Field(min_length=1, description="numbered steps: what was found in the text and why it matters")
    summary: str = Field(min_length=1, description="one to three sentences that a reader of the filing would keep")


@dataclass(frozen=True)
class StudentAnswer:
    """What could be read out of a student's raw output; None where the field is not there."""

    rationale: str | None
    summary: str | None


def student_prompt(task: Task, text: str) -> str:
    """The user message. The chunk comes last, so that trimming it never cuts the instruction."""
    return f"{PREFIX[task]}\n{text}"


def student_target(task: Task, *, rationale: str, summary: str) -> str:
    """The assistant message the student learns."""
    if task == "summary":
        return summary
    if task == "rationale":
        return rationale
    return f"{rationale}{_SUMMARY_MARK}{summary}"


def read_student(task: Task, raw: str) -> StudentAnswer:
    """The fields of a raw output. An output without the field it was asked for is unparsed: None, which scores 0."""
    text = raw.strip()
    if task == "summary":
        return StudentAnswer(rationale=None, summary=text or None)
    if task == "rationale":
        return StudentAnswer(rationale=text or None, summary=None)
    rationale, mark, summary = text.rpartition(_SUMMARY_MARK)
    if not mark:
        return StudentAnswer(rationale=text or None, summary=None)
    return StudentAnswer(rationale=rationale.strip() or None, summary=summary.strip() or None)
