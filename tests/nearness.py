"""Texts that are near to each other by a known amount, and a service's comparing of them."""

from pathlib import Path
from threading import Event

from daemon.activity import Activity
from daemon.near import Near
from daemon.standing import Standing
from store.events import Event as Fact
from store.log import EventLog
from tests.builders import put

_WORDS = 150


def a_text(name: str, *, changed: int = 0, figure: int = 12) -> str:
    """150 words that share none with another name's. Each of up to 30 `changed` words costs three of 151 runs of words."""
    words = [f"{name}{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(_WORDS)]
    for n in range(changed):
        words[4 * n + 2] = f"other{chr(97 + n % 26)}{chr(97 + n // 26)}"
    return f"{' '.join(words)} {figure}"


def near_of(log: EventLog, folder: Path, *, same: float = 0.9, stop: Event | None = None) -> Near:
    standing = Standing(log, Activity(), stop or Event())
    return Near(standing, same=same, folder=folder / "near", activity=Activity(), stop=stop or Event())


def arrive(log: EventLog, near: Near, *facts: Fact) -> None:
    """As a filing's chunks arrive: with their links."""
    put(log, *facts, *near.links(facts))
    near.advance()
