"""The figures a person asks for first. The daemon writes them beside what it publishes, so that they are read at once."""

from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from store.errors import FinsdistillError
from store.files import replace_file

STATUS: Final = "status.json"


class FiguresUnknown(FinsdistillError):
    """Nothing says how things stand. The log is not hurt by it."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StatusCount(_Frozen):
    name: str
    count: int


class HeadlineScore(_Frozen):
    """Summary ROUGE-L of one system on the evaluation set of the newest scored adapter; 0 to 1."""

    system: str
    value: float
    low: float | None
    high: float | None
    n: int


class TaskStatus(_Frozen):
    what: str
    done: int
    total: int | None
    note: str
    started_at: datetime


class TroubleStatus(_Frozen):
    happened_at: datetime
    what: str


class PollStatus(_Frozen):
    """The last round over the watch list: companies asked for, filings found, companies that could not be polled."""

    ended_at: datetime
    companies: int
    found: int
    failed: int


class RecipeStatus(_Frozen):
    """The active recipe; tokens as the teacher counted them, of refused answers too."""

    recipe: str
    teacher: str
    model: str | None
    toy: bool
    paused: str | None
    prompt_tokens: int = 0
    completion_tokens: int = 0


class AdapterStatus(_Frozen):
    adapter_id: str
    status: str
    reason: str | None
    rows: int
    base: str
    toy: bool
    trained_at: datetime


class Status(_Frozen):
    """`finsdistill status --json`. Times are UTC; `written_at` is the age of every figure here. `paused`: why labelling waits,
    also where no recipe is active yet. `parser`: the service's own; what another one read is read again when somebody asks.
    `linked` texts are nearly others, whose labels speak for them."""

    format: int = 1
    written_at: datetime
    purpose: str
    seq: int
    filings: int
    filings_by_status: tuple[StatusCount, ...]
    filings_by_parser: tuple[StatusCount, ...] = ()
    parser: str = ""
    companies: int
    heldout_companies: int
    watched: int = 0
    every_filer: bool = False
    last_poll: PollStatus | None = None
    chunks: int
    texts: int
    linked: int = 0
    labelled: int
    pending: int
    refused: int
    dead_letters: int
    recipe: RecipeStatus | None
    paused: str | None = None
    eligible: int
    threshold: int
    until_next_training: int
    snapshots: int
    adapters: tuple[StatusCount, ...]
    champion: AdapterStatus | None
    newest: AdapterStatus | None
    scores: tuple[HeadlineScore, ...]
    labels_last_10_min: int
    filings_last_24_h: int
    running: tuple[TaskStatus, ...]
    troubles: tuple[TroubleStatus, ...]


def write_status(state_dir: Path, status: Status) -> None:
    replace_file(state_dir / STATUS, (status.model_dump_json(indent=1) + "\n").encode())


def read_status(state_dir: Path) -> Status | None:
    """None before the first service ran here. Raises FiguresUnknown for a file that is damaged or of another version."""
    path = state_dir / STATUS
    try:
        return Status.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as cause:
        raise FiguresUnknown(
            f"{path} is damaged, or of another version of finsdistill, so that the figures are not known: the service writes "
            "it anew (`finsdistill run`)"
        ) from cause
