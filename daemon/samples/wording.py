"""Sentences with marks become sentences: `{slot}`, `[one|other]` and `plural/singular`, chosen by a given generator."""

import random
import re
from collections.abc import Mapping, Sequence
from typing import Final

from store.errors import FinsdistillError

_SLOT: Final = re.compile(r"\{(\w+)\}")
_CHOICE: Final = re.compile(r"\[([^\[\]]*)\]")
_VERB: Final = re.compile(r"\b([a-z]+)/([a-z]+)\b")
_DEEPEST: Final = 6


class UnknownSlot(FinsdistillError):
    """A sentence of the samples asks for a fact that no company has: a mistake in this package."""


def fill(pattern: str, facts: Mapping[str, str], rng: random.Random) -> str:
    """One sentence or more, the first letter a capital. Slots may stand for texts with marks of their own. `have/has`
    takes its first form where the company speaks as `we`. Raises UnknownSlot."""
    text = pattern
    for _ in range(_DEEPEST):
        if "{" not in text:
            break
        text = _SLOT.sub(lambda found: _fact(found[1], facts, pattern), text)
    while "[" in text:
        text = _CHOICE.sub(lambda found: rng.choice(found[1].split("|")), text)
    plural = facts["we"] == "we"
    text = _VERB.sub(lambda found: found[1] if plural else found[2], text)
    return text[0].upper() + text[1:]


def _fact(name: str, facts: Mapping[str, str], pattern: str) -> str:
    try:
        return facts[name]
    except KeyError:
        raise UnknownSlot(f"no fact named {name!r} for the sentence {pattern!r}: correct the name") from None


def paragraph(patterns: Sequence[str], facts: Mapping[str, str], rng: random.Random) -> str:
    return " ".join(fill(pattern, facts, rng) for pattern in patterns)


def some(pool: Sequence[str], count: int, rng: random.Random) -> list[str]:
    """`count` of the sentences, each once, in an order of chance; all of them where there are fewer."""
    return rng.sample(list(pool), min(count, len(pool)))
