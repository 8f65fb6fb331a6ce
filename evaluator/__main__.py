"""The child: `python -P -m evaluator RUN_DIR`. Leaves an outcome unless it is killed."""

import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from evaluator.adapters import Contestants
from evaluator.errors import CannotScore
from evaluator.evaluate import evaluate
from evaluator.outputs import SystemOutputs
from evaluator.run import read_spec, write_outcome, write_progress
from evaluator.spec import EvalDone, EvalFailed, EvalProgress, EvalSpec
from store.errors import FinsdistillError
from store.snapshot import TripletRow
from trainer.child import work_in_folder
from trainer.memory import is_out_of_memory


def main(arguments: list[str]) -> int:
    return work_in_folder(arguments, "evaluator", _work)


def _work(run_dir: Path) -> bool:
    outcome = _outcome(run_dir)
    write_outcome(run_dir, outcome)
    return outcome.status == "done"


def _outcome(run_dir: Path) -> EvalDone | EvalFailed:
    began = time.monotonic()
    try:
        spec = read_spec(run_dir)
        write_progress(run_dir, EvalProgress(phase="loading", done=0, total=0, system=None))
        return evaluate(spec, run_dir, _predict)
    except Exception as error:  # noqa: BLE001 - the edge of the process: whatever went wrong must reach the daemon
        traceback.print_exc()
        return EvalFailed(reason=_reason(error), detail=_detail(error), seconds=time.monotonic() - began)


def _predict(
    spec: EvalSpec, who: Contestants, rows: Sequence[TripletRow], *, tell: Callable[[EvalProgress], None]
) -> list[SystemOutputs]:
    from evaluator.predict import predict  # noqa: PLC0415 - ten seconds of imports, only once there is something to ask

    return predict(spec, who, rows, tell=tell)


def _reason(error: Exception) -> str:
    if isinstance(error, CannotScore):
        return error.reason
    if isinstance(error, FinsdistillError):
        return "unusable_input"
    return "out_of_memory" if is_out_of_memory(error) else "crashed"


def _detail(error: Exception) -> str:
    if isinstance(error, FinsdistillError):
        return str(error)
    return f"{type(error).__name__}: {error}; the whole traceback is in log.txt of the run folder"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
