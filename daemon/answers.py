# ruff: noqa: SIM905 - word lists read best as text
"""From a teacher's raw answer to a label or a refusal. Pure: no answer, however odd, raises."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from daemon.figures import ungrounded
from daemon.teachers.protocol import without_surrogates
from store.task import Answer

# Named apart from the recipe: a new check changes this and never makes a label stale.
VALIDATOR: Final = "answers-v1"

Reason = Literal["not_json", "schema", "too_long", "truncated", "degenerate", "declined", "engine_error"]
Flag = Literal["repaired", "forced_close", "ungrounded"]

# English financial prose has 4 to 5 characters a token in Llama's vocabulary: eight refuses only what ignored its budget.
CHARS_PER_TOKEN: Final = 8
_MAX_RAW_CHARS: Final = 256 * 1024
_MAX_OBJECTS: Final = 8  # prose may hold a brace or echo the schema before the answer; a bound keeps the scan linear
_MAX_DETAIL: Final = 500


@dataclass(frozen=True)
class Limits:
    """Longest fields, in characters."""

    rationale: int
    summary: int


def limits(max_rationale_tokens: int, max_summary_tokens: int) -> Limits:
    return Limits(max_rationale_tokens * CHARS_PER_TOKEN, max_summary_tokens * CHARS_PER_TOKEN)


@dataclass(frozen=True)
class Accepted:
    """A label. `flags` are sorted; `grounded` says that every figure of it stands in the text."""

    rationale: str
    summary: str
    flags: tuple[Flag, ...]
    grounded: bool


@dataclass(frozen=True)
class Refused:
    """An answer that cannot be used. Data, not an accident: it is counted and reported."""

    reason: Reason
    detail: str


class Declined(BaseModel):
    """What a teacher says instead of an answer when the text holds nothing to label."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    declined: str = Field(min_length=1)


def read_answer(
    raw: str, text: str, *, limits: Limits, truncated: bool = False, forced_close: bool = False
) -> Accepted | Refused:
    """Reads `raw`, the answer to `text`. `truncated` and `forced_close` are what the engine said about it."""
    found = _find(raw[:_MAX_RAW_CHARS])
    if isinstance(found, Refused):
        if truncated and found.reason == "not_json":
            return Refused("truncated", f"the token limit cut the answer: {found.detail}"[:_MAX_DETAIL])
        return found
    answer, repaired = found
    rationale, summary = answer.rationale.strip(), answer.summary.strip()
    if (problem := _problem(rationale, summary, limits)) is not None:
        return problem
    grounded = not ungrounded(f"{rationale}\n", text) and not ungrounded(summary, text)
    said: tuple[tuple[Flag, bool], ...] = (
        ("forced_close", forced_close),
        ("repaired", repaired),
        ("ungrounded", not grounded),
    )
    return Accepted(rationale, summary, tuple(flag for flag, holds in said if holds), grounded)


def _find(raw: str) -> tuple[Answer, bool] | Refused:
    """The first complete JSON object that is an answer, and whether it needed repair; else why there is none."""
    refusal = Refused("not_json", f"no complete JSON object in {raw[:200]!r}")
    for text in islice(complete_objects(raw), _MAX_OBJECTS):
        read = _read_object(text)
        if not isinstance(read, Refused) or read.reason == "declined":
            return read
        if refusal.reason == "not_json":
            refusal = read
    return refusal


def complete_objects(raw: str) -> Iterator[str]:
    """The outermost {...} slices of `raw` whose braces balance outside of strings, in order.

    A brace that never closes is passed over, so that one in the prose before an answer does not hide it.
    """
    start = raw.find("{")
    for _ in range(2 * _MAX_OBJECTS):
        if start < 0:
            return
        end = _object_end(raw, start)
        if end is not None:
            yield raw[start:end]
        start = raw.find("{", start + 1 if end is None else end)


# An escape is taken as one mark, so that the quote in \" ends nothing.
_STRUCTURE: Final = re.compile(r'\\.|["{}]', re.DOTALL)


def _object_end(raw: str, start: int) -> int | None:
    """Where the object that opens at `start` ends; None when it never does."""
    depth, in_string = 0, False
    for match in _STRUCTURE.finditer(raw, start):
        mark = match[0]
        if in_string or mark == '"':
            in_string = in_string != (mark == '"')
        elif mark in "{}":
            depth += 1 if mark == "{" else -1
            if depth == 0:
                return match.end()
    return None


def _read_object(text: str) -> tuple[Answer, bool] | Refused:
    try:
        return Answer.model_validate_json(text), False
    except ValidationError:
        return _read_loosely(text)


def _read_loosely(text: str) -> tuple[Answer, bool] | Refused:
    """Control characters inside strings, NaN, big integers and half surrogates are what Python reads and JSON forbids."""
    try:
        value = _characters_only(json.loads(text, strict=False))
    except (ValueError, RecursionError) as error:
        return Refused("not_json", f"{error}: {text[:200]!r}"[:_MAX_DETAIL])
    try:
        return Answer.model_validate(value), True
    except ValidationError as error:
        problem = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    try:
        return Refused("declined", Declined.model_validate(value).declined[:_MAX_DETAIL])
    except ValidationError:
        return Refused("schema", problem[:_MAX_DETAIL])


def _characters_only(value: object) -> object:
    if isinstance(value, dict):
        return {without_surrogates(key): without_surrogates(field) for key, field in value.items()}
    return value


def _problem(rationale: str, summary: str, limits: Limits) -> Refused | None:
    for name, field, longest in (
        ("rationale", rationale, limits.rationale),
        ("summary", summary, limits.summary),
    ):
        if len(field) > longest:
            return Refused("too_long", f"the {name} has {len(field)} characters, more than {longest}")
        if (why := degenerate(field)) is not None:
            return Refused("degenerate", f"the {name} {why}: {field[:120]!r}")
    return None


_WORD: Final = re.compile(r"\w+")
_FEWEST_WORDS: Final = 3
_LOOP_FROM_WORDS: Final = 24
_LANGUAGE_FROM_WORDS: Final = 12
_FEWEST_ENGLISH: Final = 0.05  # filings' sentences have 0.2 to 0.5 of these words, other languages next to none
_ENGLISH: Final = frozenset(
    "the of and to in for is was were are be by with that our we its from as or on this it not these some at an which such "
    "than has have their may could between other".split()
)


def degenerate(field: str) -> str | None:
    """Why `field` is no English prose, or None: too few different words, one run over and over, or another language."""
    words = _WORD.findall(field.lower())
    if len(set(words)) < _FEWEST_WORDS:
        return f"has fewer than {_FEWEST_WORDS} different words"
    if len(words) >= _LANGUAGE_FROM_WORDS and sum(word in _ENGLISH for word in words) < _FEWEST_ENGLISH * len(words):
        return "is not in English"
    if len(words) < _LOOP_FROM_WORDS:
        return None
    runs = Counter(zip(words, words[1:], words[2:], strict=False))
    (run, times), *_ = runs.most_common(1)
    # Three words each: more than half of the field.
    return f"repeats {' '.join(run)!r} {times} times" if times * 6 > len(words) else None
