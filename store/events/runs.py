"""Snapshots, trainings, scores and decisions."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from store.events.base import Fact


class SnapshotSealed(Fact):
    """The training and held-out rows as of `log_seq`. They follow from the log alone; the hashes prove it."""

    type: Literal["SnapshotSealed"] = "SnapshotSealed"
    snapshot_id: str
    log_seq: int
    recipe: str
    parent: str | None
    rows: int
    new_rows: int
    sha256: str
    heldout_rows: int
    heldout_sha256: str


class TrainingStarted(Fact):
    """A run on a snapshot began; `spec` is the canonical JSON of its run spec."""

    type: Literal["TrainingStarted"] = "TrainingStarted"
    snapshot_id: str
    run_id: str
    attempt: int
    start: Literal["warm", "scratch"]
    parent: str | None
    spec: str


class AdapterTrained(Fact):
    """A run left an adapter, kept in `adapters/<adapter_id>/`, named by the hash of its weights and configuration."""

    type: Literal["AdapterTrained"] = "AdapterTrained"
    adapter_id: str
    snapshot_id: str
    run_id: str
    base: str
    base_fingerprint: str | None
    parent: str | None
    start: Literal["warm", "scratch"]
    objective: str
    toy: bool
    rows: int
    dropped: int
    tokens: int
    seconds: float
    loss_first: float | None
    loss_last: float | None


class TrainingFailed(Fact):
    """A run, or the scoring of its adapter, ended without a result. `final`: no more tries before the next crossing."""

    type: Literal["TrainingFailed"] = "TrainingFailed"
    snapshot_id: str
    run_id: str
    attempt: int
    stage: Literal["train", "evaluate"]
    adapter_id: str | None
    reason: str
    final: bool


class Score(BaseModel):
    """One number of one system on one frozen evaluation set; `low` and `high` are its 95 % interval."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: str
    field: str
    metric: str
    value: float
    low: float | None
    high: float | None
    n: int
    clusters: int
    signature: str


class Comparison(BaseModel):
    """Challenger minus champion (or base) on the headline, paired by text; `low` and `high` are its 95 % interval."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    against: str
    difference: float
    low: float | None
    high: float | None
    n: int
    clusters: int
    signature: str


class AdapterEvaluated(Fact):
    """An adapter was scored beside base, champion and baselines on the frozen set `eval_set`."""

    type: Literal["AdapterEvaluated"] = "AdapterEvaluated"
    adapter_id: str
    snapshot_id: str
    champion: str | None
    eval_set: str
    scores: tuple[Score, ...]
    comparison: Comparison | None
    per_example_sha256: str | None
    seconds: float
    texts_per_s: float | None


class AdapterPromoted(Fact):
    """This adapter is the champion now."""

    type: Literal["AdapterPromoted"] = "AdapterPromoted"
    adapter_id: str
    replaces: str | None
    by: Literal["gate", "person"]
    reason: str


class AdapterHeld(Fact):
    """This adapter was not promoted; `unscored` when there was nothing to score it on."""

    type: Literal["AdapterHeld"] = "AdapterHeld"
    adapter_id: str
    unscored: bool
    reason: str
    detail: str


class AdapterRolledBack(Fact):
    """A person took the champion back; `to` is the champion again, or the base when null."""

    type: Literal["AdapterRolledBack"] = "AdapterRolledBack"
    adapter_id: str
    to: str | None
    reason: str
