"""Answers and references → scores text by text → rows of means, intervals and shares. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evaluator.baselines import lead2, random2
from evaluator.errors import CannotScore
from evaluator.intervals import compare, interval, signature
from evaluator.metrics import METRICS
from evaluator.metrics.base import PerExample
from evaluator.outputs import FieldAnswer, given
from evaluator.spec import HEADLINE_FIELD, HEADLINE_METRIC, Comparison, ScoreField, ScoreRow, StudentSystem, System
from store.snapshot import TripletRow

SHARES: Final = ("empty_share", "unparsed_share", "limit_share")
_SHARE_SIGNATURE: Final = "share|v:1"
STUDENTS: Final[tuple[StudentSystem, ...]] = ("base", "champion", "challenger")


@dataclass(frozen=True)
class Scored:
    """One answer with its scores, one a metric and in the order of METRICS, each in [0, 1]."""

    system: System
    row: TripletRow
    answer: FieldAnswer
    scores: tuple[float, ...]


def baselines(rows: Iterable[TripletRow], *, fields: Sequence[ScoreField], seed: int) -> list[Scored]:
    """lead2 and random2 for the summary only: sentences copied from a text explain nothing, so beside a rationale they
    would be a bar that no one meant. `self` for each field the students answer."""
    found: list[Scored] = []
    for row in rows:
        if "summary" in fields:
            found.append(_scored("lead2", row, given(row.text_id, "summary", lead2(row.text))))
            drawn = random2(row.text, text_id=row.text_id, seed=seed)
            found.append(_scored("random2", row, given(row.text_id, "summary", drawn)))
        found += [_scored("self", row, given(row.text_id, field, reference(row, field))) for field in fields]
    return found


def score_answers(
    system: StudentSystem, answers: Iterable[FieldAnswer], rows: Mapping[str, TripletRow]
) -> list[Scored]:
    """`rows` by text_id."""
    return [_scored(system, rows[answer.text_id], answer) for answer in answers]


def scorecard(scored: Sequence[Scored], *, seed: int) -> tuple[ScoreRow, ...]:
    """A row for each system, field and metric, and for students their shares, in the order the systems came in.

    Raises CannotScore when the reference against itself is not exactly 1: then the measure is broken, and so is every
    other number.
    """
    groups: dict[tuple[System, ScoreField], list[Scored]] = {}
    for one in scored:
        groups.setdefault((one.system, one.answer.field), []).append(one)
    rows = tuple(row for group in groups.values() for row in _rows(group, seed=seed))
    for row in rows:
        if row.system == "self" and row.value != 1.0:
            raise CannotScore(
                "self_not_one",
                f"the references scored against themselves give {row.field} {row.metric} {row.value!r} instead of 1.0 "
                f"({row.signature}): no score of this run can be trusted; report it with the snapshot's id",
            )
    return rows


def headline(scored: Iterable[Scored], system: StudentSystem) -> list[PerExample]:
    """What the gate looks at: the system's summary ROUGE-L text by text."""
    at = [metric.name for metric in METRICS].index(HEADLINE_METRIC)
    wanted = [one for one in scored if one.system == system and one.answer.field == HEADLINE_FIELD]
    return [_per_example(one, one.scores[at]) for one in wanted]


def headline_comparison(scored: Sequence[Scored], *, against: StudentSystem, seed: int) -> Comparison:
    return compare(headline(scored, "challenger"), headline(scored, against), against=against, seed=seed)


def reference(row: TripletRow, field: ScoreField) -> str:
    return row.summary if field == "summary" else row.rationale


def _scored(system: System, row: TripletRow, answer: FieldAnswer) -> Scored:
    text, target = answer.text, reference(row, answer.field)
    scores = tuple(0.0 if text is None else metric.score(target, text) for metric in METRICS)
    return Scored(system, row, answer, scores)


def _rows(group: Sequence[Scored], *, seed: int) -> Iterable[ScoreRow]:
    for i, metric in enumerate(METRICS):
        yield _row(group, metric.name, [one.scores[i] for one in group], signed=metric.signature, seed=seed)
    if group[0].system in STUDENTS:
        for name in SHARES:
            flags = [float(_flag(one.answer, name)) for one in group]
            yield _row(group, name, flags, signed=_SHARE_SIGNATURE, seed=seed)


def _row(group: Sequence[Scored], metric: str, values: Sequence[float], *, signed: str, seed: int) -> ScoreRow:
    found = interval([_per_example(one, v) for one, v in zip(group, values, strict=True)], seed=seed)
    return ScoreRow(
        system=group[0].system,
        field=group[0].answer.field,
        metric=metric,
        value=found.value,
        low=found.low,
        high=found.high,
        n=found.n,
        clusters=found.clusters,
        signature=f"{signed}|{signature(found.cluster_by, seed=seed)}",
    )


def _flag(answer: FieldAnswer, share: str) -> bool:
    return {"empty_share": answer.empty, "unparsed_share": answer.unparsed, "limit_share": answer.hit_limit}[share]


def _per_example(one: Scored, value: float) -> PerExample:
    return PerExample(one.row.text_id, one.row.company_id, one.row.accession, value)
