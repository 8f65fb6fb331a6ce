"""From a teacher's raw answer to a label or a refusal. Pure: no answer, however odd, raises."""

from daemon.answers.automaton import JsonAutomaton
from daemon.answers.checks import degenerate
from daemon.answers.ladder import read_answer
from daemon.answers.objects import Declined, complete_objects, is_answer
from daemon.answers.outcomes import (
    CHARS_PER_TOKEN,
    VALIDATOR,
    Accepted,
    Flag,
    Limits,
    Reason,
    Refused,
    limits,
)

__all__ = [
    "CHARS_PER_TOKEN",
    "VALIDATOR",
    "Accepted",
    "Declined",
    "Flag",
    "JsonAutomaton",
    "Limits",
    "Reason",
    "Refused",
    "complete_objects",
    "degenerate",
    "is_answer",
    "limits",
    "read_answer",
]
