"""What daemon and teacher worker say to each other: one JSON object a line, ASCII only, of bounded length.

ASCII, because escaped text cannot break a line: neither U+2028 nor a control character reaches the wire as itself. The
first line the worker gets is its Opening; it answers with Ready, Unavailable or Away, then one Answered or Failed per
request; Away may come at any time and is the last it says.
"""

import json
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from store.errors import FinsdistillError

# A chunk is about 1.5 KB and an answer less; escaping makes at most twelve bytes of a character.
MAX_LINE_BYTES: Final = 1 << 20


class ProtocolBroken(FinsdistillError):
    """The other side said something that is no message; the connection cannot be trusted any more."""


def without_surrogates(value: object) -> object:
    """Half a surrogate pair is no character and cannot be stored as UTF-8: it becomes U+FFFD; pairs become characters."""
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _only_characters(value: object) -> object:
    if isinstance(value, str) and without_surrogates(value) != value:
        raise ValueError("half a surrogate pair is no character: such a text has no text_id")
    return value


Text = Annotated[str, BeforeValidator(_only_characters)]
RepairedText = Annotated[str, BeforeValidator(without_surrogates)]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# How an answer is decoded: the likeliest token each time; the same, asked to be brief and given more room; drawn at random.
Manner = Literal["greedy", "brief", "sampled"]


class TeacherInfo(_Message):
    """Which teacher really answers: for a server, what it reports."""

    model: str
    revision: str
    fingerprint: str | None = None
    licence: str | None = None


class ChunkRequest(_Message):
    """One text to label. `request_id` is the caller's, unique among the requests in flight; `attempt` counts from 1, `seed`
    is another one each time a text is asked again, for as long as the log lives."""

    request_id: str
    text_id: str
    text: Text
    attempt: int = Field(ge=1)
    manner: Manner = "greedy"
    seed: int = Field(default=0, ge=0)
    item: str | None = None
    form: str | None = None


class Ready(_Message):
    type: Literal["ready"] = "ready"
    info: TeacherInfo


class Unavailable(_Message):
    """The teacher cannot be opened, and trying again changes nothing: one sentence that says what to do."""

    type: Literal["unavailable"] = "unavailable"
    detail: RepairedText


class Away(_Message):
    """The worker ends: nobody answers just now, or somebody else does. No text in flight is at fault; start it again, not
    before `seconds` have passed."""

    type: Literal["away"] = "away"
    detail: RepairedText
    seconds: float = Field(default=0.0, ge=0)


class Answered(_Message):
    """A raw answer, not yet validated. `truncated`: it hit its token limit. `forced_close`: a budget closed a field."""

    type: Literal["answered"] = "answered"
    request_id: str
    raw: RepairedText
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)
    seconds: float = Field(ge=0)
    truncated: bool = False
    forced_close: bool = False


class Failed(_Message):
    """The teacher could not answer this request; others are not affected."""

    type: Literal["failed"] = "failed"
    request_id: str
    reason: Literal["engine_error"] = "engine_error"
    detail: RepairedText


Reply = Answered | Failed
Message = Ready | Unavailable | Away | Answered | Failed
_MESSAGE: Final[TypeAdapter[Message]] = TypeAdapter(Annotated[Message, Field(discriminator="type")])


def encode(message: BaseModel) -> bytes:
    """One line with its newline. It may be longer than MAX_LINE_BYTES: the sender must then say something else."""
    return json.dumps(message.model_dump(mode="json"), separators=(",", ":")).encode("ascii") + b"\n"


def decode_message(line: bytes) -> Message:
    """Raises ProtocolBroken for anything that is not one complete message of the worker's."""
    try:
        return _MESSAGE.validate_python(_loads(line))
    except ValidationError as error:
        raise ProtocolBroken(f"the worker said {line[:200]!r}, which is no message: see its log") from error


def decode_request(line: bytes) -> ChunkRequest:
    """Raises ProtocolBroken for anything that is not one complete request."""
    try:
        return ChunkRequest.model_validate(_loads(line))
    except ValidationError as error:
        raise ProtocolBroken(f"the daemon said {line[:200]!r}, which is no request") from error


def _loads(line: bytes) -> object:
    if len(line) > MAX_LINE_BYTES or not line.endswith(b"\n"):
        raise ProtocolBroken(f"a line of {len(line)} bytes or more is longer than {MAX_LINE_BYTES}, or was cut off")
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolBroken(f"{line[:200]!r} is no JSON: something else wrote into the protocol") from error
    return value
