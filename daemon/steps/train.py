"""A crossed threshold in: SnapshotSealed, AdapterTrained, AdapterEvaluated and the decision out, one stage at a time."""

import threading
from collections.abc import Callable
from time import monotonic
from typing import Final

import structlog

from daemon.activity import Activity
from daemon.blobs import Blobs
from daemon.handover import Handover
from daemon.near.learned import near_learned
from daemon.sealed import ensure_whole
from daemon.standing import Standing
from daemon.steps.facts import evaluated_facts, trained_fact
from daemon.steps.plans import Plans
from evaluator import launch as evaluation
from evaluator.spec import EvalDone, EvalFailed
from store.events import AdapterTrained, Event, SnapshotSealed, TrainingFailed, TrainingStarted
from store.files import fsync_dir
from store.ids import canonical_json
from store.records import Append
from store.seal import seal
from store.states.runs import TYPES, Runs, fold
from trainer import launch as training
from trainer.child import FolderBusy
from trainer.run import ADAPTER, TrainOutcome, failed_outcome
from trainer.spec import RunSpec

RETRIES_AFTER_S: Final = (10.0, 60.0, 300.0)  # three more tries of the same snapshot, then the next crossing
_GRACE_S: Final = 3.0
_TICK_S: Final = 0.3


class Train:
    """One stage of one snapshot a time: seal, train, evaluate and decide. All it knows it folds from the log. `may_seal`:
    whether it is known of every text if it is near one that is held out."""

    def __init__(
        self,
        standing: Standing,
        plans: Plans,
        *,
        blobs: Blobs,
        threshold: int,
        activity: Activity,
        gpu: Handover,
        may_seal: Callable[[], bool],
        stop: threading.Event,
    ) -> None:
        self._log, self._standing, self._plans = standing.log, standing, plans
        self._blobs, self._threshold = blobs, threshold
        self._activity, self._gpu, self._may_seal, self._stop = activity, gpu, may_seal, stop
        self._runs, self._read_to = Runs(), 0
        self._retry_at = 0.0
        self._words = structlog.get_logger()

    def replan(self, plans: Plans, threshold: int) -> None:
        """Holds from the next stage on; what is being trained is trained as it was planned."""
        self._plans, self._threshold = plans, threshold

    @property
    def waiting(self) -> bool:
        return not self._runs.settled

    def due(self) -> bool:
        """Whether a snapshot is in work, or the threshold has been crossed."""
        runs = self._catch_up()
        return not runs.settled or self._standing.now().eligible >= self._threshold

    def advance(self) -> bool:
        runs = self._catch_up()
        if runs.settled or runs.snapshot is None:
            self._gpu.give_back()
            return self._seal(runs)
        if monotonic() < self._retry_at:
            self._gpu.give_back()
            return False
        if not self._gpu.claim():
            return False
        ensure_whole(runs.snapshot, self._log, self._plans.folders.snapshots, self._activity)
        if runs.adapter is None:
            self._train(runs, runs.snapshot)
        else:
            self._evaluate(runs, runs.snapshot, runs.adapter)
        return not self._stop.is_set()

    def close(self) -> None:
        """Children ended with the stage that watched them."""

    def _catch_up(self) -> Runs:
        head = self._log.head.seq
        if head > self._read_to:
            for record in self._log.records(after=self._read_to, types=TYPES):
                self._runs = fold(self._runs, record.event, record.seq)
                head = max(head, record.seq)
            self._read_to = head  # what was no run's event is not looked at again either
        return self._runs

    def _seal(self, runs: Runs) -> bool:
        if not self._may_seal():
            return False
        position = self._standing.crossing(self._threshold, busy_until=runs.busy_until)
        if position is None:
            return False
        parent = (runs.snapshot.snapshot_id, runs.snapshot.log_seq) if runs.snapshot else None
        self._words.debug("snapshot_sealing", log_seq=position)
        with self._activity.task("sealing a snapshot"):
            manifest = seal(self._log, self._plans.folders.snapshots, log_seq=position, parent=parent)
        sealed = SnapshotSealed(
            snapshot_id=manifest.snapshot_id,
            log_seq=manifest.log_seq,
            recipe=manifest.recipe,
            parent=manifest.parent,
            rows=manifest.rows,
            new_rows=manifest.new_rows,
            sha256=manifest.sha256,
            heldout_rows=manifest.heldout_rows,
            heldout_sha256=manifest.heldout_sha256,
        )
        key = f"sealed-{manifest.snapshot_id}"
        self._log.append(Append(f"run-{manifest.snapshot_id}", (sealed,), key, expect=0))
        self._words.info("snapshot_sealed", snapshot_id=manifest.snapshot_id, rows=manifest.rows, new=manifest.new_rows)
        return True

    def _train(self, runs: Runs, snapshot: SnapshotSealed) -> None:
        spec = self._plans.training(runs, snapshot)
        attempt = runs.failures + 1
        started = TrainingStarted(
            snapshot_id=snapshot.snapshot_id,
            run_id=spec.run_id,
            attempt=attempt,
            start=spec.start,
            parent=spec.parent_id,
            spec=canonical_json(spec.model_dump(mode="json", exclude={"snapshot_dir", "parent_adapter"})),
        )
        self._append(snapshot, f"started-{spec.run_id}-{attempt}", started)
        self._words.info("training_started", run_id=spec.run_id, rows=snapshot.rows, start=spec.start, attempt=attempt)
        outcome = self._watch_training(spec)
        if outcome is None:
            return
        if outcome.status == "failed" or outcome.adapter_id is None:
            self._failed(runs, snapshot, run_id=spec.run_id, stage="train", reason=outcome.reason or "unknown")
            return
        self._keep_adapter(spec, outcome.adapter_id)
        self._append(snapshot, f"trained-{spec.run_id}-{outcome.adapter_id}", trained_fact(spec, outcome))
        self._words.info("adapter_trained", adapter_id=outcome.adapter_id, seconds=round(outcome.seconds, 1))

    def _watch_training(self, spec: RunSpec) -> TrainOutcome | None:
        """None when the service stops meanwhile: the next one starts this run again."""
        run_dir = self._plans.folders.run(spec.run_id)
        if (done := training.finished(run_dir, spec)) is not None:
            return done
        try:
            running = training.start(run_dir, spec, without=self._plans.withheld)
        except FolderBusy as busy:
            return failed_outcome(spec, str(busy))
        with self._activity.task("training"):
            while running.poll() is None:
                if self._stop.wait(_TICK_S):
                    running.stop(_GRACE_S)
                    return None
                if (progress := running.progress()) is not None:
                    note = progress.stage if progress.loss is None else f"loss {progress.loss:.3f}"
                    self._activity.show("training", progress.done, progress.total, note)
        return running.outcome()

    def _keep_adapter(self, spec: RunSpec, adapter_id: str) -> None:
        source, target = self._plans.folders.run(spec.run_id) / ADAPTER, self._plans.folders.adapter(adapter_id)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            source.rename(target)
            fsync_dir(target.parent)

    def _evaluate(self, runs: Runs, snapshot: SnapshotSealed, adapter: AdapterTrained) -> None:
        outcome = self._watch_evaluation(runs, snapshot, adapter)
        if outcome is None:
            return
        if isinstance(outcome, EvalFailed):
            reason = f"{outcome.reason}: {outcome.detail}"
            self._failed(runs, snapshot, run_id=adapter.run_id, stage="evaluate", reason=reason)
            return
        if self._catch_up().champion != runs.champion:
            self._words.info("scored_against_a_former_champion", adapter_id=adapter.adapter_id)
            return  # a person decided meanwhile: the scores against the champion of now come next
        events = evaluated_facts(outcome, replaces=runs.champion)
        self._append(snapshot, f"evaluated-{adapter.run_id}-{outcome.eval_set[:32]}", *events)
        self._words.info(
            "adapter_decided",
            adapter_id=adapter.adapter_id,
            action=outcome.decision.action,
            detail=outcome.decision.detail,
        )

    def _watch_evaluation(
        self, runs: Runs, snapshot: SnapshotSealed, adapter: AdapterTrained
    ) -> EvalDone | EvalFailed | None:
        spec = self._plans.scoring(runs, snapshot, adapter, near=near_learned(self._log, snapshot.log_seq))
        run_dir = self._plans.folders.run(f"{adapter.run_id}-eval")
        outcome: EvalDone | EvalFailed | None = evaluation.finished(run_dir, spec)
        if outcome is None:
            try:
                running = evaluation.start(run_dir, spec, without=self._plans.withheld)
            except FolderBusy as busy:
                return EvalFailed(reason="folder_busy", detail=str(busy), seconds=0.0)
            with self._activity.task("scoring"):
                while running.poll() is None:
                    if self._stop.wait(_TICK_S):
                        running.stop(_GRACE_S)
                        return None
                    if (progress := running.progress()) is not None:
                        self._activity.show("scoring", progress.done, progress.total, progress.system or progress.phase)
            outcome = running.outcome()
        if isinstance(outcome, EvalDone) and outcome.per_example is not None:
            self._blobs.put((run_dir / outcome.per_example.path).read_bytes())
        return outcome

    def _failed(self, runs: Runs, snapshot: SnapshotSealed, *, run_id: str, stage: str, reason: str) -> None:
        attempt = runs.failures + 1
        final = attempt > len(RETRIES_AFTER_S)
        failed = TrainingFailed(
            snapshot_id=snapshot.snapshot_id,
            run_id=run_id,
            attempt=attempt,
            stage="train" if stage == "train" else "evaluate",
            adapter_id=runs.adapter.adapter_id if runs.adapter else None,
            reason=reason,
            final=final,
        )
        self._append(snapshot, f"failed-{run_id}-{stage}-{attempt}", failed)
        self._retry_at = 0.0 if final else monotonic() + RETRIES_AFTER_S[attempt - 1]
        after = (
            "no more tries before the next crossing" if final else f"next try in {RETRIES_AFTER_S[attempt - 1]:.0f} s"
        )
        self._activity.trouble(f"{stage} of snapshot {snapshot.snapshot_id} failed ({after}): {reason}")
        self._words.error("training_failed", stage=stage, attempt=attempt, reason=reason, final=final)

    def _append(self, snapshot: SnapshotSealed, key: str, *events: Event) -> None:
        self._log.append(Append(f"run-{snapshot.snapshot_id}", events, key))
