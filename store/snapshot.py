"""A snapshot: the training set sealed at a log position, with the held-out set of the same position beside it.

A folder `snapshots/<snapshot_id>/` of `train.parquet`, `heldout.parquet` and `manifest.json`, written once. The content is
decided by the log alone, so the same rows with the same hash can be made again from it.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Protocol

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict

from store.errors import StateUnusable
from store.files import fsync_dir, write_durably
from store.ids import canonical_json, short_id

TRAIN: Final = "train.parquet"
HELDOUT: Final = "heldout.parquet"
MANIFEST: Final = "manifest.json"
_ROWS: Final = 5_000  # of a file in memory at a time


@dataclass(frozen=True)
class TripletRow:
    """One triplet of the active recipe with where it came from; `is_new` since the snapshot before."""

    label_id: str
    text_id: str
    chunk_id: str
    accession: str
    company_id: str
    form: str | None
    item: str | None
    text: str
    rationale: str
    summary: str
    is_new: bool


_SCHEMA: Final = pa.schema(
    [
        pa.field(f.name, pa.bool_() if f.name == "is_new" else pa.string(), nullable=f.name in ("form", "item"))
        for f in fields(TripletRow)
    ]
)


class SnapshotManifest(BaseModel):
    """What the rows are and how to make them again. `kept_recipes`: others whose labels were kept when `recipe` was adopted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    snapshot_id: str
    log_id: str
    log_seq: int
    recipe: str
    kept_recipes: tuple[str, ...] = ()
    teacher: str
    toy: bool
    parent: str | None
    rows: int
    new_rows: int
    sha256: str
    heldout_rows: int
    heldout_sha256: str


def rows_sha256(rows: Iterable[TripletRow]) -> str:
    """Of the rows' content in order, one canonical JSON line each; independent of Parquet and its versions."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(row_line(row))
    return digest.hexdigest()


def row_line(row: TripletRow) -> bytes:
    return f"{canonical_json(asdict(row))}\n".encode()


def snapshot_id_of(log_seq: int, recipe: str, sha256: str, heldout_sha256: str) -> str:
    return short_id(canonical_json([log_seq, recipe, sha256, heldout_sha256]))


def write_snapshot(
    folder: Path, manifest: SnapshotManifest, *, train: Sequence[TripletRow], heldout: Sequence[TripletRow]
) -> None:
    """The manifest comes last: a folder without one is a seal that a crash cut off, and is written again."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_rows(folder / TRAIN, train)
    _write_rows(folder / HELDOUT, heldout)
    write_durably(folder / MANIFEST, (manifest.model_dump_json(indent=1) + "\n").encode())


def read_manifest(folder: Path) -> SnapshotManifest:
    try:
        return SnapshotManifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValueError) as cause:
        raise StateUnusable(
            f"snapshot {folder} cannot be read ({cause}): seal it again with `finsdistill run`"
        ) from cause


def read_rows(path: Path) -> list[TripletRow]:
    """The rows of `train.parquet` or `heldout.parquet`, in the order they were sealed in."""
    return [TripletRow(**row) for row in pq.read_table(path, schema=_SCHEMA).to_pylist()]


class Sealed(Protocol):
    """What says how the rows were when they were sealed: the manifest, or the log's fact."""

    @property
    def sha256(self) -> str: ...

    @property
    def heldout_sha256(self) -> str: ...


def wrong_rows(folder: Path, sealed: Sealed) -> str | None:
    """Why the files do not hold what was sealed; None where they do. Reads both."""
    try:
        for name, sha256 in ((TRAIN, sealed.sha256), (HELDOUT, sealed.heldout_sha256)):
            if rows_sha256(_streamed(folder / name)) != sha256:
                return f"{folder / name} does not hold the rows that were sealed"
    except (OSError, pa.ArrowException, TypeError, ValueError) as error:
        return f"{folder} cannot be read ({(str(error).splitlines() or [''])[0]})"
    return None


def _streamed(path: Path) -> Iterator[TripletRow]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_ROWS):
            rows: list[dict[str, Any]] = batch.to_pylist()
            yield from (TripletRow(**row) for row in rows)


def _write_rows(path: Path, rows: Sequence[TripletRow]) -> None:
    temporary = path.with_suffix(".tmp")
    pq.write_table(pa.Table.from_pylist([asdict(row) for row in rows], schema=_SCHEMA), temporary, compression="zstd")
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.rename(path)
    fsync_dir(path.parent)
