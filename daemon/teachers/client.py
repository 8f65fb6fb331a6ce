"""The daemon's side of one teacher worker: what was asked, what came back, and how it ended."""

import contextlib
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import IO, Final, cast

from daemon.credentials import kept_from_teacher
from daemon.teachers import Opening, TeacherSettings
from daemon.teachers.base import TeacherUnavailable
from daemon.teachers.protocol import (
    MAX_LINE_BYTES,
    Answered,
    Away,
    ChunkRequest,
    Failed,
    Message,
    ProtocolBroken,
    Ready,
    Reply,
    TeacherInfo,
    Unavailable,
    decode_message,
    encode,
)
from daemon.teachers.recipe import Recipe
from store.errors import FinsdistillError
from trainer.processes import end, evict, module_command, spawn

COMMAND: Final = tuple(module_command("daemon.teachers.worker"))
LOG_NAME: Final = "worker.log"
_LOG_TAIL_BYTES: Final = 1000
# The log's last lines are quoted when the worker dies: they must say why, not how far a download came.
_QUIET: Final = {
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONUNBUFFERED": "1",
}
_END_GRACE_S: Final = 1.5  # the worker itself goes 0.8 s after end of file


class WorkerDied(FinsdistillError):
    """The worker ended, broke the protocol or hung. `in_flight` are the requests it had and never answered."""

    def __init__(self, why: str, *, in_flight: Sequence[ChunkRequest], was_ready: bool, log: Path) -> None:
        super().__init__(f"the teacher's worker {why}: {log} says {_tail(log)!r}")
        self.in_flight, self.was_ready = tuple(in_flight), was_ready


class WorkerLeft(WorkerDied):
    """The worker ended because its teacher is away: no text is at fault. `seconds`: how long it is to be left alone."""

    def __init__(self, away: Away, *, in_flight: Sequence[ChunkRequest], was_ready: bool) -> None:
        FinsdistillError.__init__(self, away.detail)
        self.in_flight, self.was_ready, self.seconds = tuple(in_flight), was_ready, away.seconds


@dataclass(frozen=True)
class _Ended:
    """The worker's output is over. `problem` is what it said that was no message, if that is why."""

    problem: str | None


_Heard = Message | _Ended


class TeacherWorker:
    """One worker process. Used by one thread; two threads of its own feed it and listen, so that neither side blocks."""

    def __init__(
        self,
        settings: TeacherSettings,
        folder: Path,
        *,
        recipe: Recipe | None = None,
        command: Sequence[str] = COMMAND,
    ) -> None:
        """Starts the process in `folder`, after ending what a killed daemon may have left there.

        `recipe` is the declared one; without it, what the settings mean at this moment.
        """
        evict(folder)
        self.folder = folder
        self.info: TeacherInfo | None = None
        self._in_flight: dict[str, ChunkRequest] = {}
        self._heard: queue.SimpleQueue[_Heard] = queue.SimpleQueue()
        self._to_say: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._over: Away | _Ended | None = None  # what ended it, until all replies before that are handed out
        others = kept_from_teacher(settings.secrets)
        self._process = spawn(command, folder, log_name=LOG_NAME, pipes=True, variables=_QUIET, without=others)
        self._last_heard = monotonic()
        pipes = (cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout))
        threading.Thread(target=_feed, args=(pipes[0], self._to_say), daemon=True, name="teacher-feed").start()
        threading.Thread(target=_listen, args=(pipes[1], self._heard), daemon=True, name="teacher-listen").start()
        self._to_say.put(encode(Opening(settings=settings, recipe=recipe or settings.recipe())))

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def in_flight(self) -> tuple[ChunkRequest, ...]:
        """Asked and not answered, oldest first."""
        return tuple(self._in_flight.values())

    @property
    def silent_s(self) -> float:
        """Seconds since it was started, was given work while idle, or said something: the newest of these."""
        return monotonic() - self._last_heard

    def submit(self, requests: Sequence[ChunkRequest]) -> list[Failed]:
        """Returns at once. What cannot be sent, being longer than a line, is answered here and now."""
        if not self._in_flight and self.info is not None:
            self._last_heard = monotonic()
        refused: list[Failed] = []
        for request in requests:
            line = encode(request)
            if len(line) > MAX_LINE_BYTES:
                detail = f"the request takes {len(line)} bytes, more than the {MAX_LINE_BYTES} of a line"
                refused.append(Failed(request_id=request.request_id, detail=detail))
                continue
            self._in_flight[request.request_id] = request
            self._to_say.put(line)
        return refused

    def outcomes(self, timeout_s: float) -> list[Reply]:
        """All replies that are there, after waiting up to `timeout_s` for a first one or for the worker to be ready.

        Raises WorkerDied once all it said before is handed out, and TeacherUnavailable when it cannot be opened.
        """
        replies: list[Reply] = []
        deadline = monotonic() + timeout_s
        while self._over is None and (heard := self._next(0.0 if replies else deadline - monotonic())) is not None:
            self._last_heard = monotonic()
            match heard:
                case Answered() | Failed():
                    if self._in_flight.pop(heard.request_id, None) is None:
                        heard = _Ended(f"answered {heard.request_id!r}, which nobody asked")
                    else:
                        replies.append(heard)
                case Ready(info=info):
                    self.info = info
                    deadline = monotonic()  # the caller's patience with a worker that is ready is another one
                case Unavailable(detail=detail):
                    self.kill()
                    raise TeacherUnavailable(detail)
            if isinstance(heard, _Ended | Away):
                self._over = heard
        if self._over is not None and not replies:
            raise self._left(self._over) if isinstance(self._over, Away) else self.died(self._over.problem)
        return replies

    def _next(self, timeout_s: float) -> _Heard | None:
        try:
            return self._heard.get(timeout=max(timeout_s, 0.0)) if timeout_s > 0 else self._heard.get_nowait()
        except queue.Empty:
            return None

    def died(self, problem: str | None) -> WorkerDied:
        """Ends the process if need be, and says how it ended and what it still had."""
        code = self._end(grace_s=0.0 if problem else _END_GRACE_S)
        why = problem or (f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}")
        log = self.folder / LOG_NAME
        return WorkerDied(why, in_flight=self.in_flight, was_ready=self.info is not None, log=log)

    def _left(self, away: Away) -> WorkerLeft:
        self._end(grace_s=_END_GRACE_S)
        return WorkerLeft(away, in_flight=self.in_flight, was_ready=self.info is not None)

    def kill(self) -> None:
        self._end(grace_s=0.0)

    def close(self) -> None:
        """Ends the worker: end of file, a moment to go by itself, then SIGKILL. What is in flight stays unanswered."""
        self._to_say.put(None)
        self._end(grace_s=_END_GRACE_S)

    def _end(self, *, grace_s: float) -> int:
        code = end(self._process, grace_s=grace_s)
        self._to_say.put(None)
        return code


def _feed(pipe: IO[bytes], to_say: "queue.SimpleQueue[bytes | None]") -> None:
    """Writes until None. A worker that has gone is the listener's news, not ours."""
    with contextlib.suppress(BrokenPipeError):
        while (line := to_say.get()) is not None:
            pipe.write(line)
            pipe.flush()
    with contextlib.suppress(BrokenPipeError):
        pipe.close()


def _listen(pipe: IO[bytes], heard: "queue.SimpleQueue[_Heard]") -> None:
    problem: str | None = None
    with pipe:
        try:
            while line := pipe.readline(MAX_LINE_BYTES + 1):
                heard.put(decode_message(line))
        except ProtocolBroken as error:
            problem = f"broke the protocol ({error})"
    heard.put(_Ended(problem))


def _tail(log: Path) -> str:
    """The end of the worker's log: the only place where a crashed library said why."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _LOG_TAIL_BYTES))
        return file.read().decode(errors="replace").strip()
