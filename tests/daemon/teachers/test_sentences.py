# ruff: noqa: RUF001 - typographic dashes are what filings have
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.teachers.sentences import sentences


def split(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(text)]


@pytest.mark.parametrize(
    "one",
    [
        "The Company acquired Foo Inc. for $1.5 million in cash.",
        "Sales in the U.S. and Europe rose 3.5% in fiscal 2021.",
        "We sued Acme Corp. Ltd. in the U.S. District Court for the N.D. of California.",
        "Refer to Note 5. Leases and to Item 7. Management's Discussion for more.",
        "Mr. T. Cook joined on Jan. 5, 1998 as No. 2 of the firm.",
        "The costs are (i) wages, (ii) rent and (iii) other.",
        "He said “It works.” and left.",
        "Our Rule 10b-5 plan ends at 4 p.m. Pacific time.",
    ],
)
def test_a_full_stop_inside_a_sentence_does_not_end_it(one: str) -> None:
    assert split(f"{one} The next one follows.") == [one, "The next one follows."]


@pytest.mark.parametrize(
    "first",
    [
        "We are listed in the U.S.",
        "It was bought by Foo Inc.",
        "The rate was 5.",
        "She said “We grew.”",
        "Did margins fall?",
        "Sales rose (see above).",
    ],
)
def test_a_sentence_ends_before_a_word_that_opens_the_next(first: str) -> None:
    assert split(f"{first} The Company has no other plans.") == [first, "The Company has no other plans."]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("of the Company. We sell phones. Our stores are", ["We sell phones."]),
        ("Company's products rose. We sell phones.", ["We sell phones."]),
        ("Products and Services\nPhones are sold worldwide.", ["Phones are sold worldwide."]),
        ("We sell phones. Our shares trade in the U.S.", ["We sell phones."]),
        ("We sell phones. It was told by Mr.", ["We sell phones."]),
        ("• We sell phones.\n•We rent stores.", ["We sell phones.", "We rent stores."]),
        ("We sell phones (and tablets. We rent stores.", ["We rent stores."]),
        ("We sell\nphones and tablets of\nApple Inc. make.", ["We sell phones and tablets of Apple Inc. make."]),
        ("", []),
        ("Item 1A. Risk Factors", []),
    ],
)
def test_only_whole_sentences_are_called_whole(text: str, whole: list[str]) -> None:
    assert [sentence.text for sentence in sentences(text) if sentence.whole] == whole


@given(st.text(st.sampled_from('aA1.?!"“”() \n•,$-\u00a0\u2028\x00')) | st.text())
def test_nothing_but_white_space_and_bullets_is_lost(text: str) -> None:
    def ink(value: str) -> str:
        return "".join(
            c for c in value if not c.isspace() and c not in "•●▪■·*–—-()0123456789.abcdefghijklmnopqrstuvwxyz"
        )

    assert ink("".join(split(text))) == ink(text)
    assert [sentence.ordinal for sentence in sentences(text)] == list(range(len(split(text))))


def test_a_heading_is_not_counted_as_a_sentence() -> None:
    found = sentences("Risk Factors\nand the rest. We sell phones.\nOther Matters\nWe rent stores.")
    assert [(one.text, one.number) for one in found if one.whole] == [("We sell phones.", 1), ("We rent stores.", 2)]
