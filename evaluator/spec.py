"""What an evaluation is told and what it leaves behind: the border between the daemon and the evaluator's process.

Imports no torch: the daemon reads and writes these.
"""

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from store.task import Objective
from trainer.spec import Quantization

System = Literal["base", "champion", "challenger", "lead2", "random2", "self", "teacher"]
StudentSystem = Literal["base", "champion", "challenger"]
ScoreField = Literal["summary", "rationale"]
ClusterBy = Literal["company", "filing"]
Action = Literal["promote", "hold", "unscored"]
Reason = Literal["better", "not_better", "too_few_heldout", "no_heldout"]

HEADLINE_FIELD: Final[ScoreField] = "summary"
HEADLINE_METRIC: Final = "rougeL"

PER_EXAMPLE_FILE: Final = "per_example.parquet"
REPORT_FILE: Final = "report.md"

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(gt=0)]


# The child's working folder is its run folder, where a relative path would mean something else.
AbsolutePath = Annotated[Path, AfterValidator(Path.absolute)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AdapterRef(_Frozen):
    """An adapter's folder and the hash its files must still have; its card says on which base it was trained and how."""

    adapter_id: str
    folder: AbsolutePath


class EvalSpec(_Frozen):
    """One evaluation. The base is asked as the challenger is, each adapter as its own objective taught it."""

    snapshot_dir: AbsolutePath
    base: str
    base_revision: str | None
    quantization: Quantization
    challenger: AdapterRef
    champion: AdapterRef | None
    trained_on: tuple[AbsolutePath, ...]  # train.parquet files to keep out, beside what the adapters' folders record
    near: tuple[
        tuple[str, str], ...
    ] = ()  # ids of a text that is held out and of one it is near to, which may have trained
    objective: Objective  # the challenger's; what its card says otherwise is an error
    max_examples: Positive
    seed: Count
    batch_size: Positive
    max_new_tokens_summary: Positive
    max_new_tokens_rationale: Positive
    threads: Positive


class ScoreRow(_Frozen):
    """A mean over the set's texts, of a metric or a share. `low` and `high` are None below two clusters."""

    system: System
    field: ScoreField
    metric: str
    value: Share
    low: Share | None
    high: Share | None
    n: Positive
    clusters: Positive
    signature: str


class Comparison(_Frozen):
    """Challenger minus the other on the headline, text by text; positive is better."""

    against: StudentSystem
    field: ScoreField
    metric: str
    difference: float
    low: float | None
    high: float | None
    n: Positive
    clusters: Positive
    cluster_by: ClusterBy
    resamples: Positive
    signature: str


class Decision(_Frozen):
    """What to do with the challenger, why in one word, and why in a sentence for a person."""

    action: Action
    reason: Reason
    detail: str
    signature: str


class PerExampleFile(_Frozen):
    """Every output with its flags and scores; `path` is relative to the run folder."""

    path: str
    sha256: str
    rows: Count


class EvalDone(_Frozen):
    """Scores and a decision; without held-out texts n is 0, there are no scores, and the decision is `unscored`."""

    status: Literal["done"] = "done"
    adapter_id: str
    champion_id: str | None
    snapshot_id: str
    toy: bool
    eval_set: str  # sha256
    n: Count
    clusters: Count
    dropped_trained_on: Count
    dropped_repeated: Count
    dropped_unscorable: Count
    left_out: Count
    trimmed: Count  # outputs whose text did not fit whole beside the answer
    scores: tuple[ScoreRow, ...]
    comparison: Comparison | None
    decision: Decision
    per_example: PerExampleFile | None
    outputs: Count
    seconds: float
    texts_per_s: float | None  # student outputs a second of generation; None when nothing was generated


class EvalFailed(_Frozen):
    """No score. `reason` is one word, `detail` says what to do."""

    status: Literal["failed"] = "failed"
    reason: str
    detail: str
    seconds: float


EvalOutcome = Annotated[EvalDone | EvalFailed, Field(discriminator="status")]
OUTCOME: Final[TypeAdapter[EvalDone | EvalFailed]] = TypeAdapter(EvalOutcome)


class EvalProgress(_Frozen):
    """Where a running evaluation stands, for the progress bar."""

    phase: Literal["loading", "predicting", "scoring"]
    done: Count
    total: Count
    system: StudentSystem | None
