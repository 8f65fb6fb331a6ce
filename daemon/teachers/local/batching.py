"""Which texts share a batch. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Cost:
    """Tokens of a prompt, and of the longest answer it may get."""

    prompt: int
    answer: int


_GOOD_BATCHES: Final = 16  # before a larger one is tried again: a failed try then costs 6 % at most


@dataclass
class TokenBudget:
    """Tokens of one batch: fewer after one that did not fit, and more again, since a student that trains on the same GPU takes
    memory for a while only."""

    most: int

    def __post_init__(self) -> None:
        self.tokens = self.most
        self._good = 0

    def fitted(self) -> None:
        self._good += 1
        if self._good >= _GOOD_BATCHES:
            self.tokens, self._good = min(self.most, 2 * self.tokens), 0

    def did_not_fit(self, costs: Sequence[Cost]) -> None:
        """To half of what this batch took, so that the next try is really smaller."""
        self.tokens, self._good = size(costs[: len(costs) // 2]), 0


def batches(costs: Sequence[Cost], budget: int) -> list[list[int]]:
    """Places in `costs`, longest prompts first, in batches of at most `budget` tokens when all rows are as long as the
    longest; a text that is longer than the budget has a batch of its own.

    Like lengths meet, so there is little padding; and memory runs out in the first batch or never.
    """
    order = sorted(range(len(costs)), key=lambda place: (costs[place].prompt, costs[place].answer), reverse=True)
    made: list[list[int]] = []
    for place in order:
        if made and size([costs[other] for other in [*made[-1], place]]) <= budget:
            made[-1].append(place)
        else:
            made.append([place])
    return made


def size(costs: Sequence[Cost]) -> int:
    """Tokens of a batch, padding included."""
    return len(costs) * (max(cost.prompt for cost in costs) + max(cost.answer for cost in costs))
