"""The spec of a training and of a scoring, decided from settings and from where training stands. Pure."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from daemon.sections import EvaluatorSettings, StudentSettings, TrainerSettings
from evaluator.spec import AdapterRef, EvalSpec
from store.events import AdapterTrained, SnapshotSealed
from store.states.runs import Runs
from store.task import Objective
from trainer.hardware import Advice, Hardware, accumulation_of, advise
from trainer.shapes import shape_of
from trainer.spec import RunSpec, Start, learning_rate_of, replay_of, start_of

EVAL_BATCH: Final = 32


@dataclass(frozen=True)
class Folders:
    """Where runs, snapshots and adapters lie in the state."""

    state_dir: Path

    def snapshot(self, snapshot_id: str) -> Path:
        return self.snapshots / snapshot_id

    @property
    def snapshots(self) -> Path:
        return self.state_dir / "snapshots"

    def run(self, run_id: str) -> Path:
        return self.state_dir / "runs" / run_id

    def adapter(self, adapter_id: str) -> Path:
        return self.state_dir / "adapters" / adapter_id


@dataclass(frozen=True)
class Plans:
    """What the settings say about students."""

    student: StudentSettings
    trainer: TrainerSettings
    evaluator: EvaluatorSettings
    hardware: Hardware
    threads: int
    folders: Folders
    reserved: int = 0  # bytes of the GPU that the teacher keeps while the student trains
    withheld: frozenset[str] = frozenset()  # names of variables that trainer and evaluator do not get

    def training(self, runs: Runs, snapshot: SnapshotSealed) -> RunSpec:
        """Warm from the newest adapter when it learned the same task from the same recipe on the same base, and nobody took
        it back."""
        parent = self._parent(runs, snapshot)
        start: Start = start_of(
            snapshot.rows, runs.scratch_rows, has_parent=parent is not None, retrain=self.trainer.retrain
        )
        if start == "scratch":
            parent = None
        advice = self._advice()
        return RunSpec(
            snapshot_dir=self.folders.snapshot(snapshot.snapshot_id),
            snapshot_id=snapshot.snapshot_id,
            base=self.student.base,
            base_revision=self.student.commit,
            quantization=self.student.quantization,
            start=start,
            parent_adapter=self.folders.adapter(parent.adapter_id) if parent else None,
            parent_id=parent.adapter_id if parent else None,
            replay_rows=replay_of(snapshot.rows, snapshot.new_rows) if parent else 0,
            objective=self.trainer.objective,
            rationale_weight=self.trainer.rationale_weight,
            epochs=self.trainer.epochs,
            lora_r=self.trainer.lora_r,
            lora_alpha=self.trainer.lora_alpha,
            learning_rate=self.trainer.learning_rate or learning_rate_of(self.student.base),
            batch_size=advice.batch_size,
            grad_accumulation=advice.grad_accumulation,
            max_tokens=self.trainer.max_tokens,
            seed=self.trainer.seed,
            threads=self.threads,
        )

    def scoring(
        self,
        runs: Runs,
        snapshot: SnapshotSealed,
        adapter: AdapterTrained,
        *,
        near: tuple[tuple[str, str], ...] = (),
    ) -> EvalSpec:
        """Against the champion where it stands on the same base, else against the base alone. `near` as the spec has it."""
        champion = runs.champion_adapter
        rival = champion if champion is not None and champion.base == adapter.base else None
        return EvalSpec(
            snapshot_dir=self.folders.snapshot(snapshot.snapshot_id),
            base=adapter.base,
            base_revision=self.student.commit,
            quantization=self.student.quantization,
            challenger=self._ref(adapter.adapter_id),
            champion=self._ref(rival.adapter_id) if rival else None,
            trained_on=(),
            near=near,
            objective=TypeAdapter(Objective).validate_python(adapter.objective),
            max_examples=self.evaluator.max_examples,
            seed=self.evaluator.seed,
            batch_size=EVAL_BATCH,
            max_new_tokens_summary=self.evaluator.max_summary_tokens,
            max_new_tokens_rationale=self.evaluator.max_rationale_tokens,
            threads=self.threads,
        )

    def _advice(self) -> Advice:
        """What is set stays; a batch that is set leaves its accumulation to the size of a step."""
        advice = advise(
            self.hardware,
            shape_of(self.student.base),
            quantization=self.student.quantization,
            max_tokens=self.trainer.max_tokens,
            reserved=self.reserved,
        )
        batch_size = self.trainer.batch_size or advice.batch_size
        return Advice(batch_size, self.trainer.grad_accumulation or accumulation_of(batch_size))

    def _parent(self, runs: Runs, snapshot: SnapshotSealed) -> AdapterTrained | None:
        newest = runs.newest
        same = (
            newest is not None
            and newest.adapter_id not in runs.rolled_back
            and newest.base == self.student.base
            and newest.objective == self.trainer.objective
            and runs.newest_recipe == snapshot.recipe
        )
        return newest if same else None

    def _ref(self, adapter_id: str) -> AdapterRef:
        return AdapterRef(adapter_id=adapter_id, folder=self.folders.adapter(adapter_id))
