"""What a trial came to, as a line of JSON: the report is made of these lines and of nothing else."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["kill", "damage", "fault", "squeeze", "machine"]

TRIALS: Final = "trials.jsonl"


class Trial(BaseModel):
    """`aim`: what was meant to be hit; `deed`: what was done to it; `hit`: what really was under way, or was struck.

    `outcome` is one word of the kind's own; whatever must not be is a sentence in `complaints`, and none is a success.
    `unit` with the kind replays it: the `nth` trial of a state that is made of this number.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    unit: int
    nth: int
    aim: str
    deed: str
    hit: tuple[str, ...]
    outcome: str
    complaints: tuple[str, ...] = ()
    events: int = Field(default=0, description="in the log afterwards, each of which was checked")
    ready_s: float | None = Field(default=None, description="from the start of the command until it serves")
    ready_cpu_s: float | None = Field(default=None, description="of the command's own process until it serves")
    busy: bool = Field(
        default=False, description="the machine had much else to do, so that the start is told, not judged"
    )
    wasted: int | None = Field(default=None, description="calls to the teacher whose answers are not in the log")
    window: int | None = Field(default=None, description="texts that may be with the teacher at once")
    orphans_s: float | None = Field(default=None, description="until no process of the service was left")
    counts: dict[str, int] = Field(
        default_factory=dict, description="calls that libfiu really failed, or steps of the machine, by name"
    )
    seconds: float


def write(folder: Path, trials: Iterable[Trial]) -> Iterator[Trial]:
    """Each trial, once its line is written."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / TRIALS).open("a") as lines:
        for trial in trials:
            lines.write(trial.model_dump_json(exclude_defaults=True) + "\n")
            lines.flush()
            yield trial


def read(folder: Path) -> list[Trial]:
    return [Trial.model_validate_json(line) for line in (folder / TRIALS).read_text().splitlines()]
