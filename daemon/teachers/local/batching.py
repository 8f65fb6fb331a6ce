"""Which texts share a batch. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Tokens of a prompt, and of the longest answer it may get."""

    prompt: int
    answer: int


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
