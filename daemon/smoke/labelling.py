"""A teacher's worker opened and asked as the service does it, attempts and all, with nothing written anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, perf_counter
from typing import Final

from daemon.answers import Accepted, Refused, limits, read_answer
from daemon.smoke.texts import Text
from daemon.teachers import TeacherSettings
from daemon.teachers.client import TeacherWorker
from daemon.teachers.protocol import Answered, ChunkRequest, Reply
from daemon.teachers.recipe import Recipe
from daemon.teachers.retries import manner_of
from daemon.teachers.supervisor import Patience

_TICK_S: Final = 1.0


@dataclass(frozen=True)
class Labelled:
    text: Text
    rationale: str
    summary: str


@dataclass
class Tally:
    """What came back. `seconds` are wall-clock, from the first question to the last answer."""

    accepted: list[Labelled] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    replies: list[Answered] = field(default_factory=list)
    answers: int = 0
    seconds: float = 0.0

    @property
    def prompt_tokens(self) -> int:
        return sum(reply.prompt_tokens for reply in self.replies)

    @property
    def completion_tokens(self) -> int:
        return sum(reply.completion_tokens for reply in self.replies)


@dataclass
class _Asking:
    text: Text
    reasons: list[str] = field(default_factory=list)

    def request(self) -> ChunkRequest:
        tried = len(self.reasons)
        return ChunkRequest(
            request_id=f"{self.text.text_id}-{tried + 1}",
            text_id=self.text.text_id,
            text=self.text.text,
            attempt=tried + 1,
            manner=manner_of(self.reasons),
            seed=tried,
            item=self.text.item,
            form=self.text.form,
        )


def open_worker(settings: TeacherSettings, recipe: Recipe, folder: Path) -> TeacherWorker:
    return TeacherWorker(settings, folder, recipe=recipe)


def wait_until_ready(worker: TeacherWorker) -> float:
    """Seconds it took. Raises TeacherUnavailable, and WorkerDied also for a worker that takes too long."""
    began = monotonic()
    while worker.info is None:
        worker.outcomes(_TICK_S)
        if worker.info is None and worker.silent_s > Patience().start_s:
            raise worker.died(f"was not ready after {worker.silent_s:.0f} s")
    return monotonic() - began


def ask(worker: TeacherWorker, texts: Sequence[Text], settings: TeacherSettings) -> Tally:
    """All texts at once; what is refused is asked again as the service would. Raises WorkerDied."""
    tally, asking = Tally(), [_Asking(text) for text in texts]
    began = perf_counter()
    while asking:
        replies = _answers(worker, [asked.request() for asked in asking], patience_s=settings.patience_s)
        asking = [asked for asked in asking if _again(asked, replies[asked.text.text_id], tally, settings)]
    tally.seconds = perf_counter() - began
    return tally


def _answers(worker: TeacherWorker, requests: Sequence[ChunkRequest], *, patience_s: float) -> dict[str, Reply]:
    """By text_id."""
    texts = {request.request_id: request.text_id for request in requests}
    found: list[Reply] = list(worker.submit(requests))
    while len(found) < len(requests):
        found += worker.outcomes(_TICK_S)
        if worker.silent_s > patience_s:
            raise worker.died(f"was silent for {worker.silent_s:.0f} s")
    return {texts[reply.request_id]: reply for reply in found}


def _again(asked: _Asking, reply: Reply, tally: Tally, settings: TeacherSettings) -> bool:
    """Counts the reply; whether the text is to be asked once more."""
    tally.answers += 1
    read = _read(asked.text.text, reply, tally, settings)
    if isinstance(read, Accepted):
        tally.accepted.append(Labelled(asked.text, read.rationale, read.summary))
        return False
    asked.reasons.append(read.reason)
    if read.reason != "declined" and len(asked.reasons) < settings.attempts:
        return True
    tally.refused.append(f"{read.reason}: {read.detail}")
    return False


def _read(text: str, reply: Reply, tally: Tally, settings: TeacherSettings) -> Accepted | Refused:
    if not isinstance(reply, Answered):
        return Refused(reply.reason, reply.detail)
    tally.replies.append(reply)
    bounds = limits(settings.max_rationale_tokens, settings.max_summary_tokens)
    return read_answer(reply.raw, text, limits=bounds, truncated=reply.truncated, forced_close=reply.forced_close)
