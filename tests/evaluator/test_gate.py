import numpy as np
import pytest

from evaluator.gate import decide
from evaluator.intervals import compare
from evaluator.metrics.base import PerExample
from evaluator.spec import ClusterBy, Comparison


def a_comparison(
    low: float | None, *, n: int = 100, clusters: int = 10, cluster_by: ClusterBy = "company"
) -> Comparison:
    return Comparison(
        against="champion",
        field="summary",
        metric="rougeL",
        difference=0.02,
        low=low,
        high=None if low is None else 0.05,
        n=n,
        clusters=clusters,
        cluster_by=cluster_by,
        resamples=10_000,
        signature="paired",
    )


@pytest.mark.parametrize(
    ("comparison", "action", "reason"),
    [
        (a_comparison(0.001), "promote", "better"),
        (a_comparison(0.0), "hold", "not_better"),  # above 0, not at 0: an identical challenger never is
        (a_comparison(-0.01), "hold", "not_better"),
        (a_comparison(0.01, n=30, clusters=8), "promote", "better"),
        (a_comparison(0.01, n=29), "hold", "too_few_heldout"),
        (a_comparison(0.01, clusters=7), "hold", "too_few_heldout"),
        (a_comparison(0.01, clusters=7, cluster_by="filing"), "hold", "too_few_heldout"),
        (a_comparison(0.01, clusters=8, cluster_by="filing"), "promote", "better"),
        (a_comparison(None, clusters=1), "hold", "too_few_heldout"),
        (None, "unscored", "no_heldout"),
    ],
)
def test_the_gate_follows_the_design(comparison, action, reason):
    decision = decide(comparison)
    assert (decision.action, decision.reason) == (action, reason)


@pytest.mark.parametrize("comparison", [None, a_comparison(0.01, clusters=3)])
def test_too_little_to_measure_says_how_to_get_more(comparison):
    detail = decide(comparison).detail
    assert "finsdistill backfill" in detail and "[evaluator] heldout" in detail and "finsdistill promote" in detail


def test_a_decision_says_by_which_rule_and_which_bootstrap():
    assert decide(a_comparison(0.01)).signature == "gate:v1|lower_end>0|clusters>=8|texts>=30|paired"


@pytest.mark.parametrize(("companies", "at_most"), [(8, 0.10), (20, 0.06)])
def test_an_equal_challenger_is_seldom_promoted(companies, at_most):
    """A/A: two students equally good on average, which still differ by company (0.05) and by text (0.15)."""
    promoted, trials = 0, 400
    for trial in range(trials):
        rng = np.random.default_rng(trial)
        champion = rng.uniform(0.2, 0.6, companies * 12)
        gained = np.repeat(rng.normal(0, 0.05, companies), 12) + rng.normal(0, 0.15, companies * 12)
        values = [
            [PerExample(f"t{i}", f"c{i // 12}", f"a{i // 6}", float(v)) for i, v in enumerate(system)]
            for system in (champion + gained, champion)
        ]
        found = compare(*values, against="champion", seed=trial, resamples=1000)
        promoted += decide(found).action == "promote"
    assert promoted / trials <= at_most


def test_a_clearly_better_challenger_is_promoted():
    rng = np.random.default_rng(0)
    champion = rng.uniform(0.2, 0.6, 200)
    rows = [
        [PerExample(f"t{i}", f"c{i % 10}", "a", float(v)) for i, v in enumerate(s)] for s in (champion + 0.1, champion)
    ]
    assert decide(compare(*rows, against="base", seed=0)).action == "promote"
