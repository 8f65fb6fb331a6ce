"""A student answers texts in a child process: what it is told, what it leaves behind, and how it is started. Light.

The run folder is laid out as an evaluation's; `python -P -m evaluator.answer` is the child.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from evaluator.errors import CannotScore
from evaluator.run import read_progress
from evaluator.spec import AdapterRef, EvalProgress, Positive
from store.errors import FinsdistillError
from store.files import write_durably
from store.task import TASKS, Objective
from trainer.launch import ChildRun
from trainer.run import OUTCOME, SPEC, check_adapter, read_card
from trainer.spec import Quantization


class CannotAnswer(FinsdistillError):
    """The student answered nothing, and the sentence says why."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StudentRef(_Frozen):
    """A base, and the adapter on it unless the base itself is asked. `toy` where the base or the adapter's teacher is."""

    base: str
    base_revision: str | None
    base_fingerprint: str | None = Field(description="what the adapter was trained on; None: not to be compared")
    quantization: Quantization
    objective: Objective
    max_tokens: Positive = Field(description="of prompt and answer together, as it was trained")
    adapter: AdapterRef | None
    toy: bool


class AnswerSpec(_Frozen):
    """One run: every text is asked every task of the student's objective."""

    student: StudentRef
    texts: tuple[str, ...]
    batch_size: Positive
    max_new_tokens_summary: Positive
    max_new_tokens_rationale: Positive
    threads: Positive

    @property
    def questions(self) -> int:
        return len(self.texts) * len(TASKS[self.student.objective])


class StudentReply(_Frozen):
    """None where the student was not taught the field, or said nothing that could be read as it.

    `trimmed`: the text's end did not fit. `hit_limit`: an answer was cut off at its longest length.
    """

    summary: str | None
    rationale: str | None
    trimmed: bool
    hit_limit: bool


class Replies(_Frozen):
    """One a text, in their order."""

    status: Literal["done"] = "done"
    replies: tuple[StudentReply, ...]


class NoReplies(_Frozen):
    """Why there are none."""

    status: Literal["failed"] = "failed"
    detail: str


_OUTCOME: Final[TypeAdapter[Replies | NoReplies]] = TypeAdapter(
    Annotated[Replies | NoReplies, Field(discriminator="status")]
)


@dataclass(frozen=True)
class Answering:
    """A student at work in its child process."""

    spec: AnswerSpec
    child: ChildRun

    def progress(self) -> EvalProgress | None:
        """None until the child has written its first."""
        return read_progress(self.child.run_dir)

    def wait(self, timeout_s: float) -> bool:
        """Whether the child has ended, after at most `timeout_s` seconds."""
        return self.child.wait(timeout_s) is not None

    def stop(self, grace_s: float) -> None:
        self.child.stop(grace_s)

    def replies(self) -> tuple[StudentReply, ...]:
        """Waits for the end. Raises CannotAnswer, also for a child that was killed."""
        self.child.wait()
        match read_outcome(self.child.run_dir):
            case Replies(replies=replies):
                return replies
            case NoReplies(detail=detail):
                raise CannotAnswer(detail)
            case None:
                raise CannotAnswer(self.child.how_it_ended())


def start(run_dir: Path, spec: AnswerSpec, *, without: Collection[str] = ()) -> Answering:
    """Raises FolderBusy when another process works there. `without`: names of our variables that the child does not get."""
    child = ChildRun.start("evaluator.answer", run_dir, spec.model_dump_json() + "\n", without=without)
    return Answering(spec, child)


def adapted(ref: AdapterRef) -> StudentRef:
    """The student that an adapter makes of its base: asked as it was taught. Raises TrainingProblem when it is damaged."""
    check_adapter(ref.folder, ref.adapter_id)
    card = read_card(ref.folder)
    return StudentRef(
        base=card.spec.base,
        base_revision=card.spec.base_revision,
        base_fingerprint=card.base_fingerprint,
        quantization=card.spec.quantization,
        objective=card.spec.objective,
        max_tokens=card.spec.max_tokens,
        adapter=ref,
        toy=card.toy,
    )


def read_spec(run_dir: Path) -> AnswerSpec:
    try:
        return AnswerSpec.model_validate_json((run_dir / SPEC).read_bytes())
    except (OSError, ValueError) as cause:
        raise CannotScore("no_spec", f"{run_dir / SPEC} says nothing to answer ({cause}): start it again") from cause


def read_outcome(run_dir: Path) -> Replies | NoReplies | None:
    """None while there is none. ValueError for a file that is not an outcome of this version."""
    try:
        return _OUTCOME.validate_json((run_dir / OUTCOME).read_bytes())
    except FileNotFoundError:
        return None


def write_outcome(run_dir: Path, outcome: Replies | NoReplies) -> None:
    write_durably(run_dir / OUTCOME, (outcome.model_dump_json() + "\n").encode())


def merged(fields: Sequence[StudentReply]) -> StudentReply:
    """One text's answers to several tasks as one reply; each field comes from the one task that asks for it."""
    return StudentReply(
        summary=next((one.summary for one in fields if one.summary is not None), None),
        rationale=next((one.rationale for one in fields if one.rationale is not None), None),
        trimmed=any(one.trimmed for one in fields),
        hit_limit=any(one.hit_limit for one in fields),
    )
