"""10-K-like English of our own making: invented companies, figure-rich, the same text for the same seed.

No set and no hash order is used, and `random.Random` keeps its sequences across Python versions, so the text does too.
"""

import random
import re
from typing import Final

from trainer.seedling.figures import MAKERS, invented_word
from trainer.seedling.lexicon import SLOTS
from trainer.seedling.patterns import TOPICS

_SLOT: Final = re.compile(r"\{(\w+)\}")
_WORDS: Final = tuple(
    word for entries in SLOTS.values() for entry in entries if "{" not in entry for word in entry.split()
)


def fill(pattern: str, rng: random.Random) -> str:
    """Every `{slot}` replaced, slots inside the replacement too. Raises KeyError for a slot nobody fills."""

    def one(match: re.Match[str]) -> str:
        slot = match.group(1)
        maker = MAKERS.get(slot)
        return maker(rng) if maker else fill(rng.choice(SLOTS[slot]), rng)

    return _SLOT.sub(one, pattern)


def sentence(rng: random.Random, topic: tuple[str, ...]) -> str:
    text = fill(rng.choice(topic), rng)
    if rng.random() < 0.25:
        return f"{fill(rng.choice(SLOTS['link']), rng)} {text}"
    return text[0].upper() + text[1:]


def babble(rng: random.Random) -> str:
    """A sentence without grammar, half of it invented words: copying must not lean on what usually comes next."""
    words = [rng.choice(_WORDS) if rng.random() < 0.5 else _oddity(rng) for _ in range(rng.randint(5, 24))]
    text = " ".join(words)
    return text[0].upper() + text[1:] + "."


def _oddity(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.6:
        word = invented_word(rng)
        return word if rng.random() < 0.7 else word.capitalize()
    return MAKERS[rng.choice(["number", "money", "percent", "code", "year", "company"])](rng)


def sentences(rng: random.Random, *, characters: int, babbled: float) -> list[str]:
    """Sentences of one topic that make about `characters` when joined; `babbled` is the share (0 to 1) without grammar."""
    topic = rng.choice(TOPICS)
    found: list[str] = []
    length = 0
    while length < characters:
        found.append(babble(rng) if rng.random() < babbled else sentence(rng, topic))
        length += len(found[-1]) + 1
    return found
