"""`python -P -m trainer RUN`: the child. Reads RUN/spec.json, trains, leaves RUN/outcome.json whatever happens."""

import sys
import time
import traceback
from pathlib import Path
from typing import Final

from store.errors import FinsdistillError
from trainer.child import work_in_folder
from trainer.run import Progress, TrainOutcome, failed_outcome, read_spec, write_outcome, write_progress
from trainer.spec import RunSpec

_EVERY_S: Final = 0.5


class Reporter:
    """Writes progress.json at each new stage, at the last step, and between them at most twice a second."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir, self._started, self._stage, self._next = run_dir, time.time_ns() // 1000, "", 0.0

    def __call__(self, stage: str, done: int, total: int, loss: float | None) -> None:
        if stage == self._stage and done < total and time.monotonic() < self._next:
            return
        self._stage, self._next = stage, time.monotonic() + _EVERY_S
        values = {"stage": stage, "done": done, "total": total, "loss": loss, "started_at_us": self._started}
        write_progress(self._run_dir, Progress.model_validate(values | {"updated_at_us": time.time_ns() // 1000}))


def main(arguments: list[str]) -> int:
    return work_in_folder(arguments, "trainer", _work)


def _work(run_dir: Path) -> bool:
    spec = read_spec(run_dir)
    outcome = _attempt(spec, run_dir)
    write_outcome(run_dir, outcome)
    sys.stderr.write(outcome.model_dump_json(indent=1) + "\n")
    return outcome.status == "done"


def _attempt(spec: RunSpec, run_dir: Path) -> TrainOutcome:
    try:
        from trainer.fit import fit  # noqa: PLC0415 - ten seconds of imports, and what they raise is an outcome too

        return fit(spec, run_dir, Reporter(run_dir))
    except FinsdistillError as problem:
        return failed_outcome(spec, str(problem))
    except Exception as error:  # noqa: BLE001 - the child's edge: out of memory or any bug becomes a reason, with the trace in log.txt
        traceback.print_exc()
        return failed_outcome(spec, _reason(error))


def _reason(error: Exception) -> str:
    first = (str(error).strip().splitlines() or ["no message"])[0][:500]
    what_to_do = "lower batch_size or max_tokens" if "memory" in first.lower() else "see log.txt in the run folder"
    return f"{type(error).__name__}: {first}: {what_to_do}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
