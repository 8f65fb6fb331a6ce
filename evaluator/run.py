"""The run folder of an evaluation, laid out as a training's: spec.json in; progress.json and outcome.json out, the outcome
last, with per_example.parquet and report.md beside it. Loads no torch."""

from pathlib import Path

from evaluator.errors import CannotScore
from evaluator.spec import OUTCOME as OUTCOME_TYPE
from evaluator.spec import EvalDone, EvalFailed, EvalProgress, EvalSpec
from store.files import replace_file, write_durably
from trainer.run import OUTCOME, PROGRESS, SPEC


def read_spec(run_dir: Path) -> EvalSpec:
    try:
        return EvalSpec.model_validate_json((run_dir / SPEC).read_bytes())
    except (OSError, ValueError) as cause:
        raise CannotScore("no_spec", f"{run_dir / SPEC} is no evaluation spec ({cause}): start it again") from cause


def read_progress(run_dir: Path) -> EvalProgress | None:
    """None until the child has written its first."""
    try:
        return EvalProgress.model_validate_json((run_dir / PROGRESS).read_bytes())
    except FileNotFoundError:
        return None


def read_outcome(run_dir: Path) -> EvalDone | EvalFailed | None:
    """None while there is none. ValueError for a file that is not an outcome of this version."""
    try:
        return OUTCOME_TYPE.validate_json((run_dir / OUTCOME).read_bytes())
    except FileNotFoundError:
        return None


def write_progress(run_dir: Path, progress: EvalProgress) -> None:
    replace_file(run_dir / PROGRESS, progress.model_dump_json().encode())


def write_outcome(run_dir: Path, outcome: EvalDone | EvalFailed) -> None:
    write_durably(run_dir / OUTCOME, (outcome.model_dump_json(indent=1) + "\n").encode())
