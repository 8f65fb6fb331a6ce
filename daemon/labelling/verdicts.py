"""What an outcome becomes in the log. Pure."""

import json
from dataclasses import dataclass

from daemon.answers import VALIDATOR, Accepted, Limits, Refused, read_answer
from daemon.teachers.protocol import Answered, ChunkRequest, Failed
from daemon.teachers.retries import manner_of
from daemon.teachers.supervisor import Killed, Outcome
from store.events import ChunkDeadLettered, ChunkLabelled, LabelRefused
from store.ids import label_id

Verdict = ChunkLabelled | LabelRefused | ChunkDeadLettered


@dataclass(frozen=True)
class Pending:
    """A text to be labelled; `reasons` of its refusals since it was new or requeued, `tried` of all there ever were.
    `training`: it stands in the training split alone."""

    text_id: str
    chunk_id: str
    chunk_seq: int
    reasons: list[str]
    tried: int
    item: str | None
    form: str | None
    training: bool


@dataclass(frozen=True)
class Asked:
    pending: Pending
    request: ChunkRequest
    recipe: str


@dataclass(frozen=True)
class Rules:
    """How long an answer may be, and after how many unusable ones a text is left alone."""

    limits: Limits
    attempts: int


def asked(pending: Pending, text: str, recipe: str) -> Asked:
    request = ChunkRequest(
        request_id=f"{pending.text_id}-{pending.tried + 1}",
        text_id=pending.text_id,
        text=text,
        attempt=len(pending.reasons) + 1,
        manner=manner_of(pending.reasons),
        seed=pending.tried,
        item=pending.item,
        form=pending.form,
    )
    return Asked(pending, request, recipe)


def request_id(outcome: Outcome) -> str:
    return outcome.request.request_id if isinstance(outcome, Killed) else outcome.request_id


def verdict(entry: Asked, outcome: Outcome, rules: Rules) -> tuple[Verdict, ...]:
    """A label, or a refusal and, when no attempt is left, the dead letter."""
    match outcome:
        case Killed():
            return _refusal(entry, Refused("engine_error", outcome.detail), None, attempts=0)
        case Failed():
            return _refusal(entry, Refused("engine_error", outcome.detail), None, attempts=rules.attempts)
        case Answered():
            return _judged(entry, outcome, rules)


def _judged(entry: Asked, answered: Answered, rules: Rules) -> tuple[Verdict, ...]:
    read = read_answer(
        answered.raw,
        entry.request.text,
        limits=rules.limits,
        truncated=answered.truncated,
        forced_close=answered.forced_close,
    )
    if isinstance(read, Accepted):
        return (_label(entry, read, answered),)
    # A teacher that finds nothing to label has answered; asking again would only cost.
    return _refusal(entry, read, answered, attempts=0 if read.reason == "declined" else rules.attempts)


def _label(entry: Asked, read: Accepted, answered: Answered) -> ChunkLabelled:
    pending, attempt = entry.pending, entry.request.attempt
    return ChunkLabelled(
        label_id=label_id(pending.text_id, entry.recipe, attempt),
        text_id=pending.text_id,
        chunk_id=pending.chunk_id,
        recipe=entry.recipe,
        attempt=attempt,
        rationale=read.rationale,
        summary=read.summary,
        raw=None if _is_its_own_json(answered.raw, read) else answered.raw,
        flags=read.flags,
        grounded=read.grounded,
        validator=VALIDATOR,
        prompt_tokens=answered.prompt_tokens,
        completion_tokens=answered.completion_tokens,
        seconds=answered.seconds,
    )


def _is_its_own_json(raw: str, read: Accepted) -> bool:
    """Whether the label says all that the raw answer said: then it is not stored twice. White space and escapes aside."""
    try:
        found: object = json.loads(raw, object_pairs_hook=list)
    except (ValueError, RecursionError):
        return False
    return found == [("rationale", read.rationale), ("summary", read.summary)]


def _refusal(entry: Asked, why: Refused, answered: Answered | None, *, attempts: int) -> tuple[Verdict, ...]:
    pending, attempt = entry.pending, entry.request.attempt
    refused = LabelRefused(
        text_id=pending.text_id,
        chunk_id=pending.chunk_id,
        recipe=entry.recipe,
        attempt=attempt,
        reason=why.reason,
        detail=why.detail,
        raw=answered.raw if answered else "",
        validator=VALIDATOR,
        prompt_tokens=answered.prompt_tokens if answered else 0,
        completion_tokens=answered.completion_tokens if answered else 0,
        seconds=answered.seconds if answered else 0.0,
    )
    if attempt < attempts:
        return (refused,)
    dead = ChunkDeadLettered(
        text_id=pending.text_id, chunk_id=pending.chunk_id, recipe=entry.recipe, reason=why.reason, attempts=attempt
    )
    return refused, dead
