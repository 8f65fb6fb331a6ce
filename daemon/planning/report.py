"""What a plan says; `finsdistill plan --json` is this."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from daemon.adopting import Decision
from daemon.planning.changes import Change


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RecipeName(_Frozen):
    recipe: str
    teacher: str
    model: str
    toy: bool


class Measured(_Frozen):
    """What a text took under `recipe`, refused answers included: means over `texts`. `texts_per_hour` is of the newest ones
    while somebody was asked; null where that was too short a time."""

    recipe: str
    texts: int
    answers: float
    prompt_tokens: float
    completion_tokens: float
    texts_per_hour: float | None


class Expected(_Frozen):
    """Of all calls together, refused answers included; `hours` and `price` null where rate or price are not known."""

    prompt_tokens: int
    completion_tokens: int
    hours: float | None
    price: float | None


class Choice(_Frozen):
    """What a decision does: `stale` labels go out of use and are kept, `calls` texts are asked, each once unless an answer
    is refused. `expected` null: nothing was measured yet. `refused`: why it cannot be chosen."""

    decision: Decision
    refused: str | None
    stale: int
    calls: int
    expected: Expected | None


class Plan(_Frozen):
    """`standing`: `same` recipe as before; `first`, which the service adopts by itself; else `decide`, between `choices`.

    `declared`: the log knows the configured recipe. `whole`: nothing in it is what a teacher reports of itself. `assumed`:
    its teacher was never asked like this, so it is taken to be who it was. Of the `texts` that occur now `in_use` have a
    label in use, `labelled` one of the configured recipe, and `dead` are its dead letters; `pending` is what the active
    recipe has left, and for those `linked` another text's label speaks. `tried` is the file given as --prompt.
    """

    format: int = 1
    standing: Literal["same", "first", "decide"]
    active: RecipeName | None
    configured: RecipeName
    declared: bool
    whole: bool
    assumed: bool
    tried: str | None
    texts: int
    pending: int
    in_use: int
    labelled: int
    dead: int
    linked: int = 0
    changes: tuple[Change, ...]
    measured: Measured | None
    choices: tuple[Choice, ...]
