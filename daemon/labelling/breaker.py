"""A circuit breaker: a teacher that mostly answers nonsense is not asked all texts there are, only one now and then."""

from collections import Counter, deque
from collections.abc import Callable
from time import monotonic
from typing import Final, Literal

WINDOW: Final = 200  # outcomes that are looked at together
SHARE: Final = 0.2  # of them unusable, beyond which nothing more is asked
FAILURES: Final = frozenset({"engine_error", "not_json", "schema"})  # the teacher's, not the text's
FIRST_S: Final = 30.0  # until one text is tried; doubled each time that it fails
LONGEST_S: Final = 600.0


class Breaker:
    """Used by one thread. Closed: all may be asked; open: none; half open: one text, whose outcome decides."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._outcomes: deque[str | None] = deque(maxlen=WINDOW)
        self._state: Literal["closed", "open", "half_open"] = "closed"
        self._pause_s, self._until = FIRST_S, 0.0
        self._why: str | None = None

    @property
    def why(self) -> str | None:
        """Why not all are asked; None while it is closed."""
        return self._why

    def room(self) -> int | None:
        """How many texts may be with the teacher; None: any number."""
        if self._state == "open" and self._clock() >= self._until:
            self._state = "half_open"
        return {"closed": None, "half_open": 1, "open": 0}[self._state]

    def note(self, reason: str | None) -> None:
        """What came of one text: the reason of its refusal, None for a label."""
        failed = reason in FAILURES
        match self._state:
            case "closed":
                self._outcomes.append(reason if failed else None)
                self._judge()
            case "half_open" if failed:
                self._open(min(LONGEST_S, 2 * self._pause_s))
            case "half_open":
                self._close()
            case "open":
                pass  # asked before it opened

    def _judge(self) -> None:
        unusable = Counter(reason for reason in self._outcomes if reason is not None)
        if len(self._outcomes) < WINDOW or unusable.total() <= SHARE * WINDOW:
            return
        kinds = ", ".join(f"{count} {reason}" for reason, count in unusable.most_common())
        self._why = (
            f"{unusable.total()} of the last {WINDOW} answers were unusable ({kinds}); one text is tried now and then"
        )
        self._open(FIRST_S)

    def _open(self, pause_s: float) -> None:
        self._state, self._pause_s, self._until = "open", pause_s, self._clock() + pause_s

    def _close(self) -> None:
        self._state, self._why = "closed", None
        self._outcomes.clear()
