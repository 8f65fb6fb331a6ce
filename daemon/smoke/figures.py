"""What a smoke run measures, as `doctor --smoke --json` carries it. Tokens are the teacher's own, or the student's."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field

Source = Literal["state", "samples"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LabellingFigures(_Frozen):
    """`seconds` of asking and answering, all attempts together; loading is apart. `refused`: the last reason of each."""

    teacher: str
    source: Source = Field(description="chunks of this state, or the project's invented samples")
    texts: int
    accepted: int
    refused: tuple[str, ...]
    answers: int = Field(description="asked for, refused ones included")
    seconds_to_load: float
    seconds: float
    prompt_tokens: int
    completion_tokens: int

    @computed_field  # type: ignore[prop-decorator]  # pydantic's documented order
    @property
    def labels_per_s(self) -> float | None:
        """None where nothing was accepted."""
        return self.accepted / self.seconds if self.accepted and self.seconds > 0 else None

    @property
    def seconds_per_text(self) -> float | None:
        """Of all its attempts; None where nothing was accepted, since then more attempts would be needed."""
        return self.seconds / self.texts if self.accepted else None


class TrainingFigures(_Frozen):
    """`seconds` of the steps alone; starting the process and loading the base are `seconds_to_start`."""

    base: str
    device: str | None
    stand_in: bool = Field(description="no label was accepted, so the rows' answers are their own texts' beginnings")
    steps: int
    examples: int
    tokens: int
    seconds_to_start: float
    seconds: float

    @computed_field  # type: ignore[prop-decorator]  # pydantic's documented order
    @property
    def tokens_per_s(self) -> float | None:
        return self.tokens / self.seconds if self.seconds > 0 else None

    @computed_field  # type: ignore[prop-decorator]  # pydantic's documented order
    @property
    def seconds_per_step(self) -> float:
        return self.seconds / self.steps


class Estimate(_Frozen):
    """None where its figures are not there. `assumes` says what the numbers rest on, one sentence each."""

    pending: int | None = Field(
        description="texts without a label of the active recipe; None where nothing is published"
    )
    hours_to_label: float | None
    minutes_per_training: float | None
    assumes: tuple[str, ...]


class Smoke(_Frozen):
    """`labelling` and `training` are None where they failed: a finding says why."""

    labelling: LabellingFigures | None
    training: TrainingFigures | None
    estimate: Estimate
