"""The seam every teacher stands behind, and the settings all of them share."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, Self, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from daemon.teachers.protocol import ChunkRequest, Reply, TeacherInfo
from store.errors import FinsdistillError
from trainer.hardware import Hardware


class TeacherUnavailable(FinsdistillError):
    """The teacher cannot be opened, and starting it again changes nothing."""


class TeacherBroken(FinsdistillError):
    """The worker process is of no use any more, as after an error of the GPU; another one may work."""


class TeacherAway(FinsdistillError):
    """Nobody answers just now, or somebody else does: opened again later, the teacher may be back. No text is at fault.

    `seconds`: how long it asked to be left alone.
    """

    def __init__(self, why: str, seconds: float = 0.0) -> None:
        super().__init__(why)
        self.seconds = seconds


class Teacher(Protocol):
    """Answers chunks. Made and used in the worker process only."""

    def describe(self) -> TeacherInfo: ...

    def label(self, requests: Sequence[ChunkRequest]) -> Iterator[Reply]:
        """Exactly one reply per request, in any order, each as soon as it is known.

        Raises TeacherBroken where the process must end. After any other error the texts left are asked one by one.
        """
        ...


@runtime_checkable
class ServedTeacher(Protocol):
    """A teacher that answers elsewhere, many texts at once, on one event loop. Made and used in the worker process only."""

    @property
    def concurrency(self) -> int:
        """Texts it may be asked at once."""
        ...

    async def open(self) -> TeacherInfo:
        """Finds out who answers. Raises TeacherUnavailable, and TeacherAway where a later try may help."""
        ...

    async def answer(self, request: ChunkRequest) -> Reply:
        """Raises TeacherAway, after which the worker ends and every text in flight is asked again by another one."""
        ...

    async def close(self) -> None: ...


class CommonSettings(BaseModel):
    """What every teacher has. Only what changes an answer goes into the recipe: budgets of money and time do not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_rationale_tokens: int = Field(default=256, ge=32, le=4096)
    max_summary_tokens: int = Field(default=160, ge=32, le=4096)
    attempts: int = Field(default=3, ge=1, le=10, description="answers asked for one text before it is a dead letter")
    patience_s: float = Field(
        default=600, ge=1, description="silence with work in hand after which a worker counts as hung"
    )
    prompt_file: Path | None = None
    daily_tokens: int | None = Field(default=None, ge=1)
    price_per_mtok: float | None = Field(default=None, ge=0)

    @property
    def window(self) -> int:
        """Texts the worker has at once: enough for full batches, few enough to lose little in a crash."""
        return 128

    @property
    def knows_its_teacher(self) -> bool:
        """Whether the recipe is whole before the teacher is opened; else what the teacher reports completes it."""
        return True

    @property
    def secrets(self) -> tuple[str, ...]:
        """Names of the variables that hold what only its worker may know. `daemon.credentials` keeps them from others."""
        return ()

    @property
    def opens_early(self) -> bool:
        """Whether it costs so little that it is opened before there is a text for it: what is wrong is said at the start."""
        return False

    def on(self, machine: Hardware) -> Self:  # noqa: ARG002 - few teachers depend on the machine
        """These settings with everything settled that depends on the machine, before a recipe is made of them."""
        return self

    def kept_bytes(self, machine: Hardware) -> int:  # noqa: ARG002 - few teachers are on the GPU
        """Of the GPU, while a student trains."""
        return 0
