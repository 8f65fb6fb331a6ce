"""Which student a person asks, and its answers to pieces of text. The model runs in a child process."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from daemon.activity import Activity
from daemon.credentials import kept_from_student
from daemon.pieces import Piece
from daemon.query import published
from daemon.settings import Settings
from daemon.steps.plans import EVAL_BATCH, Folders
from evaluator.answering import AnswerSpec, StudentRef, StudentReply, adapted, start
from evaluator.spec import AdapterRef, EvalProgress
from store.errors import FinsdistillError
from store.publishing.manifest import VIEWS_FILE
from trainer.spec import SEEDLING

BASE: Final = "base"
CHAMPION: Final = "champion"
_TASK: Final = "the student answers"
_TICK_S: Final = 0.2
_GRACE_S: Final = 2.0
_NEXT: Final = (
    "wait until `finsdistill status` shows one, name another with --adapter ID, or ask the untrained base with "
    "--adapter base"
)
_LISTED: Final = '`finsdistill sql "SELECT adapter_id, status FROM adapters"` lists them'


class NoStudent(FinsdistillError):
    """There is no such adapter, or none yet."""


@dataclass(frozen=True)
class Asked:
    """A piece and what the student said to it."""

    piece: Piece
    reply: StudentReply


def student_of(settings: Settings, wanted: str) -> StudentRef:
    """`champion`, `base`, or an adapter's id or its start. Raises NoStudent, and TrainingProblem for damaged files.

    The base is asked as the settings would train it; an adapter as it was taught, on the base of its own training.
    """
    if wanted == BASE:
        return StudentRef(
            base=settings.student.base,
            base_revision=settings.student.commit,
            base_fingerprint=None,
            quantization=settings.student.quantization,
            objective=settings.trainer.objective,
            max_tokens=settings.trainer.max_tokens,
            adapter=None,
            toy=settings.student.base == SEEDLING,
        )
    adapter_id = _adapter_id(settings.service.state_dir, wanted)
    return adapted(AdapterRef(adapter_id=adapter_id, folder=Folders(settings.service.state_dir).adapter(adapter_id)))


def ask(
    settings: Settings, student: StudentRef, pieces: Sequence[Piece], *, activity: Activity, shown: Callable[[], None]
) -> list[Asked]:
    """Every piece answered, in order. `shown` is called several times a second while the student works.

    Raises CannotAnswer. However this ends, Ctrl-C included, the child has ended too.
    """
    spec = AnswerSpec(
        student=student,
        texts=tuple(piece.text for piece in pieces),
        batch_size=EVAL_BATCH,
        max_new_tokens_summary=settings.evaluator.max_summary_tokens,
        max_new_tokens_rationale=settings.evaluator.max_rationale_tokens,
        threads=settings.service.threads,
    )
    with tempfile.TemporaryDirectory(prefix="finsdistill-predict-") as folder:
        answering = start(Path(folder) / "run", spec, without=kept_from_student(settings.teacher.secrets))
        try:
            with activity.task(_TASK, spec.questions):
                while not answering.wait(_TICK_S):
                    _show(activity, answering.progress(), total=spec.questions)
                    shown()
            replies = answering.replies()
        finally:
            answering.stop(_GRACE_S)
    return [Asked(piece, reply) for piece, reply in zip(pieces, replies, strict=True)]


def _show(activity: Activity, progress: EvalProgress | None, *, total: int) -> None:
    if progress is not None:
        note = "loading the model" if progress.phase == "loading" else ""
        activity.show(_TASK, progress.done, total, note)


def _adapter_id(state_dir: Path, wanted: str) -> str:
    if not (state_dir / VIEWS_FILE).exists():
        raise NoStudent(f"no adapter was trained in {state_dir} yet: {_NEXT}")
    with published(state_dir) as connection:
        if wanted == CHAMPION:
            found = connection.execute("SELECT adapter_id FROM adapters WHERE status = 'champion'").fetchall()
        else:
            query = "SELECT adapter_id FROM adapters WHERE starts_with(adapter_id, ?)"
            found = connection.execute(query, [wanted]).fetchall()
    if len(found) == 1:
        return str(found[0][0])
    if wanted == CHAMPION:
        raise NoStudent(f"no adapter is champion yet: {_NEXT}")
    if found:
        raise NoStudent(f"{wanted!r} is the start of {len(found)} adapters' ids: give more of it")
    raise NoStudent(f"no adapter is called {wanted!r}: {_LISTED}")
