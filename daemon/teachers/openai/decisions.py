"""What becomes of a request, from what came of it: pure, so that a table can show all of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from daemon.teachers.openai.wire import words_of
from daemon.waits import retry_after

TRIES: Final = 4  # of one text, where the server itself fails: once, and three times again
LONGEST_REST_S: Final = 300.0  # whatever a server asks for: after that it is asked again
_WORDS: Final = 1000  # characters of a server's words in an error

OK: Final = 200
_TOO_BUSY: Final = frozenset((429, 503))
_REFUSED: Final = {
    401: "refuses the key: set the variable that teacher.api_key_env names to a key that it takes",
    402: "wants to be paid first",
    403: "refuses this key or this machine: set the variable that teacher.api_key_env names to a key that it takes",
}
GONE: Final = frozenset((404, 410))
_TIMED_OUT: Final = 408
_SERVER_ERROR: Final = 500
_NOT_IMPLEMENTED: Final = 501  # of a request, and so for ever


@dataclass(frozen=True)
class Got:
    """A whole HTTP response. `retry_after` is that header's text."""

    status: int
    body: bytes
    retry_after: str | None = None


@dataclass(frozen=True)
class Unreached:
    """No connection: nothing listens there, no such name, no TLS."""

    why: str


@dataclass(frozen=True)
class Broken:
    """The connection ended before the response did."""

    why: str


@dataclass(frozen=True)
class TimedOut:
    seconds: float


@dataclass(frozen=True)
class TooLarge:
    limit: int


Outcome = Got | Unreached | Broken | TimedOut | TooLarge


@dataclass(frozen=True)
class Use:
    """It answered; whether with an answer is to be seen."""

    body: bytes


@dataclass(frozen=True)
class Rest:
    """The server is busy and rests, `seconds` if it said how long. The text waits and has lost nothing."""

    why: str
    seconds: float | None


@dataclass(frozen=True)
class Down:
    """The server rests until it can be reached and has shown again who it is. The text goes to another one."""

    why: str


@dataclass(frozen=True)
class Again:
    """Asked again after a back-off."""

    why: str


@dataclass(frozen=True)
class Fail:
    """This text fails."""

    why: str


@dataclass(frozen=True)
class Refused:
    """This server answers nobody like us, or not as this model: a person, or a new look at who answers, must help."""

    why: str


def is_trouble(outcome: Outcome) -> bool:
    """Whether the server may be another one behind it, or soon: it broke off, is not there, or fails by itself."""
    return not isinstance(outcome, Got | TooLarge) or (isinstance(outcome, Got) and outcome.status >= _SERVER_ERROR)


Decision = Use | Rest | Down | Again | Fail | Refused


def decide(outcome: Outcome, *, tries: int, now: datetime) -> Decision:
    """`tries` of this text that came to this outcome or a like one, this one included; `now` with its time zone."""
    match outcome:
        case Unreached(why=why):
            return Down(why)
        case TimedOut(seconds=seconds):
            # Asked again at once it would only load a server more that is too slow already: the daemon asks again later.
            return Fail(f"no answer within {seconds:g} s: raise teacher.timeout_s, or lower teacher.concurrency")
        case TooLarge(limit=limit):
            return Fail(f"the response is longer than {limit} bytes")
        case Broken(why=why):
            return _again(f"the connection ended early ({why})", tries)
        case Got():
            return _by_status(outcome, tries, now)


def _by_status(got: Got, tries: int, now: datetime) -> Decision:
    if got.status == OK:
        return Use(got.body)
    why = f"HTTP {got.status}: {words_of(got.body)[:_WORDS]}"
    if got.status in _TOO_BUSY:
        return Rest(why, retry_after(got.retry_after, now=now, longest_s=LONGEST_REST_S))
    if got.status in _REFUSED:
        return Refused(f"{_REFUSED[got.status]} ({why})")
    if got.status in GONE:
        return Refused(f"does not know the model or the path ({why})")
    if (got.status >= _SERVER_ERROR and got.status != _NOT_IMPLEMENTED) or got.status == _TIMED_OUT:
        return _again(why, tries)
    return Fail(why)


def _again(why: str, tries: int) -> Again | Fail:
    return Again(why) if tries < TRIES else Fail(f"{why}, {tries} times")
