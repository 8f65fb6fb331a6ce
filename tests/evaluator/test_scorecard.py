from dataclasses import replace

import pytest

from evaluator.errors import CannotScore
from evaluator.outputs import Output, answers
from evaluator.scorecard import baselines, headline, headline_comparison, score_answers, scorecard


def said(rows, text_of, *, task="summary", hit_limit=False):
    return answers([Output(row.text_id, task, raw=text_of(row), tokens=9, hit_limit=hit_limit) for row in rows])


def value(card, system, metric, field="summary"):
    return next(r for r in card if (r.system, r.metric, r.field) == (system, metric, field))


@pytest.fixture
def by_text(rows):
    return {row.text_id: row for row in rows}


def test_an_answer_that_cannot_be_read_scores_zero_and_counts(rows, by_text):
    half = {row.text_id for row in rows[::2]}
    scored = score_answers("base", said(rows, lambda r: r.summary if r.text_id in half else ""), by_text)
    card = scorecard(scored, seed=0)
    assert value(card, "base", "rougeL").value == 0.5 and value(card, "base", "rougeL").n == 36
    assert value(card, "base", "empty_share").value == 0.5
    assert value(card, "base", "unparsed_share").value == value(card, "base", "limit_share").value == 0


def test_shares_tell_unparsed_and_cut_off_answers_apart(rows, by_text):
    scored = score_answers("base", said(rows, lambda _: "no mark", task="joint", hit_limit=True), by_text)
    card = scorecard(scored, seed=0)
    assert value(card, "base", "unparsed_share").value == 1.0
    assert value(card, "base", "unparsed_share", "rationale").value == 0.0
    assert value(card, "base", "limit_share").value == 1.0


def test_baselines_stand_beside_the_summary_and_self_beside_both(rows):
    card = scorecard(baselines(rows, fields=("summary", "rationale"), seed=0), seed=0)
    assert {(r.system, r.field) for r in card} == {
        ("lead2", "summary"),
        ("random2", "summary"),
        ("self", "summary"),
        ("self", "rationale"),
    }
    assert {r.metric for r in card} == {"rouge1", "rouge2", "rougeL", "rougeLsum"}  # nothing was generated: no shares


def test_the_reference_against_itself_is_exactly_one(rows):
    card = scorecard(baselines(rows, fields=("summary", "rationale"), seed=0), seed=0)
    assert {(r.value, r.low, r.high) for r in card if r.system == "self"} == {(1.0, 1.0, 1.0)}


def test_a_reference_that_misses_one_stops_the_run(rows):
    broken = [replace(row, summary="--") for row in rows]
    with pytest.raises(CannotScore, match=r"rouge1 0\.0 instead of 1\.0") as caught:
        scorecard(baselines(broken, fields=("summary",), seed=0), seed=0)
    assert caught.value.reason == "self_not_one"


def test_a_row_says_how_to_get_its_number_again(rows, by_text):
    row = value(scorecard(score_answers("base", said(rows, lambda r: r.text), by_text), seed=7), "base", "rougeLsum")
    assert row.signature == (
        "rouge-score:0.1.2|f|stem:yes|split:v1|v:1|bootstrap:percentile95|by:company|resamples:10000|seed:7|v:1"
    )
    assert (row.n, row.clusters) == (36, 9)


def test_the_headline_is_summary_rouge_l_text_by_text(rows, by_text):
    scored = score_answers("base", said(rows, lambda r: r.summary), by_text)
    scored += score_answers("base", said(rows, lambda _: "x", task="rationale"), by_text)
    assert {e.value for e in headline(scored, "base")} == {1.0} and len(headline(scored, "base")) == 36


def test_the_comparison_is_challenger_minus_the_other(rows, by_text):
    scored = score_answers("base", said(rows, lambda _: ""), by_text)
    scored += score_answers("challenger", said(rows, lambda r: r.summary), by_text)
    found = headline_comparison(scored, against="base", seed=0)
    assert (found.difference, found.low, found.against, found.clusters) == (1.0, 1.0, "base", 9)


def test_the_order_of_answers_changes_nothing(rows, by_text):
    answered = said(rows, lambda r: r.text)
    forward, backward = (scorecard(score_answers("base", some, by_text), seed=0) for some in (answered, answered[::-1]))
    assert forward == backward
