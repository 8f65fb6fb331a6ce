"""The child: `python -P -m evaluator.answer RUN_DIR`. Leaves an outcome unless it is killed."""

import sys
import traceback
from pathlib import Path
from typing import Any

from evaluator.answering import (
    AnswerSpec,
    NoReplies,
    Replies,
    StudentRef,
    StudentReply,
    merged,
    read_spec,
    write_outcome,
)
from evaluator.run import write_progress
from evaluator.spec import EvalProgress
from store.errors import FinsdistillError
from store.task import TASKS, Task, read_student
from trainer.child import work_in_folder
from trainer.memory import is_out_of_memory


def main(arguments: list[str]) -> int:
    return work_in_folder(arguments, "evaluator.answer", _work)


def _work(run_dir: Path) -> bool:
    outcome = _outcome(run_dir)
    write_outcome(run_dir, outcome)
    return isinstance(outcome, Replies)


def _outcome(run_dir: Path) -> Replies | NoReplies:
    base = "the student"
    try:
        spec = read_spec(run_dir)
        base = spec.student.base
        write_progress(run_dir, EvalProgress(phase="loading", done=0, total=spec.questions, system=None))
        return Replies(replies=answer(spec, run_dir))
    except Exception as error:  # noqa: BLE001 - the edge of the process: whatever went wrong must reach the person who asked
        traceback.print_exc()
        return NoReplies(detail=_detail(base, error))


def answer(spec: AnswerSpec, run_dir: Path) -> tuple[StudentReply, ...]:
    """Raises TrainingProblem, CannotScore, and what torch raises, out of memory included."""
    import torch  # noqa: PLC0415 - ten seconds of imports, only once there is something to answer

    from evaluator.predict import say  # noqa: PLC0415

    torch.set_num_threads(spec.threads)
    model, tokenizer = _loaded(spec.student)
    counter = _Counter(run_dir, spec.questions)
    replies: list[list[StudentReply]] = [[] for _ in spec.texts]
    for task in TASKS[spec.student.objective]:
        said = say(
            model,
            tokenizer,
            task,
            spec.texts,
            max_tokens=spec.student.max_tokens,
            limits=spec,
            batch_size=spec.batch_size,
            tell=counter.add,
        )
        for fields, one in zip(replies, said, strict=True):
            fields.append(_reply(task, one))
    return tuple(merged(fields) for fields in replies)


def _loaded(student: StudentRef) -> tuple[Any, Any]:
    """Model and tokenizer, as the evaluator has them."""
    from evaluator.predict import load_student_base  # noqa: PLC0415 - as above
    from trainer.model import load_adapter, load_tokenizer  # noqa: PLC0415

    tokenizer = load_tokenizer(student.base, student.base_revision)
    base = load_student_base(
        student.base, student.base_revision, quantization=student.quantization, expected=student.base_fingerprint
    )
    if student.adapter is None:
        return base.eval(), tokenizer  # type: ignore[no-untyped-call]
    return load_adapter(base, student.adapter.folder, student.adapter.adapter_id).eval(), tokenizer


def _reply(task: Task, said: Any) -> StudentReply:
    read = read_student(task, said.raw)
    return StudentReply(summary=read.summary, rationale=read.rationale, trimmed=said.trimmed, hit_limit=said.hit_limit)


def _detail(base: str, error: Exception) -> str:
    if isinstance(error, FinsdistillError):
        return str(error)
    if is_out_of_memory(error):
        return f"memory does not hold {base} and one of the texts: end what else uses the GPU, or shorten the text"
    return f"{base} could not answer ({type(error).__name__}: {error}): please report this"


class _Counter:
    """Answers so far over all tasks, into progress.json."""

    def __init__(self, run_dir: Path, total: int) -> None:
        self._run_dir, self._done, self._total = run_dir, 0, total

    def add(self, answers: int) -> None:
        self._done += answers
        progress = EvalProgress(phase="predicting", done=self._done, total=self._total, system=None)
        write_progress(self._run_dir, progress)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
