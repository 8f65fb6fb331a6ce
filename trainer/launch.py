"""Start, watch and stop a child process that works in a run folder. Light: the daemon imports this.

A run folder belongs to one run: `spec.json` goes in, `progress.json` and `outcome.json` come out, `log.txt` holds what the
child printed. `ChildRun` is the part the evaluator's launch shares.
"""

import os
import signal
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from store.files import write_durably
from trainer.processes import end, evict, module_command, spawn
from trainer.run import (
    LOG,
    OUTCOME,
    PROGRESS,
    SPEC,
    Progress,
    TrainOutcome,
    failed_outcome,
    read_outcome,
    read_progress,
)
from trainer.spec import RunSpec

_QUIET: Final = {
    "TOKENIZERS_PARALLELISM": "false",  # its warning about forks fills the log
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUNBUFFERED": "1",
    # Threads that wait should sleep: beside a busy daemon, spinning halved the tokens per CPU second (7.3k against 12.7k).
    "OMP_WAIT_POLICY": "PASSIVE",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # without it CUDA matrix products differ from run to run
}


@dataclass(frozen=True)
class ChildRun:
    """`python -P -m MODULE RUN_DIR`, in a session of its own, with the run folder as its working folder."""

    run_dir: Path
    process: "subprocess.Popen[bytes]"

    @classmethod
    def start(cls, module: str, run_dir: Path, spec_json: str, *, without: Collection[str] = ()) -> "ChildRun":
        """Ends the child of an earlier attempt, removes what it left, writes the spec, and starts the child.

        `without`: names of our variables that it does not get.
        Raises FolderBusy when another process works there and does not end.
        """
        run_dir.mkdir(parents=True, exist_ok=True)
        evict(run_dir)
        for stale in (OUTCOME, PROGRESS):
            (run_dir / stale).unlink(missing_ok=True)
        write_durably(run_dir / SPEC, spec_json.encode())
        command = module_command(module, str(run_dir.resolve()))
        variables = {**_QUIET, "CUDA_VISIBLE_DEVICES": _one_gpu()}
        process = spawn(command, run_dir, log_name=LOG, pipes=False, variables=variables, without=without)
        return cls(run_dir, process)

    def poll(self) -> int | None:
        """The exit status, or None while the child works; negative for the signal that ended it."""
        return self.process.poll()

    def wait(self, timeout_s: float | None = None) -> int | None:
        """As `poll`, after at most `timeout_s` seconds."""
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, grace_s: float) -> None:
        """SIGTERM to the child and whatever it started; SIGKILL after `grace_s` seconds."""
        end(self.process, grace_s=grace_s, ask=signal.SIGTERM)

    def how_it_ended(self) -> str:
        """One sentence for a child that left no outcome, with the end of its log."""
        status = self.process.wait()
        cause = f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        hint = " (out of memory? see dmesg)" if status == -signal.SIGKILL else ""
        return f"the child left no outcome: {cause}{hint}; {_last_line(self.run_dir / LOG)}"


@dataclass(frozen=True)
class Running:
    """A training in its child process."""

    spec: RunSpec
    child: ChildRun

    def poll(self) -> int | None:
        return self.child.poll()

    def progress(self) -> Progress | None:
        """None until the child has written its first."""
        return read_progress(self.child.run_dir)

    def stop(self, grace_s: float) -> None:
        self.child.stop(grace_s)

    def outcome(self) -> TrainOutcome:
        """Waits for the end. A child that was killed leaves a `failed` outcome too: never silence."""
        self.child.wait()
        found = read_outcome(self.child.run_dir)
        if found is None or found.run_id != self.spec.run_id:
            return failed_outcome(self.spec, self.child.how_it_ended())
        return found


def start(run_dir: Path, spec: RunSpec, *, without: Collection[str] = ()) -> Running:
    """Starts the training of `spec` in `run_dir`, over whatever an earlier attempt left there. Raises FolderBusy.

    `without`: names of our variables that the child does not get.
    """
    child = ChildRun.start("trainer", run_dir, spec.model_dump_json(indent=1) + "\n", without=without)
    return Running(spec, child)


def finished(run_dir: Path, spec: RunSpec) -> TrainOutcome | None:
    """The outcome of this very run when it is already there: a daemon that was killed need not train again."""
    outcome = read_outcome(run_dir)
    return outcome if outcome is not None and outcome.status == "done" and outcome.run_id == spec.run_id else None


def _one_gpu() -> str:
    """The first visible one: with several, the trainer refuses to start outside a distributed launcher."""
    return os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return lines[-1][:500] if lines else "its log is empty"
