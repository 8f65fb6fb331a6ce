"""A finished evaluation as Markdown: each score beside its baselines, with intervals, and where lead-2 wins in words."""

from collections.abc import Iterable
from typing import Final

from evaluator.metrics import METRICS
from evaluator.scorecard import SHARES, STUDENTS
from evaluator.spec import EvalDone, ScoreField, ScoreRow, System

_ORDER: Final[tuple[System, ...]] = (*STUDENTS, "lead2", "random2", "self")
_COPYING: Final[dict[System, str]] = {
    "lead2": "Lead-2 (the first two sentences)",
    "random2": "Random-2 (two sentences drawn by lot)",
}
_METRIC_NAMES: Final = tuple(metric.name for metric in METRICS)


def report(done: EvalDone) -> str:
    """Ends with a newline; the same outcome gives the same text."""
    parts = [_title(done)]
    for field in dict.fromkeys(row.field for row in done.scores):
        rows = [row for row in done.scores if row.field == field]
        parts += [f"## {field}", _table(rows, _METRIC_NAMES), _table(rows, SHARES), *_against_copying(rows, field)]
    parts += [f"**{done.decision.action}** ({done.decision.reason}): {done.decision.detail}.", _signatures(done)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _title(done: EvalDone) -> str:
    toy = (
        "\n\n`toy`: the teacher or the student is the embedded pair; this shows that the loop runs, not how good it is."
        if done.toy
        else ""
    )
    dropped = (
        f"left out: {done.dropped_trained_on} trained on, {done.dropped_repeated} repeated, "
        f"{done.dropped_unscorable} without a reference of two words, {done.left_out} over the limit"
    )
    return (
        f"# Adapter {done.adapter_id} against {done.champion_id or 'the base (no champion yet)'}{toy}\n\n"
        f"{done.n} held-out texts in {done.clusters} clusters, set `{done.eval_set[:12]}`, snapshot `{done.snapshot_id}` "
        f"({dropped}). Mean [95 % interval]; an output that cannot be read scores 0."
    )


def _table(rows: Iterable[ScoreRow], metrics: tuple[str, ...]) -> str:
    """Systems down, metrics across; a system without any of them has no line."""
    cells = {(row.system, row.metric): _cell(row) for row in rows if row.metric in metrics}
    systems = [system for system in _ORDER if any((system, metric) in cells for metric in metrics)]
    lines = [f"| system | {' | '.join(metrics)} |", "| --- |" + " --- |" * len(metrics)]
    lines += [f"| {s} | {' | '.join(cells.get((s, m), '') for m in metrics)} |" for s in systems]
    return "\n".join(lines) if systems else ""


def _cell(row: ScoreRow) -> str:
    ends = "no interval" if row.low is None or row.high is None else f"{row.low:.3f}, {row.high:.3f}"
    return f"{row.value:.3f} [{ends}]"


def _against_copying(rows: Iterable[ScoreRow], field: ScoreField) -> list[str]:
    """One sentence a copying baseline: a student that does not beat it has learned nothing worth its cost."""
    value = {(row.system, row.metric): row.value for row in rows}
    return [
        _against(name, field, [(m, value[system, m], value["challenger", m]) for m in _METRIC_NAMES])
        for system, name in _COPYING.items()
        if (system, _METRIC_NAMES[0]) in value
    ]


def _against(name: str, field: ScoreField, pairs: Iterable[tuple[str, float, float]]) -> str:
    wins = [f"{metric} ({theirs:.3f} against {ours:.3f})" for metric, theirs, ours in pairs if theirs >= ours]
    if not wins:
        return f"The challenger is ahead of {name} on every {field} metric."
    return f"**{name} is at least as good as the challenger** on {field} {', '.join(wins)}."


def _signatures(done: EvalDone) -> str:
    signed = {row.metric: row.signature for row in done.scores}
    lines = [f"- {metric}: `{signature}`" for metric, signature in signed.items()]
    return "\n".join(["Signatures:", "", *lines, f"- decision: `{done.decision.signature}`"])
