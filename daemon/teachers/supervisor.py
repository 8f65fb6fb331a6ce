"""Keeps a teacher answering: starts its worker again with back-off, and finds the text that kills it."""

import random
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Final

from daemon.teachers.base import TeacherUnavailable
from daemon.teachers.client import TeacherWorker, WorkerDied, WorkerLeft
from daemon.teachers.protocol import ChunkRequest, Reply, TeacherInfo
from daemon.waits import backoff

KILLS_ALLOWED: Final = 2  # a text that killed the worker this often, alone with it, is a dead letter
STARTS_ALLOWED: Final = 3  # deaths in a row before the worker was ready: then a person has to look
_BLIPS: Final = 3  # times in a row that nobody answers before it is more than a moment's trouble
_BLIP_S: Final = 5.0  # so is a longer wait that was asked for


@dataclass(frozen=True)
class Killed:
    """A text killed the worker (or hung it) each time it was alone with it."""

    request: ChunkRequest
    detail: str


Outcome = Reply | Killed


@dataclass(frozen=True)
class Patience:
    """How long a worker may be silent: while it opens the teacher (a model may have to load), and while it has work."""

    start_s: float = 7200.0  # 16 GB of weights may have to come over a slow line first
    silent_s: float = 600.0  # the default of [teacher] patience_s


class SupervisedTeacher:
    """A teacher that comes back. Used by one thread.

    When a worker dies, the texts it had are tried one at a time: a death with a single text in flight counts against
    that text, a death with several proves nothing against any of them. No worker gets a text before `approve` has said
    that its teacher is the right one.
    """

    def __init__(
        self,
        start: Callable[[], TeacherWorker],
        *,
        approve: Callable[[TeacherInfo], bool] = lambda _info: True,
        patience: Patience | None = None,
        clock: Callable[[], float] = monotonic,
        wait: Callable[[float], object] = sleep,
        pause: Callable[[int], float] | None = None,
    ) -> None:
        """`pause` gives the seconds to wait after the n-th death in a row; the default is the jittered back-off."""
        self._start, self._approve = start, approve
        self._patience, self._clock, self._wait = patience or Patience(), clock, wait
        rng = random.Random()
        self._pause = pause or (lambda failures: backoff(failures, rng))
        self._worker: TeacherWorker | None = None
        self._waiting: deque[ChunkRequest] = deque()
        self._suspects: deque[ChunkRequest] = deque()
        self._kills: Counter[str] = Counter()
        self._alone = False
        self._welcome = False
        self._gone: str | None = None
        self._failures = 0
        self._failed_starts = 0
        self._start_at = clock()
        self.deaths = 0
        self.last_death: WorkerDied | None = None
        self.info: TeacherInfo | None = None

    @property
    def pending(self) -> int:
        """Texts submitted and not settled yet."""
        flying = 0 if self._worker is None else len(self._worker.in_flight)
        return flying + len(self._waiting) + len(self._suspects)

    def submit(self, requests: Iterable[ChunkRequest]) -> None:
        self._waiting.extend(requests)

    @property
    def away(self) -> str | None:
        """Why nobody has answered for more than a moment; None while somebody does, or nobody was asked yet."""
        long = self._failures >= _BLIPS or self._start_at - self._clock() > _BLIP_S
        return self._gone if long else None

    def meet(self, timeout_s: float) -> None:
        """Has a worker open the teacher without asking it anything; waits up to `timeout_s`. `approve` hears who it is.

        Raises as `outcomes` does.
        """
        if not self._welcome:
            self._advance(timeout_s)

    def outcomes(self, timeout_s: float) -> list[Outcome]:
        """What is settled, after waiting up to `timeout_s`. Empty when nothing is; also while a restart is due later.

        Raises TeacherUnavailable when the teacher cannot be opened or its worker keeps dying before it is ready; a teacher
        that was there before is `away` then.
        """
        return self._advance(timeout_s) if self.pending else []

    def _advance(self, timeout_s: float) -> list[Outcome]:
        if not self._awake(timeout_s):
            return []
        worker = self._worker or self._begin()
        settled: list[Outcome] = list(worker.submit(self._next_texts(worker))) if self._welcome else []
        try:
            heard = worker.outcomes(0.0 if settled else min(timeout_s, self._patience_left(worker)))
            if not heard and not settled and self._patience_left(worker) <= 0:
                raise worker.died(f"was silent for {worker.silent_s:.1f} s")
        except WorkerDied as death:
            return [*settled, *self._mourn(death)]
        except TeacherUnavailable as problem:
            self._worker = None
            self._unavailable(problem)
            return settled
        if worker.info is not None and not self._welcome:
            self._greet(worker.info)
        if heard:
            self._failures = 0
        return [*settled, *heard]

    def _greet(self, info: TeacherInfo) -> None:
        self.info, self._gone, self._failed_starts = info, None, 0
        self._welcome = self._approve(info)
        if not self._welcome:
            self.dismiss()

    def _unavailable(self, problem: TeacherUnavailable) -> None:
        """Raises it unless the teacher was there before: then it may come back, and all else goes on meanwhile."""
        if self.info is None:
            raise problem
        self._gone, self._failures = str(problem), max(_BLIPS, self._failures + 1)
        self._start_at = self._clock() + self._pause(self._failures)

    def dismiss(self) -> None:
        """Ends the worker and forgets what is pending."""
        self.close()
        self.forget()

    def forget(self) -> None:
        """Gives up what no worker has now."""
        self._waiting.clear()
        self._suspects.clear()

    def close(self) -> None:
        """Ends the worker. What is pending stays unsettled."""
        if self._worker is not None:
            self._worker.close()
        self._worker, self._welcome = None, False

    def _awake(self, timeout_s: float) -> bool:
        """Whether a worker runs or may be started now."""
        left = self._start_at - self._clock()
        if self._worker is None and left > 0:
            self._wait(min(left, timeout_s))
        return self._worker is not None or self._clock() >= self._start_at

    def _begin(self) -> TeacherWorker:
        self._worker, self._welcome = self._start(), False
        return self._worker

    def _next_texts(self, worker: TeacherWorker) -> Sequence[ChunkRequest]:
        """All that wait; but a suspect goes alone, to a worker that has nothing else."""
        if self._alone and worker.in_flight:
            return []
        self._alone = bool(self._suspects)
        if self._alone:
            return [] if worker.in_flight else [self._suspects.popleft()]
        texts = list(self._waiting)
        self._waiting.clear()
        return texts

    def _patience_left(self, worker: TeacherWorker) -> float:
        """Seconds until the worker counts as hung; it must be heard within them."""
        allowed = self._patience.start_s if worker.info is None else self._patience.silent_s
        return max(0.0, allowed - worker.silent_s)

    def _mourn(self, death: WorkerDied) -> list[Outcome]:
        """Plans the restart and decides which texts are suspects; the one that is proven guilty is settled."""
        self._worker, self._welcome = None, False
        self._failures += 1
        self._start_at = self._clock() + self._pause(self._failures)
        if isinstance(death, WorkerLeft):
            self._gone = str(death)
            self._start_at = max(self._start_at, self._clock() + death.seconds)
            self._waiting.extendleft(reversed(death.in_flight))
            return []
        self.last_death = death
        self.deaths += 1
        if not death.was_ready:
            self._failed_starts += 1
            if self._failed_starts >= STARTS_ALLOWED:
                self._unavailable(TeacherUnavailable(f"after {self._failed_starts} starts: {death}"))
            return []
        if len(death.in_flight) != 1:
            self._suspects.extend(death.in_flight)
            return []
        return self._accuse(death.in_flight[0], str(death))

    def _accuse(self, request: ChunkRequest, detail: str) -> list[Outcome]:
        self._kills[request.text_id] += 1
        if self._kills[request.text_id] < KILLS_ALLOWED:
            self._suspects.appendleft(request)
            return []
        del self._kills[request.text_id]  # asked again by a person's command, it gets its chances again
        return [Killed(request=request, detail=detail)]
