"""Snapshots, adapters, scores: what the views say of trainings and of who is champion."""

import pytest

from store.events import (
    AdapterEvaluated,
    AdapterHeld,
    AdapterPromoted,
    AdapterRolledBack,
    CompanyUnwatched,
    CompanyWatched,
    Comparison,
    LabellingPaused,
    Score,
    SplitAssigned,
)
from tests.builders import a_training, put


def promoted(adapter: str, replaces: str | None = None) -> AdapterPromoted:
    return AdapterPromoted(adapter_id=adapter, replaces=replaces, by="gate", reason="better")


def held(adapter: str, *, unscored: bool = False) -> AdapterHeld:
    return AdapterHeld(adapter_id=adapter, unscored=unscored, reason="not_better", detail="0.01 [-0.02, 0.04]")


def rolled_back(adapter: str, to: str | None) -> AdapterRolledBack:
    return AdapterRolledBack(adapter_id=adapter, to=to, reason="a person's eye")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((), {"a": "challenger", "b": "challenger"}),
        ((promoted("a"),), {"a": "champion", "b": "challenger"}),
        ((promoted("a"), promoted("b", "a")), {"a": "former", "b": "champion"}),
        ((held("a"),), {"a": "held", "b": "challenger"}),
        ((held("a", unscored=True),), {"a": "unscored", "b": "challenger"}),
        ((held("a"), promoted("a")), {"a": "champion", "b": "challenger"}),  # a person promoted it after all
        ((promoted("a"), rolled_back("a", None)), {"a": "rolled_back", "b": "challenger"}),
        ((promoted("a"), promoted("b", "a"), rolled_back("b", "a")), {"a": "champion", "b": "rolled_back"}),
    ],
)
def test_an_adapter_has_the_status_of_its_latest_fact(log, facts, expected):
    put(log, a_training("a"), a_training("b"), *facts)
    assert dict(log.query("SELECT adapter_id, status FROM adapters")) == expected


def test_an_adapters_status_says_why(log):
    put(log, a_training("a"), held("a"))
    assert log.query("SELECT reason, detail FROM adapters") == [("not_better", "0.01 [-0.02, 0.04]")]
    put(log, promoted("a"))
    assert log.query("SELECT reason FROM adapters") == [("better",)]


def test_there_is_never_more_than_one_champion(log):
    put(log, *(a_training(name) for name in "abc"))
    put(log, promoted("a"), promoted("b", "a"), rolled_back("b", "a"), promoted("c", "a"))
    assert log.query("SELECT adapter_id FROM adapters WHERE status = 'champion'") == [("c",)]


def test_a_gate_that_did_not_know_of_a_persons_promotion_leaves_one_champion_too(log):
    put(log, *(a_training(name) for name in "abc"))
    put(log, promoted("a"), promoted("b", "a"), promoted("c", "a"))
    assert dict(log.query("SELECT adapter_id, status FROM adapters")) == {"a": "former", "b": "former", "c": "champion"}
    put(log, rolled_back("c", None))
    assert log.query("SELECT adapter_id FROM adapters WHERE status = 'champion'") == []


def test_scores_and_the_comparison_are_rows(log):
    score = Score(
        system="lead2", field="summary", metric="rougeL", value=0.5, low=0.4, high=0.6, n=96, clusters=8, signature="s"
    )
    against = Comparison(against="base", difference=0.1, low=0.02, high=0.2, n=96, clusters=8, signature="s")
    evaluated = AdapterEvaluated(
        adapter_id="a",
        snapshot_id="s1",
        champion=None,
        eval_set="e1",
        scores=(score, score.model_copy(update={"system": "challenger"})),
        comparison=against,
        per_example_sha256="f" * 64,
        seconds=3.0,
        texts_per_s=32.0,
    )
    put(log, a_training("a"), evaluated)
    assert log.query("SELECT adapter_id, snapshot_id, system, value, eval_set FROM metrics ORDER BY system") == [
        ("a", "s1", "challenger", 0.5, "e1"),
        ("a", "s1", "lead2", 0.5, "e1"),
    ]
    assert log.query("SELECT adapter_id, against, difference, per_example_sha256 FROM comparisons") == [
        ("a", "base", 0.1, "f" * 64)
    ]


def test_a_company_keeps_its_name_and_split_when_it_is_no_longer_watched(log):
    split = SplitAssigned(company_id="0000320193", cik=320193, split="heldout", rule="listed")
    watched = CompanyWatched(company_id="0000320193", cik=320193, ticker="AAPL", name="Apple Inc.")
    put(log, split, watched, CompanyUnwatched(company_id="0000320193"))
    assert log.query("SELECT ticker, name, split, watched FROM companies") == [("AAPL", "Apple Inc.", "heldout", False)]


def test_a_pause_is_told_with_its_reason(log):
    put(log, LabellingPaused(recipe="r", reason="the recipe changed"))
    assert log.query("SELECT paused, reason FROM raw_pauses") == [(True, "the recipe changed")]
