"""What every fact has in common."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Split = Literal["train", "heldout"]


class Fact(BaseModel):
    """What happened. When, where in the log and on which stream is said by the log, not by the fact."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: Literal[1] = 1
