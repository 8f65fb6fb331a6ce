import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.sentences import one_per_line, prose_sentences, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sales rose. Costs fell.", ["Sales rose.", "Costs fell."]),
        ("Sales rose to $1.5 billion. Costs fell 2.1%.", ["Sales rose to $1.5 billion.", "Costs fell 2.1%."]),
        ("Apple Inc. designs phones. It sells them.", ["Apple Inc. designs phones.", "It sells them."]),
        ("We sell in the U.S. We also sell abroad.", ["We sell in the U.S.", "We also sell abroad."]),
        ("We sell in the U.S. Virgin Islands.", ["We sell in the U.S. Virgin Islands."]),
        ("See Note 3. J. Smith signed it.", ["See Note 3.", "J. Smith signed it."]),
        (
            "See Apple Inc. v. Samsung Corp. for more. (4)Ms. Smith left.",
            ["See Apple Inc. v. Samsung Corp. for more.", "(4)Ms. Smith left."],
        ),
        ('He said "no." Then he left.', ['He said "no."', "Then he left."]),
        ("He said \u201cno.\u201d Then he left.", ["He said \u201cno.\u201d", "Then he left."]),
        ("1. Margins fell 2%. That matters.\n2. Cash rose.", ["1. Margins fell 2%.", "That matters.", "2. Cash rose."]),
        ("Liquidity\nWe have cash.", ["Liquidity", "We have cash."]),
        ("We have cash\nof $2 million.", ["We have cash of $2 million."]),
        ("What next? $5 million.", ["What next?", "$5 million."]),
        ("no end", ["no end"]),
        (" \n\n ", []),
        ("", []),
    ],
)
def test_a_text_is_split_where_a_reader_would_split_it(text, expected):
    assert sentences(text) == expected


def test_headings_and_scraps_are_no_prose():
    assert prose_sentences("Results of Operations\nRevenue rose by ten percent. See above.") == [
        "Revenue rose by ten percent."
    ]


@given(st.text())
def test_no_word_is_lost_and_splitting_twice_changes_nothing(text):
    once = sentences(text)
    assert " ".join(once).split() == text.split()
    assert one_per_line(one_per_line(text)).split() == text.split()
