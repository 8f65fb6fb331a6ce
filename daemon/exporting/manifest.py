"""`export.json`: what an export holds, for programs, and what tells a folder of ours from anybody else's."""

from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

MANIFEST: Final = "export.json"
CARD: Final = "README.md"
FORMAT: Final = 1


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SplitFile(_Frozen):
    """`rows_sha256`: of the rows as canonical JSON lines, the same in every format; in JSON Lines the file's own."""

    split: Literal["train", "heldout"]
    file: str
    rows: int
    rows_sha256: str


class RecipeUsed(_Frozen):
    recipe: str
    active: bool
    teacher: str
    model: str | None
    revision: str | None
    licence: str | None
    toy: bool


class ParentAdapter(_Frozen):
    adapter_id: str
    snapshot_id: str
    log_seq: int
    sha256: str


class AdapterOrigin(_Frozen):
    """What an adapter was trained on: the rows of its snapshot. A warm one goes on from `parents`, the nearest first.

    The hashes are the snapshot's own, over the columns that a snapshot has. `learned_rows` of them it learned from, itself or
    by its parents, who learned from `learned_elsewhere` that this snapshot no longer has; None in exports of older versions.
    """

    adapter_id: str
    snapshot_id: str
    base: str
    start: Literal["warm", "scratch"]
    toy: bool
    since: int
    sha256: str
    heldout_sha256: str
    rows: int
    new_rows: int
    trained_rows: int
    parents: tuple[ParentAdapter, ...]
    learned_rows: int | None = None
    learned_elsewhere: int | None = None


class LeftOut(_Frozen):
    """Triplets that are in neither split's file."""

    both_splits: int
    unsound: int


class ExportManifest(_Frozen):
    export_format: int
    finsdistill: str
    purpose: str
    log_id: str
    log_seq: int
    data_format: str
    toy: bool
    recipes: tuple[RecipeUsed, ...]
    splits: tuple[SplitFile, ...]
    left_out: LeftOut
    adapter: AdapterOrigin | None

    @property
    def names(self) -> frozenset[str]:
        """Every file of the export."""
        return frozenset({CARD, MANIFEST, *(split.file for split in self.splits)})


def read_export(folder: Path) -> ExportManifest | None:
    """None for a folder that is no export of ours."""
    try:
        return ExportManifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None
