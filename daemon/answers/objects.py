"""What a closed JSON object says: an answer, a decline, or neither. Also what the stopper asks at each closing brace."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from daemon.answers.automaton import MAX_BYTES, JsonAutomaton
from daemon.answers.outcomes import MAX_DETAIL, Refused
from daemon.teachers.protocol import without_surrogates
from store.task import Answer

KEYS: Final = ("rationale", "summary", "declined")
_LIKE_AN_ANSWER: Final = re.compile(rf'\{{\s*"(?:{"|".join(KEYS)})"')
# What prompts put where the words of an answer go. Who repeats the instructions has neither answered nor declined.
_PLACEHOLDERS: Final = frozenset(("", "why", "reason", "the reason", "string", "your reason"))
_DECORATION: Final = " .…<>[]"


class Declined(BaseModel):
    """What a teacher says instead of an answer when the text holds nothing to label."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    declined: str = Field(min_length=1)


@dataclass(frozen=True)
class Read:
    """What an object says, and whether JSON's rules had to be bent to read it."""

    said: Answer | Declined
    repaired: bool


def complete_objects(raw: str) -> Iterator[str]:
    """The {...} slices of `raw` that close, nested ones too, in the order of their closing braces."""
    data = raw.encode("utf-8", "replace")[:MAX_BYTES]
    return (found.decode("utf-8", "ignore") for found in JsonAutomaton().feed(data))


def is_answer(data: bytes) -> bool:
    """Whether a closed object is an answer or a decline: after it there is nothing left to say."""
    text = data.decode("utf-8", "replace")
    return like_an_answer(text) and isinstance(read_object(text), Read)


def like_an_answer(text: str) -> bool:
    """Whether the object's first key is one of ours. Cheap: hostile text may close ten thousand objects."""
    return _LIKE_AN_ANSWER.match(text) is not None


def read_object(text: str) -> Read | Refused:
    """Reads one complete object as JSON, then as what Python takes for JSON."""
    try:
        return _meant(Answer.model_validate_json(text), repaired=False)
    except ValidationError:
        return _read_loosely(text)


def _read_loosely(text: str) -> Read | Refused:
    """Control characters inside strings, NaN, big integers and half surrogates are what Python reads and JSON forbids."""
    try:
        return read_value(json.loads(text, strict=False))
    except (ValueError, RecursionError) as error:
        return Refused("not_json", f"{error}: {text[:200]!r}"[:MAX_DETAIL])


def read_value(value: object) -> Read | Refused:
    """Reads what a lenient parser made of an object."""
    value = _characters_only(value)
    try:
        return _meant(Answer.model_validate(value), repaired=True)
    except ValidationError as error:
        problem = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    try:
        return _meant(Declined.model_validate(value), repaired=False)
    except ValidationError:
        return Refused("schema", problem[:MAX_DETAIL])


def _meant(said: Answer | Declined, *, repaired: bool) -> Read | Refused:
    fields = (said.declined,) if isinstance(said, Declined) else (said.rationale, said.summary)
    if all(field.strip(_DECORATION).lower() in _PLACEHOLDERS for field in fields):
        return Refused("schema", f"repeats the placeholders of the instructions: {fields!r}"[:MAX_DETAIL])
    return Read(said, repaired)


def _characters_only(value: object) -> object:
    if isinstance(value, dict):
        return {without_surrogates(key): without_surrogates(field) for key, field in value.items()}
    return value
