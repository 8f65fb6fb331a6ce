"""Bootstrap intervals that resample whole clusters: texts of one company are alike, and so are their scores."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from evaluator.metrics.base import PerExample
from evaluator.spec import HEADLINE_FIELD, HEADLINE_METRIC, ClusterBy, Comparison, StudentSystem

RESAMPLES: Final = 10_000
MIN_COMPANIES: Final = 8  # below, companies are too few to resample: three give a false "better" 14 % of the time
_TAIL: Final = 2.5  # per cent on each side: a 95 % interval


@dataclass(frozen=True)
class Interval:
    """`low` and `high` are None below two clusters: one cluster says nothing about the next."""

    value: float
    low: float | None
    high: float | None
    n: int
    clusters: int
    cluster_by: ClusterBy


def cluster_by(companies: Sequence[str]) -> ClusterBy:
    """What to resample: companies where there are at least eight, else filings. One entry a text."""
    return "company" if len(set(companies)) >= MIN_COMPANIES else "filing"


def interval(examples: Sequence[PerExample], *, seed: int, resamples: int = RESAMPLES) -> Interval:
    """Of the mean over all texts. ValueError when there are none."""
    if not examples:
        raise ValueError("an interval needs at least one text")
    by = cluster_by([example.company_id for example in examples])
    sums, counts = _clusters(examples, by)
    value = math.fsum(example.value for example in examples) / len(examples)
    low, high = _percentiles(sums, counts, seed=seed, resamples=resamples, value=value)
    return Interval(value=value, low=low, high=high, n=len(examples), clusters=len(sums), cluster_by=by)


def compare(
    challenger: Sequence[PerExample],
    other: Sequence[PerExample],
    *,
    against: StudentSystem,
    seed: int,
    resamples: int = RESAMPLES,
) -> Comparison:
    """Paired: each text's headline difference, resampled by cluster. ValueError when the texts differ."""
    found = interval(_differences(challenger, other), seed=seed, resamples=resamples)
    return Comparison(
        against=against,
        field=HEADLINE_FIELD,
        metric=HEADLINE_METRIC,
        difference=found.value,
        low=found.low,
        high=found.high,
        n=found.n,
        clusters=found.clusters,
        cluster_by=found.cluster_by,
        resamples=resamples,
        signature="paired|" + signature(found.cluster_by, seed=seed, resamples=resamples),
    )


def signature(by: ClusterBy, *, seed: int, resamples: int = RESAMPLES) -> str:
    return f"bootstrap:percentile95|by:{by}|resamples:{resamples}|seed:{seed}|v:1"


def _differences(challenger: Sequence[PerExample], other: Sequence[PerExample]) -> list[PerExample]:
    values = {example.text_id: example.value for example in other}
    if len(values) != len(challenger) or values.keys() != {example.text_id for example in challenger}:
        raise ValueError("a paired comparison needs both systems' values for the same texts, each once")
    return [PerExample(e.text_id, e.company_id, e.accession, e.value - values[e.text_id]) for e in challenger]


def _clusters(examples: Sequence[PerExample], by: ClusterBy) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Sum and count of each cluster, both of shape (clusters,), clusters by name, so that no order of texts matters."""
    groups: dict[str, list[float]] = defaultdict(list)
    for example in examples:
        groups[example.company_id if by == "company" else example.accession].append(example.value)
    names = sorted(groups)
    return np.array([math.fsum(groups[g]) for g in names]), np.array([float(len(groups[g])) for g in names])


def _percentiles(
    sums: npt.NDArray[np.float64], counts: npt.NDArray[np.float64], *, seed: int, resamples: int, value: float
) -> tuple[float | None, float | None]:
    if len(sums) < 2:
        return None, None
    drawn = _draws(len(sums), seed, resamples)
    low, high = np.percentile((drawn @ sums) / (drawn @ counts), (_TAIL, 100 - _TAIL))
    # Rounding alone can put an end on the wrong side of the mean, when all clusters agree.
    return min(float(low), value), max(float(high), value)


@lru_cache(maxsize=4)
def _draws(clusters: int, seed: int, resamples: int) -> npt.NDArray[np.float64]:
    """How often each cluster was drawn, shape (resamples, clusters), a row's sum = clusters. Shared by all metrics."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=resamples).astype(np.float64)
