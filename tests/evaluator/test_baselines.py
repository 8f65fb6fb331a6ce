import pytest

from evaluator.baselines import lead2, random2
from evaluator.sentences import sentences

TEXT = (
    "Results\nRevenue rose by ten percent. Costs fell by five percent. Cash stayed where it was. Debt was fully repaid."
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TEXT, "Revenue rose by ten percent. Costs fell by five percent."),
        ("Revenue rose by ten percent.", "Revenue rose by ten percent."),
        ("Cash 5\nDebt 3\nEquity 2", "Cash 5 Debt 3"),  # no prose at all: the first two lines
        ("", ""),
    ],
)
def test_lead2_is_the_first_two_sentences(text, expected):
    assert lead2(text) == expected


def test_random2_is_two_whole_sentences_in_text_order_and_seeded():
    drawn = {random2(TEXT, text_id="t", seed=seed) for seed in range(100)}
    order = sentences(TEXT)[1:]
    pairs = {f"{first} {second}" for i, first in enumerate(order) for second in order[i + 1 :]}
    assert drawn == pairs  # all six pairs turn up, and nothing else
    assert random2(TEXT, text_id="t", seed=7) == random2(TEXT, text_id="t", seed=7)


def test_random2_draws_anew_for_each_text():
    assert len({random2(TEXT, text_id=f"t{i}", seed=7) for i in range(50)}) > 1
