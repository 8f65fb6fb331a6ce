"""Pending texts in: ChunkLabelled, or LabelRefused and at last ChunkDeadLettered, out."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

import structlog

from daemon.activity import Activity
from daemon.answers import VALIDATOR, Accepted, Limits, Refused, read_answer
from daemon.handover import Handover
from daemon.teachers.client import WorkerDied
from daemon.teachers.protocol import Answered, ChunkRequest, Failed, TeacherInfo
from daemon.teachers.retries import manner_of
from daemon.teachers.supervisor import Killed, Outcome, SupervisedTeacher
from store.events import ChunkDeadLettered, ChunkLabelled, Event, LabelRefused
from store.ids import label_id, sha256_hex
from store.log import EventLog
from store.records import Append

WINDOW: Final = 128  # texts with the teacher at once: enough for full batches, few enough to lose little in a crash
_KEYS: Final = 4096  # pending texts looked up at once
_WAIT_S: Final = 0.5  # for an outcome; bounds how long a stop waits for us

# Held-out texts come first: without their references no student could be scored.
_PENDING: Final = """
SELECT p.text_id, p.chunk_id, p.chunk_seq, p.reasons, p.tried, p.item, f.form
FROM pending p LEFT JOIN raw_filings f ON f.accession = p.accession
WHERE p.recipe = ? ORDER BY p.split = 'train', p.chunk_seq LIMIT ?
"""
_TEXTS: Final = "SELECT seq, json_extract_string(payload, '$.text') FROM raw.events WHERE seq IN (SELECT unnest(?))"


@dataclass(frozen=True)
class _Pending:
    text_id: str
    chunk_id: str
    chunk_seq: int
    reasons: list[str]
    tried: int
    item: str | None
    form: str | None


@dataclass(frozen=True)
class _Asked:
    pending: _Pending
    request: ChunkRequest


class Label:
    """Keeps a window of texts with the teacher and commits what comes back as one batch. `hold` says when not to ask."""

    def __init__(
        self,
        log: EventLog,
        teacher: SupervisedTeacher,
        *,
        recipe: str,
        limits: Limits,
        attempts: int,
        activity: Activity,
        gpu: Handover,
        hold: Callable[[], bool] = lambda: False,
    ) -> None:
        self._log, self._teacher, self._recipe = log, teacher, recipe
        self._limits, self._attempts, self._activity, self._hold = limits, attempts, activity, hold
        self._gpu = gpu
        self._keys: deque[_Pending] = deque()
        self._asked: dict[str, _Asked] = {}
        self._looked_at = -1
        self._shown_at = 0.0
        self._known: TeacherInfo | None = None
        self._mourned: WorkerDied | None = None
        self._words = structlog.get_logger()

    def advance(self) -> bool:
        if self._gpu.holder == "teacher" and not self._hold():
            self._ask()
        if not self._asked:
            self._activity.clear("labelling")
            return self._leave()
        outcomes = self._teacher.outcomes(_WAIT_S)
        self._tell()
        events = [event for outcome in outcomes for event in self._events(outcome)]
        if events:
            # By what was asked, each of which is settled once: an answer may be the same as one before a requeue.
            settled = "|".join([self._recipe, *(_request_id(outcome) for outcome in outcomes)])
            self._words.debug("labels_appending", events=len(events))
            self._log.append(Append(f"recipe-{self._recipe}", tuple(events), f"labels-{sha256_hex(settled)[:32]}"))
            self._words.debug("labels_appended", events=len(events))
            self._show()
        return True

    def _leave(self) -> bool:
        """Ends the worker when the training has asked for the GPU; the next text starts it again."""
        if self._gpu.holder != "leaving":
            return False
        self._teacher.close()
        self._gpu.leave()
        self._words.info("teacher_left_the_gpu")
        return True

    @property
    def waiting(self) -> bool:
        return False

    def close(self) -> None:
        self._teacher.close()

    def _tell(self) -> None:
        """Loading a model takes minutes, in which nothing else would show that anything goes on; a death is mended and told."""
        if (death := self._teacher.last_death) is not self._mourned:
            self._mourned = death
            self._activity.trouble(f"started again: {death}")
            self._words.warning("teacher_died", why=str(death))
        if self._teacher.info is None:
            self._activity.show("labelling", 0, None, "the teacher is loading")
        elif self._teacher.info != self._known:
            self._known = self._teacher.info
            self._words.info("teacher_ready", model=self._known.model, revision=self._known.revision)

    def _show(self) -> None:
        """At most once a second: the counts go through all texts."""
        if monotonic() < self._shown_at + 1.0:
            return
        self._shown_at = monotonic()
        (left,) = self._log.query("SELECT count(*) FROM pending")[0]
        (done,) = self._log.query("SELECT count(*) FROM raw.labels WHERE recipe = ?", [self._recipe])[0]
        self._activity.show("labelling", done, done + left)

    def _ask(self) -> None:
        if len(self._asked) > WINDOW // 2:
            return
        if not self._keys:
            self._look()
        wanted = [self._keys.popleft() for _ in range(min(WINDOW - len(self._asked), len(self._keys)))]
        texts = dict(self._log.query(_TEXTS, [[pending.chunk_seq for pending in wanted]])) if wanted else {}
        asked = [_Asked(pending, _request(pending, texts[pending.chunk_seq])) for pending in wanted]
        self._asked.update({entry.request.request_id: entry for entry in asked})
        self._teacher.submit(entry.request for entry in asked)

    def _look(self) -> None:
        """What is pending changes only with the log, so an unchanged log is not asked again."""
        head = self._log.head.seq
        if head == self._looked_at:
            return
        self._looked_at = head
        flying = {entry.pending.text_id for entry in self._asked.values()}
        rows = (_Pending(*row) for row in self._log.query(_PENDING, [self._recipe, _KEYS]))
        self._keys.extend(pending for pending in rows if pending.text_id not in flying)

    def _events(self, outcome: Outcome) -> list[Event]:
        asked = self._asked.pop(_request_id(outcome))
        match outcome:
            case Killed():
                return self._refusal(asked, Refused("engine_error", outcome.detail), None, final=True)
            case Failed():
                return self._refusal(asked, Refused("engine_error", outcome.detail), None)
            case Answered():
                return self._judge(asked, outcome)

    def _judge(self, asked: _Asked, answered: Answered) -> list[Event]:
        read = read_answer(
            answered.raw,
            asked.request.text,
            limits=self._limits,
            truncated=answered.truncated,
            forced_close=answered.forced_close,
        )
        if isinstance(read, Accepted):
            return [self._label(asked, read, answered)]
        # A teacher that finds nothing to label has answered; asking again would only cost.
        return self._refusal(asked, read, answered, final=read.reason == "declined")

    def _label(self, asked: _Asked, read: Accepted, answered: Answered) -> ChunkLabelled:
        pending, attempt = asked.pending, asked.request.attempt
        return ChunkLabelled(
            label_id=label_id(pending.text_id, self._recipe, attempt),
            text_id=pending.text_id,
            chunk_id=pending.chunk_id,
            recipe=self._recipe,
            attempt=attempt,
            rationale=read.rationale,
            summary=read.summary,
            raw=answered.raw if read.flags else None,
            flags=read.flags,
            grounded=read.grounded,
            validator=VALIDATOR,
            prompt_tokens=answered.prompt_tokens,
            completion_tokens=answered.completion_tokens,
            seconds=answered.seconds,
        )

    def _refusal(self, asked: _Asked, why: Refused, answered: Answered | None, *, final: bool = False) -> list[Event]:
        pending, attempt = asked.pending, asked.request.attempt
        refused = LabelRefused(
            text_id=pending.text_id,
            chunk_id=pending.chunk_id,
            recipe=self._recipe,
            attempt=attempt,
            reason=why.reason,
            detail=why.detail,
            raw=answered.raw if answered else "",
            validator=VALIDATOR,
            prompt_tokens=answered.prompt_tokens if answered else 0,
            completion_tokens=answered.completion_tokens if answered else 0,
            seconds=answered.seconds if answered else 0.0,
        )
        self._words.debug(
            "label_refused", text_id=pending.text_id, attempt=attempt, reason=why.reason, detail=why.detail
        )
        if not final and attempt < self._attempts:
            return [refused]
        dead = ChunkDeadLettered(
            text_id=pending.text_id,
            chunk_id=pending.chunk_id,
            recipe=self._recipe,
            reason=why.reason,
            attempts=attempt,
        )
        return [refused, dead]


def _request_id(outcome: Outcome) -> str:
    return outcome.request.request_id if isinstance(outcome, Killed) else outcome.request_id


def _request(pending: _Pending, text: str) -> ChunkRequest:
    return ChunkRequest(
        request_id=f"{pending.text_id}-{pending.tried + 1}",
        text_id=pending.text_id,
        text=text,
        attempt=len(pending.reasons) + 1,
        manner=manner_of(pending.reasons),
        seed=pending.tried,
        item=pending.item,
        form=pending.form,
    )
