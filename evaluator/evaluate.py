"""One evaluation from sealed snapshot to outcome. Knows no torch: the students' answers come in through `Predict`."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from evaluator.adapters import Contestants, contestants
from evaluator.errors import CannotScore
from evaluator.gate import decide
from evaluator.outputs import SystemOutputs, answers, fields_of
from evaluator.per_example import write_per_example
from evaluator.report import report
from evaluator.run import write_progress
from evaluator.scorecard import Scored, baselines, headline_comparison, score_answers, scorecard
from evaluator.sets import EvalSet, freeze
from evaluator.spec import REPORT_FILE, EvalDone, EvalProgress, EvalSpec, PerExampleFile, StudentSystem
from store.files import write_durably
from store.snapshot import HELDOUT, SnapshotManifest, TripletRow, read_manifest, read_rows, rows_sha256


class Predict(Protocol):
    """The students' answers: base, champion if there is one, challenger, in this order, all to the same texts."""

    def __call__(
        self,
        spec: EvalSpec,
        who: Contestants,
        rows: Sequence[TripletRow],
        *,
        tell: Callable[[EvalProgress], None],
    ) -> list[SystemOutputs]: ...


@dataclass(frozen=True)
class _Inputs:
    manifest: SnapshotManifest
    who: Contestants
    chosen: EvalSet


def evaluate(spec: EvalSpec, run_dir: Path, predict: Predict) -> EvalDone:
    """Leaves per_example.parquet and report.md in `run_dir`. Raises CannotScore, TrainingProblem, StateUnusable."""
    began = time.monotonic()
    inputs = _inputs(spec)
    rows = inputs.chosen.rows
    said = predict(spec, inputs.who, rows, tell=lambda p: write_progress(run_dir, p)) if rows else []
    outputs = sum(len(one.outputs) for one in said)
    write_progress(run_dir, EvalProgress(phase="scoring", done=outputs, total=outputs, system=None))
    scored = _scored(spec, rows, said)
    done = _outcome(
        spec,
        inputs,
        said,
        scored,
        per_example=write_per_example(run_dir, scored) if scored else None,
        began=began,
    )
    write_durably(run_dir / REPORT_FILE, report(done).encode())
    return done


def _inputs(spec: EvalSpec) -> _Inputs:
    manifest, heldout = read_manifest(spec.snapshot_dir), read_rows(spec.snapshot_dir / HELDOUT)
    if rows_sha256(heldout) != manifest.heldout_sha256:
        raise CannotScore(
            "snapshot_changed",
            f"{spec.snapshot_dir / HELDOUT} does not hold the rows that were sealed: remove the folder, `finsdistill run` "
            "seals it again",
        )
    who = contestants(spec)
    trained_on = who.trained_on | {text for text, learned in spec.near if learned in who.trained_on}
    chosen = freeze(heldout, trained_on=trained_on, max_examples=spec.max_examples, seed=spec.seed)
    return _Inputs(manifest, who, chosen)


def _scored(spec: EvalSpec, rows: Sequence[TripletRow], said: Sequence[SystemOutputs]) -> list[Scored]:
    by_text = {row.text_id: row for row in rows}
    students = [s for one in said for s in score_answers(one.system, answers(one.outputs), by_text)]
    return students + baselines(rows, fields=fields_of(spec.objective), seed=spec.seed)


def _outcome(
    spec: EvalSpec,
    inputs: _Inputs,
    said: Sequence[SystemOutputs],
    scored: Sequence[Scored],
    *,
    per_example: PerExampleFile | None,
    began: float,
) -> EvalDone:
    against: StudentSystem = "champion" if spec.champion else "base"
    comparison = headline_comparison(scored, against=against, seed=spec.seed) if scored else None
    scores = scorecard(scored, seed=spec.seed)
    outputs, seconds = sum(len(one.outputs) for one in said), sum(one.seconds for one in said)
    return EvalDone(
        adapter_id=spec.challenger.adapter_id,
        champion_id=spec.champion.adapter_id if spec.champion else None,
        snapshot_id=inputs.manifest.snapshot_id,
        toy=inputs.manifest.toy or inputs.who.toy,
        eval_set=inputs.chosen.sha256,
        n=len(inputs.chosen.rows),
        clusters=comparison.clusters if comparison else 0,
        dropped_trained_on=inputs.chosen.dropped_trained_on,
        dropped_repeated=inputs.chosen.dropped_repeated,
        dropped_unscorable=inputs.chosen.dropped_unscorable,
        left_out=inputs.chosen.left_out,
        trimmed=sum(one.trimmed for one in said),
        scores=scores,
        comparison=comparison,
        decision=decide(comparison),
        per_example=per_example,
        outputs=outputs,
        seconds=time.monotonic() - began,
        texts_per_s=outputs / seconds if seconds > 0 else None,
    )
