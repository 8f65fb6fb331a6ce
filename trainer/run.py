"""The run folder: what goes in, what comes out, and the adapter's name. Loads no torch.

spec.json       the RunSpec, written by the parent
lock            held while the child works, its pid inside
progress.json   renamed into place about twice a second
log.txt         what the child and its libraries printed
adapter/        adapter_model.safetensors, adapter_config.json, card.json, trained.parquet
outcome.json    last of all, also for a run that failed
"""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field

from store.files import fsync_dir, replace_file, write_durably
from store.ids import canonical_json, sha256_hex
from trainer.spec import RunSpec, TrainingProblem

SPEC: Final = "spec.json"
PROGRESS: Final = "progress.json"
OUTCOME: Final = "outcome.json"
LOG: Final = "log.txt"
ADAPTER: Final = "adapter"
WEIGHTS: Final = "adapter_model.safetensors"
CONFIG: Final = "adapter_config.json"
CARD: Final = "card.json"
TRAINED: Final = "trained.parquet"

_M = TypeVar("_M", bound=BaseModel)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Progress(_Frozen):
    """How far the child is; `done` and `total` count optimizer steps while training, examples while preparing."""

    stage: Literal["loading", "preparing", "training", "saving"]
    done: int
    total: int
    loss: float | None = Field(description="of the newest step")
    started_at_us: int = Field(description="microseconds since 1970, UTC")
    updated_at_us: int


class Dropped(_Frozen):
    """Examples that were not trained on, all for one reason."""

    reason: str
    examples: int


class PackageVersion(_Frozen):
    name: str
    version: str


class TrainOutcome(_Frozen):
    """How one run ended. `failed` carries a reason and no adapter; its counts are those reached, or 0."""

    run_id: str
    snapshot_id: str
    status: Literal["done", "failed"]
    reason: str | None
    adapter_id: str | None
    base_fingerprint: str | None = Field(description="sha256 of a local base's weights, or the hub commit")
    rows: int = Field(description="triplets chosen for this run: all from scratch, new and replayed when warm")
    examples: int = Field(description="of the rows, after dropping; `step_by_step` makes two of a row")
    dropped: tuple[Dropped, ...]
    trimmed: int = Field(description="examples whose text was cut to fit max_tokens")
    tokens: int = Field(description="seen in all epochs, prompt and answer, padding left out")
    seconds: float = Field(description="of training alone, loading left out")
    tokens_per_s: float | None
    loss_first: float | None = Field(description="mean of the first ten steps")
    loss_last: float | None = Field(description="mean of the last ten steps")
    device: str | None
    versions: tuple[PackageVersion, ...]


class AdapterCard(_Frozen):
    """Lies in the adapter's folder: where it came from. `toy` is shown wherever the adapter is.

    `trained_sha256` is of `trained.parquet`, `sha256` of the card without itself: the adapter's id names neither file. Both
    are None in cards of older versions.
    """

    adapter_id: str
    base: str
    base_fingerprint: str
    toy: bool
    teacher: str
    recipe: str
    spec: RunSpec
    trained_sha256: str | None = None
    sha256: str | None = None


class TrainedRow(_Frozen):
    """A triplet that this adapter, or one of its parents, learned from."""

    label_id: str
    text_id: str


def failed_outcome(spec: RunSpec, reason: str) -> TrainOutcome:
    """For a run that ended before it could count anything."""
    return TrainOutcome(
        run_id=spec.run_id,
        snapshot_id=spec.snapshot_id,
        status="failed",
        reason=reason,
        adapter_id=None,
        base_fingerprint=None,
        rows=0,
        examples=0,
        dropped=(),
        trimmed=0,
        tokens=0,
        seconds=0.0,
        tokens_per_s=None,
        loss_first=None,
        loss_last=None,
        device=None,
        versions=(),
    )


def read_spec(run_dir: Path) -> RunSpec:
    """Raises TrainingProblem when there is none, or it is not one."""
    try:
        return RunSpec.model_validate_json((run_dir / SPEC).read_bytes())
    except (OSError, ValueError) as cause:
        raise TrainingProblem(f"{run_dir / SPEC} is no run spec ({cause}): start the run again") from cause


def read_progress(run_dir: Path) -> Progress | None:
    return _read(run_dir / PROGRESS, Progress)


def read_outcome(run_dir: Path) -> TrainOutcome | None:
    """None while there is none. Raises ValueError for a file that is not an outcome of this version."""
    return _read(run_dir / OUTCOME, TrainOutcome)


def read_card(adapter: Path) -> AdapterCard:
    """Raises TrainingProblem when the folder holds no adapter of ours, or its card was changed."""
    try:
        card = _read(adapter / CARD, AdapterCard)
    except ValueError as cause:
        raise _changed(adapter / CARD) from cause
    if card is None:
        raise TrainingProblem(f"{adapter} holds no {CARD}: it is no adapter of finsdistill")
    if card.sha256 not in (None, _digest(card)):
        raise _changed(adapter / CARD)
    return card


def write_card(adapter: Path, card: AdapterCard) -> None:
    """Comes after `write_trained`, whose file it vouches for."""
    whole = card.model_copy(update={"trained_sha256": sha256_hex((adapter / TRAINED).read_bytes())})
    sealed = whole.model_copy(update={"sha256": _digest(whole)})
    write_durably(adapter / CARD, (sealed.model_dump_json(indent=1) + "\n").encode())


def _digest(card: AdapterCard) -> str:
    return sha256_hex(canonical_json(card.model_dump(mode="json", exclude={"sha256"})))


def _changed(path: Path) -> TrainingProblem:
    return TrainingProblem(f"{path} was changed or damaged: restore it from a backup, or train from scratch")


def write_progress(run_dir: Path, progress: Progress) -> None:
    replace_file(run_dir / PROGRESS, progress.model_dump_json().encode())


def write_outcome(run_dir: Path, outcome: TrainOutcome) -> None:
    write_durably(run_dir / OUTCOME, (outcome.model_dump_json(indent=1) + "\n").encode())


def adapter_id_of(adapter: Path) -> str:
    """The first 32 hex digits of a sha256 over weight file and configuration, each after its name and size.

    Raises TrainingProblem when one is missing.
    """
    digest = hashlib.sha256(b"adapter-v1")
    for name in (WEIGHTS, CONFIG):
        path = adapter / name
        if not path.is_file():
            raise TrainingProblem(f"{path} is missing: the adapter is not whole; restore it, or train from scratch")
        digest.update(f"|{name}|{path.stat().st_size}|".encode())
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:32]


def check_adapter(adapter: Path, adapter_id: str) -> None:
    """Raises TrainingProblem unless the files still are what the id names."""
    found = adapter_id_of(adapter)
    if found != adapter_id:
        raise TrainingProblem(
            f"{adapter} has the hash {found}, not {adapter_id}: its files were changed; restore them, or train from scratch"
        )


def whole_adapter_id_of(adapter: Path) -> str:
    """As `adapter_id_of`, where the card and the record of what was trained on, which the id does not name, are whole too.

    Raises TrainingProblem. A card of an older version vouches for less.
    """
    read_trained(adapter)
    found = adapter_id_of(adapter)
    if read_card(adapter).adapter_id != found:
        raise _changed(adapter / CARD)
    return found


def make_config_canonical(adapter: Path, base: str) -> None:
    """peft writes sets in hash order and the base's path on this machine: both would make the hash a matter of chance."""
    path = adapter / CONFIG
    config = json.loads(path.read_bytes()) | {"base_model_name_or_path": base}
    ordered = {key: sorted(value) if isinstance(value, list) else value for key, value in config.items()}
    write_durably(path, (canonical_json(ordered) + "\n").encode())


def read_trained(adapter: Path) -> list[TrainedRow]:
    """What an adapter and its parents learned from, sorted by label. Raises TrainingProblem when it is not recorded, or no
    longer what its card vouches for."""
    path = adapter / TRAINED
    if not path.is_file():
        raise TrainingProblem(f"{path} is missing: what the adapter has seen is unknown; train from scratch")
    data = path.read_bytes()
    if read_card(adapter).trained_sha256 not in (None, sha256_hex(data)):
        raise _changed(path)
    try:
        return [TrainedRow(**row) for row in pq.read_table(pa.BufferReader(data)).to_pylist()]
    except (pa.ArrowException, ValueError, TypeError) as cause:  # a card of an older version does not vouch for it
        raise _changed(path) from cause


def write_trained(adapter: Path, rows: Iterable[TrainedRow]) -> None:
    """Sorted, each row once."""
    unique = sorted({(row.label_id, row.text_id) for row in rows})
    schema = pa.schema([("label_id", pa.string()), ("text_id", pa.string())])
    table = pa.Table.from_pylist([{"label_id": label, "text_id": text} for label, text in unique], schema=schema)
    pq.write_table(table, adapter / TRAINED, compression="zstd")


def make_durable(adapter: Path) -> None:
    """The libraries do not fsync: without this an outcome could outlive a power cut that its adapter did not."""
    for path in adapter.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    fsync_dir(adapter)


def _read(path: Path, model: type[_M]) -> _M | None:
    try:
        return model.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
