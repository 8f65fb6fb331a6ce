from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.figures import figures, ungrounded, without_list_numbers


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("$1.2 billion", "1.2e9", "money"),
        ("1,200 million", "1.2e9", None),
        ("$ 1,200", "1200", "money"),
        ("$(1,200)", "1200", "money"),
        ("(5.2)%", "5.2", "percent"),
        ("-5.2 percent", "5.2", "percent"),
        ("5 percentage points", "5", "percent"),
        ("250 basis points", "2.5", "percent"),
        ("$3.4B", "3.4e9", "money"),
        ("$3.4-billion", "3.4e9", "money"),
        ("€7 million", "7e6", "money"),
        (".5%", "0.5", "percent"),
        ("0.50", "0.5", None),
        ("2019,", "2019", None),
        ("12-month", "12", None),
        ("FY2021", "2021", None),
        ("$1.2 bil", "1.2e9", "money"),
        ("the 4th", "4", None),
    ],
)
def test_a_figure_is_read_with_its_scale_and_unit(text: str, value: str, unit: str | None) -> None:
    (figure,) = figures(f"It was {text} then.")
    assert (figure.value, figure.unit) == (Decimal(value), unit)


@pytest.mark.parametrize(
    "text", ["Form 10-K", "our 10-KSB", "in Q3", "the A320", "an 8-K", "Rule X7b", "COVID-19", "401(k) plans"]
)
def test_names_are_no_figures(text: str) -> None:
    assert list(figures(text)) == []


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("Sales were $1.2 billion.", "Net sales of $1,200 million"),
        ("Sales fell 5.2%.", "changed by (5.2)%"),
        ("Sales rose 4% to 6%.", "a rise of 4 to 6 percent"),
        ("between $1.2 billion and $1.5 billion", "between $1.2 and $1.5 billion"),
        ("Revenue of $12.5 million", "(in millions) Revenue 12.5"),
        ("1. Sales rose. 2. Costs fell. 3. Margins: better.", "no figure at all"),
        ("Step 1: Sales rose.", "no figure at all"),
        ("No figures.", ""),
        ("As the 10-K says", "the report"),
        ("up 50 basis points", "up 0.5%"),
        # The issue's own: $1.2 billion = 1,200 million, both ways and in other dress.
        ("1,200 million", "$1.2 billion"),
        ("$1,200,000 thousand", "US$1.2bn"),
        ("1.2 billion dollars", "$1.2\u00a0billion"),
        # One scale or unit for a whole list.
        ("$1.2 billion, $1.5 billion and $1.7 billion", "$1.2, $1.5 and $1.7 billion"),
        ("2% to 4%", "2, 3 and 4 percent"),
        # A table's scale.
        ("$12.5 million", "(Millions of dollars) Revenue 12.5"),
        ("$12.5 million", "($ millions) Revenue 12.5"),
        ("$12.5 million", "in U.S. millions: 12.5"),
        ("$12,500", "(000's) Revenue 12.5"),
        ("$12,500", "($000s) Revenue 12.5"),
        # Words.
        ("25 stores in 3 states", "twenty-five stores in three states"),
        ("the 4th quarter of 2021", "the fourth quarter of FY2021"),
        ("200 people, 5% of them", "two hundred people, five percent of them"),
        ("$2 million", "two million dollars"),
        # List numbers as models write them, a second list, and names.
        ("**1.** Sales rose. **2.** Costs fell.", "no figure at all"),
        ("(1) Sales rose. (2) Costs fell.", "no figure at all"),
        ("1.Sales rose. 2.Costs fell.", "no figure at all"),
        ("Step 1 - Sales rose. Step 2 - Costs fell.", "no figure at all"),
        ("1. Sales rose.\n2. Costs fell.\n\nCauses:\n1. Phones.", "no figure at all"),
        ("COVID-19 and the 401(k) plan", "the pandemic and the retirement plan"),
    ],
)
def test_a_figure_told_in_another_way_is_grounded(answer: str, text: str) -> None:
    assert ungrounded(answer, text) == ()


@pytest.mark.parametrize(
    ("answer", "text", "missing"),
    [
        ("Sales were $1.2 billion.", "Net sales of $1.2 million", ("$1.2 billion",)),
        ("Sales rose 5%.", "rose $5", ("5%",)),
        ("In 2021 and 2022", "in 2021", ("2022",)),
        ("1. Sales rose 7%. 3. Costs fell.", "rose 7%", ("3",)),
        ("12 months", "112 months, 1.12, 12.5 and Q12", ("12",)),
        # Nothing is computed or rounded.
        ("rose by $300 million", "from $1,200 million to $1,500 million", ("$300 million",)),
        ("$1.2 billion", "$1,234 million", ("$1.2 billion",)),
        ("33%", "one third", ("33%",)),
        ("$12.5 billion", "(in millions) Revenue 12.5", ("$12.5 billion",)),
        ("$1.7 billion", "$1.2, $1.5 and 1.7%, $2 billion", ("$1.7 billion",)),
        ("fell to 1. Then to 3.", "fell", ("3",)),
        ("12 states", "two or ten states", ("12",)),
    ],
)
def test_a_figure_that_does_not_stand_in_the_text_is_named(answer: str, text: str, missing: tuple[str, ...]) -> None:
    assert ungrounded(answer, text) == missing


@given(st.text("0123456789.,$%() milbonFYtwh-*:\n", max_size=60))
def test_a_text_is_always_grounded_in_itself(text: str) -> None:
    assert ungrounded(text, text) == ()


@given(st.integers(1, 9_999_999), st.integers(0, 3))
def test_grouping_and_scale_are_spelling_not_value(number: int, steps: int) -> None:
    scale = ["", " thousand", " million", " billion"][steps]
    assert ungrounded(f"{number * 1000**steps:,}", f"{number}{scale}") == ()


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert ungrounded(text, "") == tuple(ungrounded(text, ""))
    assert len(without_list_numbers(text)) <= len(text) + 1
