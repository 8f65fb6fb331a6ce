# ruff: noqa: RUF001 - typographic quotes are what models write
"""The last rung: json_repair, on text that is nearly JSON. It guesses, so it is given little and believed less.

It invents what is missing at the end. So it is only shown what ends as an answer ends: with a quote, and a brace unless the
teacher forgot just that behind a whole sentence. And it drops what it cannot place. So its result counts only if it holds
every word that was written. Pure Python that may look back at all of the text from every mark (2.6 s for 4 KB of {"]), it
gets a bounded number of looks: the same bound on every machine, unlike seconds.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Final, SupportsIndex

import json_repair

from daemon.answers.objects import KEYS, Read, complete_objects, like_an_answer, read_value
from daemon.answers.outcomes import MAX_DETAIL, Limits, Refused
from store.task import Answer

MAX_CHARS: Final = 16 * 1024
_MAX_TRIES: Final = 4
# Real failures take at most 3.
_LOOKS_PER_CHAR: Final = 8
_FEWEST_LOOKS: Final = 1000
_ROOM: Final = 256  # characters of keys, marks and escapes beside the fields

_OPENING: Final = re.compile(rf"""\{{\s*["'“‘]?(?:{"|".join(KEYS)})\b""")
_CLOSING: Final = re.compile(r"""(?<!\\)["'”’](?:\s*,)?\s*\}""")
_END: Final = re.compile(r"""(?<=[.!?])["'”’]\s*(?:```\s*)?\Z""")
# Only where no string can be open: after a brace, or after a string's end, and without a quote up to its own end. Its
# length is bounded, and a star ends the search in /* */, so that a thousand openings are not a thousand scans.
_COMMENT: Final = re.compile(
    r"""(?:(?<=[{"'])|(?<=["'],))\s*(?:(?://|\#)[^"'\n]{0,200}$|/\*[^"'*]{0,200}\*/)""", re.MULTILINE
)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_WORD: Final = re.compile(r"\w+")


class _OverBudget(Exception):
    """Too many looks at the text."""


class _Watched(str):
    """A text that counts how many of its characters are looked at."""

    looks_left: int

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        seen = super().__getitem__(key)
        self.looks_left -= len(seen)
        if self.looks_left < 0:
            raise _OverBudget(f"took more than {_LOOKS_PER_CHAR} looks a character")
        return seen


def repaired(raw: str, limits: Limits, *, truncated: bool) -> Read | Refused | None:
    """The first answer that can be repaired; else why the first that was tried cannot; None if nothing was worth a try."""
    refusal: Refused | None = None
    longest = min(MAX_CHARS, 2 * (limits.rationale + limits.summary) + _ROOM)
    candidates = _closed(raw, longest) if truncated else _ended(raw, longest)
    for text in islice(candidates, _MAX_TRIES):
        read = _repair(text)
        if isinstance(read, Read):
            return read
        refusal = refusal or read
    return refusal


def _closed(raw: str, longest: int) -> Iterator[str]:
    """Where the engine cut, only an object whose braces balance surely ended before."""
    return (text for text in complete_objects(raw) if like_an_answer(text) and len(text) <= longest)


def _ended(raw: str, longest: int) -> Iterator[str]:
    """What begins as an answer and ends as one. What follows is chatter."""
    raw = _COMMENT.sub("", raw)
    starts = [match.start() for match in _OPENING.finditer(raw)]
    for start, end in pairwise([*starts, len(raw)]):
        text = raw[start : min(end, start + longest)]
        closings = [match.end() for match in _CLOSING.finditer(text)]
        if closings:
            yield text[: closings[-1]]
        elif end - start <= longest and (last := _END.search(text)) is not None:
            yield text[: last.start() + 1]


def _repair(text: str) -> Read | Refused:
    watched = _Watched(text)
    watched.looks_left = _FEWEST_LOOKS + _LOOKS_PER_CHAR * len(text)
    try:
        value = json_repair.repair_json(watched, return_objects=True, skip_json_loads=True)
    except Exception as error:  # noqa: BLE001 - a guesser's bug must cost one answer, not the service
        return Refused("not_json", f"{type(error).__name__} {error}: {text[:200]!r}"[:MAX_DETAIL])
    read = read_value(value)
    if isinstance(read, Read) and isinstance(read.said, Answer) and not _holds_all(read.said, text):
        return Refused("not_json", f"a repair would lose or move words: {text[:200]!r}"[:MAX_DETAIL])
    return read


def _holds_all(answer: Answer, text: str) -> bool:
    kept = _words(f"rationale {answer.rationale} summary {answer.summary}")
    return Counter(kept) == Counter(_words(_ESCAPE.sub(_unescaped, text)))


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return " " if match[2] in "nrtbf" else match[2]


def _words(text: str) -> list[str]:
    return _WORD.findall(text)
