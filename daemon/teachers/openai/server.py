"""One server of a teacher, as its clients see it."""

import asyncio
from dataclasses import dataclass, field
from typing import Final, Literal

from daemon.teachers.openai.decisions import Outcome, is_trouble

# Nothing in flight for so long, in seconds: it may have been started again meanwhile, with other weights behind its name.
_UNSEEN_S: Final = 1.0


@dataclass
class Server:
    """`up`: takes texts, `width` at once; `resting`: it asked for that, until a moment; `down`: until it has greeted again;
    `out`: it is another one than the others, for good. `doubted`: looked at before it gets the next text."""

    url: str
    width: int
    state: Literal["up", "resting", "down", "out"] = "up"
    why: str = ""
    in_use: int = 0
    since: float = 0.0  # of the state
    until: float = 0.0
    failures: int = 0  # in a row
    doubted: bool = False
    seen: float = 0.0  # when it last answered
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __str__(self) -> str:
        return f"{self.url} ({self.why})"

    @property
    def free(self) -> bool:
        return self.state == "up" and self.in_use < self.width

    def take(self, now: float) -> None:
        """One text more. While others are in flight it cannot be started again unnoticed: they would break off."""
        if not self.in_use and now - self.seen >= _UNSEEN_S:
            self.doubted = True
        self.in_use += 1

    def heard(self, outcome: Outcome, now: float) -> None:
        if is_trouble(outcome):
            self.doubted = True
        else:
            self.seen = now

    def known(self, now: float) -> None:
        """It has shown who it is."""
        self.doubted, self.seen = False, now


@dataclass(frozen=True)
class Served:
    """A response with status 200, what it took in seconds, and where it came from."""

    body: bytes
    seconds: float
    url: str
