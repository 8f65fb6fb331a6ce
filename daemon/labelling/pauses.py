"""When labelling waits, and for what: told in the log when it begins and when it ends, not each time it is looked at."""

from dataclasses import dataclass
from typing import Final, Literal

import structlog

from store.events import LabellingPaused, LabellingResumed
from store.log import EventLog
from store.records import Append

Cause = Literal["decision", "away", "breaker", "budget"]


_ENDED: Final[dict[Cause, str]] = {
    "decision": "the configured recipe is the active one",
    "away": "the teacher answers again",
    "breaker": "an answer was usable again",
    "budget": "a new day's tokens",
}


@dataclass(frozen=True)
class Pause:
    """`recipe` is the one that would label; None while nobody has said who it is."""

    cause: Cause
    recipe: str | None
    reason: str


class Pauses:
    """Used by one thread; `now` may be read from any."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.now: Pause | None = None
        last = log.query("SELECT recipe, paused, reason FROM raw.pauses ORDER BY seq DESC LIMIT 1")
        self._recorded: tuple[str, str] | None = (last[0][0], last[0][2]) if last and last[0][1] else None

    def begin(self, pause: Pause) -> None:
        """A pause of the same cause and recipe goes on; what a restart finds again is not told again."""
        known, self.now = self.now, pause
        if known is not None and (known.cause, known.recipe) == (pause.cause, pause.recipe):
            return
        structlog.get_logger().warning("labelling_paused", cause=pause.cause, reason=pause.reason)
        if pause.recipe is None or self._recorded == (pause.recipe, pause.reason):
            return
        self._record(LabellingPaused(recipe=pause.recipe, reason=pause.reason))
        self._recorded = (pause.recipe, pause.reason)

    def end(self, recipe: str) -> None:
        """`recipe` labels."""
        if self.now is not None:
            structlog.get_logger().info("labelling_resumed", recipe=recipe, cause=self.now.cause)
        if self._recorded is not None:
            reason = _ENDED[self.now.cause] if self.now else "nothing keeps labelling waiting after a restart"
            self._record(LabellingResumed(recipe=recipe, reason=reason))
        self.now, self._recorded = None, None

    def _record(self, event: LabellingPaused | LabellingResumed) -> None:
        word = "paused" if isinstance(event, LabellingPaused) else "resumed"
        self._log.append(Append(f"recipe-{event.recipe}", (event,), f"{word}-{event.recipe}-{self._log.head.seq}"))
