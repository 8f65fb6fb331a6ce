"""What a backup folder holds, told by its `backup.json`. Pure, but for reading that file.

`events/`, `blobs/` and `adapters/` hold files that never change, and their names follow from what is said here: no path in
`backup.json` is ever opened as it stands there.
"""

from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from store.errors import FinsdistillError
from store.records import GENESIS, Head

FORMAT: Final = 1
BACKUP: Final = "backup.json"  # renamed in last: without it a folder is no backup
FOLDERS: Final = ("events", "blobs", "adapters")

IS_SHA256: Final = r"[0-9a-f]{64}"
IS_NAME: Final = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}"  # of one file or folder, never a path

Purpose = Literal["real", "demo"]
Sha256 = Annotated[str, Field(pattern=f"^{IS_SHA256}$")]
Name = Annotated[str, Field(pattern=f"^{IS_NAME}$")]


class BackupProblem(FinsdistillError):
    """A backup cannot be made, or not be used, as things are."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def events_path(first_seq: int, last_seq: int, sha256: str) -> Path:
    """Named by its hash too: the same events come in other bytes when they are published anew."""
    return Path("events") / f"{first_seq:012d}-{last_seq:012d}-{sha256[:16]}.parquet"


class EventsFile(_Frozen):
    """A published segment of `events`, whose chain was followed from `prev_hash` to `last_hash` when it was copied."""

    first_seq: int = Field(ge=1)
    last_seq: int = Field(ge=1)
    bytes: int = Field(ge=0)
    sha256: Sha256
    prev_hash: Sha256
    last_hash: Sha256
    last_recorded_at: datetime

    @property
    def path(self) -> Path:
        return events_path(self.first_seq, self.last_seq, self.sha256)

    @property
    def end(self) -> Head:
        return Head(self.last_seq, self.last_hash, self.last_recorded_at)


def blob_path(sha256: str) -> Path:
    """In the state, and in a backup alike."""
    return Path("blobs") / sha256[:2] / sha256


def adapter_path(adapter_id: str) -> Path:
    """In the state, and in a backup alike."""
    return Path("adapters") / adapter_id


class BlobFile(_Frozen):
    sha256: Sha256
    bytes: int = Field(ge=0)

    @property
    def path(self) -> Path:
        return blob_path(self.sha256)


class AdapterFile(_Frozen):
    name: Name
    bytes: int = Field(ge=0)
    sha256: Sha256


class AdapterFolder(_Frozen):
    adapter_id: Name
    files: tuple[AdapterFile, ...]

    @property
    def path(self) -> Path:
        return adapter_path(self.adapter_id)


class Backup(_Frozen):
    """Every event up to `seq`, and what they name. `lost_*`: named by an event, and missing or damaged when it was made."""

    format: Literal[1]
    log_id: str
    purpose: Purpose
    seq: int = Field(ge=1)
    hash: Sha256
    made_at: datetime
    events: tuple[EventsFile, ...] = Field(min_length=1)
    blobs: tuple[BlobFile, ...]
    adapters: tuple[AdapterFolder, ...]
    lost_blobs: tuple[Sha256, ...]
    lost_adapters: tuple[Name, ...]

    @model_validator(mode="after")
    def _is_one_chain(self) -> Self:
        first, last = self.events[0], self.events[-1]
        if (first.first_seq, first.prev_hash) != (1, GENESIS) or (last.last_seq, last.last_hash) != (
            self.seq,
            self.hash,
        ):
            raise ValueError("its events do not reach from the first to the last")
        for one, other in pairwise(self.events):
            if (one.last_seq + 1, one.last_hash) != (other.first_seq, other.prev_hash):
                raise ValueError(f"its events have a gap after {one.last_seq}")
        return self

    @property
    def end(self) -> Head:
        return self.events[-1].end

    @property
    def paths(self) -> set[Path]:
        """Of every file of the backup but `backup.json`, relative to it."""
        inside = {folder.path / file.name for folder in self.adapters for file in folder.files}
        return {*(file.path for file in self.events), *(blob.path for blob in self.blobs), *inside}

    @property
    def lost_paths(self) -> tuple[Path, ...]:
        return (*map(adapter_path, self.lost_adapters), *map(blob_path, self.lost_blobs))

    @property
    def bytes(self) -> int:
        inside = sum(file.bytes for folder in self.adapters for file in folder.files)
        return sum(file.bytes for file in self.events) + sum(blob.bytes for blob in self.blobs) + inside


class _OfSomeFormat(BaseModel):
    format: int


def read_backup(folder: Path) -> Backup | None:
    """None where there is no `backup.json`. Raises BackupProblem for one that cannot be used."""
    path = folder / BACKUP
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as cause:
        raise BackupProblem(f"{path} cannot be read ({cause.strerror}): mend the disk or its permissions") from cause
    try:
        if (found := _OfSomeFormat.model_validate_json(text).format) > FORMAT:
            raise BackupProblem(
                f"{path} has format {found}, this finsdistill reads up to {FORMAT}: install a newer one"
            )
        return Backup.model_validate_json(text)
    except ValidationError as cause:
        error = cause.errors()[0]
        where = ".".join(map(str, error["loc"]))
        raise BackupProblem(
            f"{path} is damaged ({where}: {error['msg']}): name another backup, or back up into an empty folder"
        ) from cause
