"""What becomes of an answer: a label, or a refusal with its reason."""

from dataclasses import dataclass
from typing import Final, Literal

# Named apart from the recipe: a new check changes this and never makes a label stale.
VALIDATOR: Final = "answers-v2"

Reason = Literal["not_json", "schema", "too_long", "truncated", "degenerate", "declined", "engine_error"]
Flag = Literal["repaired", "forced_close", "ungrounded"]

# English financial prose has 4 to 5 characters a token in Llama's vocabulary: eight refuses only what ignored its budget.
CHARS_PER_TOKEN: Final = 8
MAX_DETAIL: Final = 500


@dataclass(frozen=True)
class Limits:
    """Longest fields, in characters."""

    rationale: int
    summary: int


def limits(max_rationale_tokens: int, max_summary_tokens: int) -> Limits:
    return Limits(max_rationale_tokens * CHARS_PER_TOKEN, max_summary_tokens * CHARS_PER_TOKEN)


@dataclass(frozen=True)
class Accepted:
    """A label. `flags` are sorted; `grounded` says that every figure of it stands in the text."""

    rationale: str
    summary: str
    flags: tuple[Flag, ...]
    grounded: bool


@dataclass(frozen=True)
class Refused:
    """An answer that cannot be used. Data, not an accident: it is counted and reported."""

    reason: Reason
    detail: str
