"""How a text is asked again, from what came of the earlier attempts. Pure, and the same for every teacher."""

from collections.abc import Sequence

from daemon.teachers.protocol import Manner

_NO_ANSWER = "engine_error"  # it says nothing about how the text was asked
_TOO_MUCH = ("truncated", "too_long")


def manner_of(reasons: Sequence[str]) -> Manner:
    """`reasons` of the refusals since the text was new or requeued, oldest first.

    A greedy model says the same again, so only another question or another draw can help.
    """
    answered = [reason for reason in reasons if reason != _NO_ANSWER]
    match answered:
        case []:
            return "greedy"
        case [only] if only in _TOO_MUCH:
            return "brief"
        case _:
            return "sampled"
