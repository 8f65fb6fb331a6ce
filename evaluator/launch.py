"""Start, watch and stop an evaluation in a child process. Light: the daemon imports this."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from evaluator.run import read_outcome, read_progress, read_spec
from evaluator.spec import EvalDone, EvalFailed, EvalProgress, EvalSpec
from trainer.launch import ChildRun
from trainer.run import SPEC


@dataclass(frozen=True)
class Running:
    """An evaluation in its child process."""

    spec: EvalSpec
    child: ChildRun

    def poll(self) -> int | None:
        return self.child.poll()

    def progress(self) -> EvalProgress | None:
        """None until the child has written its first."""
        return read_progress(self.child.run_dir)

    def stop(self, grace_s: float) -> None:
        self.child.stop(grace_s)

    def outcome(self) -> EvalDone | EvalFailed:
        """Waits for the end. A child that was killed is a failed evaluation too: never silence."""
        self.child.wait()
        found = read_outcome(self.child.run_dir)
        return EvalFailed(reason="killed", detail=self.child.how_it_ended(), seconds=0.0) if found is None else found


def start(run_dir: Path, spec: EvalSpec, *, without: Collection[str] = ()) -> Running:
    """Starts the evaluation of `spec` in `run_dir`, over whatever an earlier attempt left there. Raises FolderBusy.

    `without`: names of our variables that the child does not get.
    """
    child = ChildRun.start("evaluator", run_dir, spec.model_dump_json(indent=1) + "\n", without=without)
    return Running(spec, child)


def finished(run_dir: Path, spec: EvalSpec) -> EvalDone | None:
    """The outcome of this very evaluation when it is already there: a daemon that was killed need not score again."""
    if not (run_dir / SPEC).exists() or read_spec(run_dir) != spec:
        return None
    outcome = read_outcome(run_dir)
    return outcome if isinstance(outcome, EvalDone) else None
