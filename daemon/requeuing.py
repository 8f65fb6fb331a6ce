"""Dead letters that a person wants tried again: which texts are meant, and their facts in the log."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import get_args

import structlog

from daemon.activity import Activity
from daemon.answers import Reason
from daemon.commands import Requeue, RequeueAll
from store.errors import FinsdistillError
from store.events import Requeued
from store.log import EventLog
from store.records import Append


class NoDeadLetter(FinsdistillError):
    """What was asked for is no dead letter."""


class NoRecipe(FinsdistillError):
    """Dead letters of a recipe that the log has never heard of."""

    def __init__(self, recipe: str) -> None:
        super().__init__(f"no recipe is called {recipe}: the table `recipes` lists them")


@dataclass(frozen=True)
class Names:
    """What dead letters are called: `ids` are those of their texts and chunks, sorted, each with its text's."""

    ids: Sequence[tuple[str, str]]

    def text_of(self, start: str) -> str:
        """The text whose id, or whose chunk's, begins with `start`. Raises NoDeadLetter for none, or several."""
        first = bisect_left(self.ids, (start, ""))
        found = (
            {text for _, text in takewhile(lambda pair: pair[0].startswith(start), self.ids[first:])}
            if start
            else set()
        )
        if len(found) == 1:
            return found.pop()
        if found:
            raise NoDeadLetter(f"{start!r} is the start of {len(found)} dead letters' ids: give more of it")
        raise NoDeadLetter(f"no dead letter is called {start!r}: `finsdistill dead-letters` lists them")


def check_reason(reason: str, counts: Mapping[str, int]) -> None:
    """Raises NoDeadLetter for what is no reason; one that no dead letter has now is none the less."""
    if reason not in counts and reason not in get_args(Reason):
        known = ", ".join(counts) or ", ".join(get_args(Reason))
        raise NoDeadLetter(f"no dead letter has the reason {reason!r}: there are {known}")


def split(wanted: Sequence[str], dead: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts of `wanted` that are dead letters, and those that are none; each once, in order."""
    once = tuple(dict.fromkeys(wanted))
    return tuple(text for text in once if text in dead), tuple(text for text in once if text not in dead)


@dataclass(frozen=True)
class Requeuing:
    """Records what people ask for."""

    log: EventLog
    activity: Activity

    def these(self, command: Requeue, *, key: str) -> None:
        """A text that is no dead letter any more is passed over, and told. Raises NoRecipe."""
        dead = {text for (text,) in self._dead(command.recipe)}
        again, none = split(command.texts, dead)
        if not self._append(command.recipe, again, key=key) and none:
            names = ", ".join(text[:8] for text in none[:5]) + (", …" if len(none) > 5 else "")
            self.activity.trouble(
                f"{len(none)} of {len(command.texts)} texts are no dead letters, not requeued: {names}"
            )
            structlog.get_logger().warning("requeue_passed_over", texts=none)

    def all(self, command: RequeueAll, *, key: str) -> None:
        """Raises NoRecipe."""
        again = tuple(text for (text,) in self._dead(command.recipe, command.reason))
        self._append(command.recipe, again, key=key)

    def _dead(self, recipe: str, reason: str | None = None) -> list[tuple[str]]:
        if not self.log.query("SELECT 1 FROM raw.recipes WHERE recipe = ?", [recipe]):
            raise NoRecipe(recipe)
        sql = "SELECT text_id FROM dead_letters WHERE recipe = ? AND (reason = ? OR ? IS NULL) ORDER BY seq, text_id"
        return self.log.query(sql, [recipe, reason, reason])

    def _append(self, recipe: str, texts: Sequence[str], *, key: str) -> bool:
        """Whether the command had its effect already. In one append: half a command could not be told from a whole one."""
        if self.log.was_appended(key):
            return True
        if texts:
            events = tuple(Requeued(text_id=text, recipe=recipe) for text in texts)
            self.log.append(Append(f"recipe-{recipe}", events, key))
        structlog.get_logger().info("requeued", texts=len(texts))
        return False
