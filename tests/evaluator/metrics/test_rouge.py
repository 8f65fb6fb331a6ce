import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from evaluator.metrics import METRICS
from evaluator.metrics.rouge import Rouge
from evaluator.sentences import one_per_line

WORDS = ["revenue", "revenues", "rose", "rising", "by", "5", "percent", "The", "margin.", "Cash", "fell.", "\n", "--"]
texts = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)


@pytest.mark.parametrize(
    ("name", "prediction", "expected"),
    [
        # reference "the cat sat on the mat": 6 words, 5 bigrams
        ("rouge1", "the cat ran", 4 / 9),  # 2 hits: P 2/3, R 2/6
        ("rouge2", "the cat ran", 2 / 7),  # 1 hit: P 1/2, R 1/5
        ("rougeL", "mat the cat", 4 / 9),  # longest common subsequence "the cat": P 2/3, R 2/6
        ("rougeLsum", "mat the cat", 4 / 9),  # one sentence each: as rougeL
        ("rouge1", "THE CATS SAT; on the mats!", 1.0),  # case, punctuation and word endings fold
        ("rougeL", "", 0.0),
        ("rougeL", "--", 0.0),
    ],
)
def test_a_score_is_what_a_hand_calculates(name, prediction, expected):
    assert Rouge(name).score("the cats sat on the mat", prediction) == pytest.approx(expected)


def test_rouge_lsum_matches_sentences_in_any_order_and_rouge_l_does_not():
    reference, swapped = "Sales rose sharply. Costs fell slowly.", "Costs fell slowly. Sales rose sharply."
    assert Rouge("rougeLsum").score(reference, swapped) == 1.0
    assert Rouge("rougeL").score(reference, swapped) == 0.5


@given(texts, texts)
def test_every_rouge_is_what_rouge_score_itself_says(reference, prediction):
    plain = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True).score(reference, prediction)
    lines = RougeScorer(["rougeLsum"], use_stemmer=True).score(one_per_line(reference), one_per_line(prediction))
    for metric in METRICS:
        assert metric.score(reference, prediction) == (plain | lines)[metric.name].fmeasure


@given(st.lists(st.sampled_from(WORDS[:10]), min_size=2, max_size=25).map(" ".join))
def test_the_reference_scores_exactly_one_against_itself(reference):
    assert [metric.score(reference, reference) for metric in METRICS] == [1.0] * len(METRICS)


def test_a_signature_says_how_to_get_the_number_again():
    assert [metric.signature for metric in METRICS] == [
        "rouge-score:0.1.2|f|stem:yes|v:1",
        "rouge-score:0.1.2|f|stem:yes|v:1",
        "rouge-score:0.1.2|f|stem:yes|v:1",
        "rouge-score:0.1.2|f|stem:yes|split:v1|v:1",
    ]
