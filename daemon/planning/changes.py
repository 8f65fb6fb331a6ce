"""What differs between two recipes, in the words of the configuration. Pure."""

import difflib
import json
from collections.abc import Iterator
from itertools import islice, zip_longest
from typing import Final

from pydantic import BaseModel, ConfigDict

from daemon.teachers.recipe import Recipe

MAX_LINES: Final = 20  # of a text's differences
_WIDTH: Final = 150  # characters of one line
_BEFORE: Final = 50  # of what a long line and its successor share, so that the difference is seen
# `kind` brings a toy and a model's licence with it.
_FOLLOW: Final = frozenset({"toy", "licence"})
_REPORTED: Final = frozenset({"revision", "fingerprint"})


class Change(BaseModel):
    """One part of a recipe. `diff` is of a text's lines, at most `MAX_LINES` of them; null is what a recipe does not have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: str
    before: str | None
    after: str | None
    diff: tuple[str, ...] = ()


def changes(before: Recipe, after: Recipe, *, assumed: bool = False) -> tuple[Change, ...]:
    """In the recipe's order. `assumed`: what a teacher reports of itself is not known of `after`, so it is no difference."""
    left_out = _FOLLOW | (_REPORTED if assumed else frozenset())
    return tuple(
        _change(part, getattr(before, part), getattr(after, part))
        for part in Recipe.model_fields
        if part not in left_out and getattr(before, part) != getattr(after, part)
    )


def _change(part: str, before: object, after: object) -> Change:
    old, new = (None if value is None else str(value) for value in (before, after))
    texts = part in {"prompt", "answer_schema"} and old is not None and new is not None
    return Change(part=part, before=old, after=new, diff=tuple(_diff(old or "", new or "")) if texts else ())


def _diff(before: str, after: str) -> Iterator[str]:
    old, new = _lines(before), _lines(after)
    found = list(_differences(old, new))
    yield from islice(found, MAX_LINES)
    if len(found) > MAX_LINES:
        yield f"… and {len(found) - MAX_LINES:,} more lines"


def _lines(text: str) -> list[str]:
    """A schema is one line of JSON, in which nobody would find a difference."""
    try:
        return json.dumps(json.loads(text), indent=1, ensure_ascii=False).splitlines()
    except ValueError:
        return text.splitlines()


def _differences(old: list[str], new: list[str]) -> Iterator[str]:
    for tag, start, end, first, last in difflib.SequenceMatcher(a=old, b=new).get_opcodes():
        if tag == "equal":
            continue
        gone, come = old[start:end], new[first:last]
        cuts = [max(0, _shared(*pair) - _BEFORE) for pair in zip_longest(gone, come, fillvalue="")]
        yield f"@@ line {first + 1} @@"
        yield from (f"-{_cut(line, at)}" for line, at in zip(gone, cuts, strict=False))
        yield from (f"+{_cut(line, at)}" for line, at in zip(come, cuts, strict=False))


def _shared(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _cut(line: str, start: int) -> str:
    if len(line) <= _WIDTH:
        return line
    part = line[start : start + _WIDTH]
    return f"{'…' if start else ''}{part}{'…' if start + _WIDTH < len(line) else ''}"
