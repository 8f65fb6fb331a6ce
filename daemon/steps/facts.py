"""What a child left in its run folder, as facts for the log. Pure."""

from evaluator.spec import EvalDone
from store.events import AdapterEvaluated, AdapterHeld, AdapterPromoted, AdapterTrained, Comparison, Event, Score
from trainer.run import TrainOutcome
from trainer.spec import SEEDLING, RunSpec


def trained_fact(spec: RunSpec, outcome: TrainOutcome) -> AdapterTrained:
    """`outcome` is of a run that is done, so it names its adapter."""
    return AdapterTrained(
        adapter_id=outcome.adapter_id or "",
        snapshot_id=spec.snapshot_id,
        run_id=spec.run_id,
        base=spec.base,
        base_fingerprint=outcome.base_fingerprint,
        parent=spec.parent_id,
        start=spec.start,
        objective=spec.objective,
        toy=spec.base == SEEDLING,
        rows=outcome.rows,
        dropped=sum(dropped.examples for dropped in outcome.dropped),
        tokens=outcome.tokens,
        seconds=outcome.seconds,
        loss_first=outcome.loss_first,
        loss_last=outcome.loss_last,
    )


def evaluated_facts(done: EvalDone, *, replaces: str | None) -> tuple[Event, ...]:
    """The scores and what the gate said of them, to be recorded together."""
    return _scores(done), _decision(done, replaces)


def _scores(done: EvalDone) -> AdapterEvaluated:
    return AdapterEvaluated(
        adapter_id=done.adapter_id,
        snapshot_id=done.snapshot_id,
        champion=done.champion_id,
        eval_set=done.eval_set,
        scores=tuple(Score(**score.model_dump()) for score in done.scores),
        comparison=_comparison(done),
        per_example_sha256=done.per_example.sha256 if done.per_example else None,
        seconds=done.seconds,
        texts_per_s=done.texts_per_s,
    )


def _comparison(done: EvalDone) -> Comparison | None:
    if done.comparison is None:
        return None
    found = done.comparison
    return Comparison(
        against=found.against,
        difference=found.difference,
        low=found.low,
        high=found.high,
        n=found.n,
        clusters=found.clusters,
        signature=found.signature,
    )


def _decision(done: EvalDone, replaces: str | None) -> AdapterPromoted | AdapterHeld:
    decision = done.decision
    if decision.action == "promote":
        return AdapterPromoted(adapter_id=done.adapter_id, replaces=replaces, by="gate", reason=decision.detail)
    unscored = decision.action == "unscored"
    return AdapterHeld(adapter_id=done.adapter_id, unscored=unscored, reason=decision.reason, detail=decision.detail)
