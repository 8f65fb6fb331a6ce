"""How near two texts are, and what makes them say different things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.near.shingles import figures_of, shingles_of, similarity
from tests.nearness import a_text

BASE = "The Company's net sales depend on many suppliers, and the effect of a shortage could be material."


def near(one, other):
    return similarity(shingles_of(one), shingles_of(other))


@pytest.mark.parametrize(
    "other",
    [
        "The Company\u2019s NET SALES depend on many suppliers and the effect of a shortage could be material",
        f"  • {BASE}\n",
    ],
)
def test_case_punctuation_and_bullets_make_no_difference(other):
    assert near(BASE, other) == 1


def test_each_changed_word_costs_three_runs():
    assert near(a_text("a"), a_text("a", changed=1)) == pytest.approx(146 / 152, abs=0.01)
    assert near(a_text("a"), a_text("b")) == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("As of September 28, 2019 it was so.", "As of September 26, 2020 it was so.", True),
        ("For 2023, 2022 and 2021", "For 2024, 2023 and 2022", True),
        ("Inventory was $4,351 million.", "Inventory was $5,734 million.", False),
        ("Sales rose 12%.", "Sales rose 13%.", False),
        ("Debt of $5 million.", "Debt of $5 billion.", False),
        ("In the first quarter.", "In the fourth quarter.", False),
        ("Sales rose 12%.", "Sales fell 12%.", False),
        ("Our controls were effective.", "Our controls were not effective.", False),
        ("Three customers owe most.", "Two customers owe most.", False),
        ("Refer to Note 3.", "Refer to Note 17.", False),
        ("Net sales increased in China.", "Net sales decreased in China.", False),
        ("We sell phones, tablets.", "We sell phones and watches.", True),
    ],
)
def test_figures_and_words_that_turn_the_meaning_are_told_apart_and_dates_are_not(one, other, same):
    assert (figures_of(one) == figures_of(other)) is same


@given(st.text(), st.text())
def test_any_two_texts_have_a_similarity(one, other):
    assert 0 <= near(one, other) <= 1
    assert near(one, one) == 1
    assert near(one, other) == near(other, one)
