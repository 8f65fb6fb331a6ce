import math
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.intervals import compare, interval
from evaluator.metrics.base import PerExample


def examples_of(values: list[float], *, companies: int = 8) -> list[PerExample]:
    return [PerExample(f"t{i:04}", f"c{i % companies}", f"a{i % (2 * companies)}", v) for i, v in enumerate(values)]


scores = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@settings(max_examples=50, deadline=None)
@given(scores, st.integers(1, 12))
def test_an_interval_contains_its_mean_and_stays_in_range(values, companies):
    found = interval(examples_of(values, companies=companies), seed=0, resamples=200)
    assert found.value == pytest.approx(math.fsum(values) / len(values))
    if found.low is not None and found.high is not None:
        assert min(values) - 1e-12 <= found.low <= found.value <= found.high <= max(values) + 1e-12


@settings(max_examples=50, deadline=None)
@given(scores, st.randoms())
def test_the_order_of_the_texts_changes_not_a_bit(values, shuffler: random.Random):
    given_order = examples_of(values)
    shuffled = list(given_order)
    shuffler.shuffle(shuffled)
    assert interval(shuffled, seed=5, resamples=200) == interval(given_order, seed=5, resamples=200)


def test_four_times_the_clusters_halve_the_width():
    rng = np.random.default_rng(0)
    widths = []
    for companies in (50, 200):
        found = interval(examples_of(list(rng.uniform(size=companies)), companies=companies), seed=1)
        assert found.low is not None and found.high is not None
        widths.append(found.high - found.low)
    assert widths[0] / widths[1] == pytest.approx(2, rel=0.15)


@pytest.mark.parametrize(
    ("companies", "by", "clusters"), [(8, "company", 8), (7, "filing", 14), (1, "filing", 2), (20, "company", 20)]
)
def test_clusters_are_companies_from_eight_on_and_filings_below(companies, by, clusters):
    found = interval(examples_of([0.5] * 80, companies=companies), seed=0)
    assert (found.cluster_by, found.clusters) == (by, clusters)


def test_texts_of_one_cluster_are_not_taken_for_independent_ones():
    """100 copies of each company's one text know no more than that text: the interval is as wide as without them."""
    once = [PerExample(f"t{i}", f"c{i}", f"a{i}", i / 10) for i in range(10)]
    copies = [replace(e, text_id=f"{e.text_id}-{k}") for e in once for k in range(100)]
    few, many = interval(once, seed=2), interval(copies, seed=2)
    assert (many.low, many.high) == (pytest.approx(few.low), pytest.approx(few.high))


def test_one_cluster_gives_no_interval():
    found = interval([PerExample(f"t{i}", "c", "a", i / 10) for i in range(10)], seed=0)
    assert (found.clusters, found.low, found.high) == (1, None, None)


def test_equal_values_give_an_interval_of_no_width():
    found = interval(examples_of([0.1] * 30), seed=0)
    assert found.low == pytest.approx(0.1) and found.high == pytest.approx(0.1)
    assert interval(examples_of([1.0] * 30), seed=0).low == 1.0


def test_nineteen_of_twenty_intervals_contain_the_truth():
    """Company effects included; 30 companies of 5 texts. The percentile bootstrap is known to be a little narrow."""
    hits, trials = 0, 300
    for trial in range(trials):
        rng = np.random.default_rng(trial)
        values = np.repeat(rng.normal(0.5, 0.1, 30), 5) + rng.normal(0, 0.1, 150)
        rows = [PerExample(f"t{i}", f"c{i // 5}", "a", v) for i, v in enumerate(values)]
        found = interval(rows, seed=trial, resamples=1000)
        assert found.low is not None and found.high is not None
        hits += found.low <= 0.5 <= found.high
    assert 0.90 <= hits / trials <= 0.98


def test_a_paired_comparison_sees_a_small_steady_gain_in_noisy_scores():
    noise = list(np.random.default_rng(0).uniform(size=200))
    challenger = examples_of([min(1.0, v + 0.01) for v in noise])
    found = compare(challenger, examples_of(noise), against="champion", seed=0)
    assert found.low is not None and found.low > 0
    assert found.signature == "paired|bootstrap:percentile95|by:company|resamples:10000|seed:0|v:1"


def test_a_comparison_turned_round_changes_its_sign():
    rng = np.random.default_rng(1)
    one, other = examples_of(list(rng.uniform(size=60))), examples_of(list(rng.uniform(size=60)))
    there, back = (compare(a, b, against="base", seed=0) for a, b in ((one, other), (other, one)))
    assert there.difference == pytest.approx(-back.difference)
    assert there.low == pytest.approx(-back.high)  # type: ignore[operator]


@pytest.mark.parametrize("other", [[], [0.5] * 9, [0.5] * 11])
def test_systems_with_different_texts_are_not_compared(other):
    with pytest.raises(ValueError, match="same texts"):
        compare(examples_of([0.5] * 10), examples_of(other), against="base", seed=0)


def test_no_texts_have_no_interval():
    with pytest.raises(ValueError, match="at least one"):
        interval([], seed=0)
