import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.sets import balanced, freeze, set_sha256
from store.snapshot import TripletRow


def a_row(company: int, filing: int, text: int) -> TripletRow:
    name = f"{company}-{filing}-{text}"
    return TripletRow(
        label_id=f"label-{name}",
        text_id=f"text-{name}",
        chunk_id=f"chunk-{name}",
        accession=f"acc-{company}-{filing}",
        company_id=f"company-{company}",
        form="10-K",
        item="7",
        text=f"Text {name}.",
        rationale=f"1. Step {name}",
        summary=f"Summary {name}",
        is_new=False,
    )


def some_rows(sizes: dict[int, int]) -> list[TripletRow]:
    return [a_row(company, i % 2, i) for company, size in sizes.items() for i in range(size)]


def freeze_all(rows, trained_on=frozenset(), max_examples=1000, seed=1):
    return freeze(rows, trained_on=trained_on, max_examples=max_examples, seed=seed)


@given(st.randoms())
def test_the_order_of_the_rows_changes_nothing(shuffler: random.Random):
    rows = some_rows({1: 5, 2: 3, 3: 1})
    shuffled = list(rows)
    shuffler.shuffle(shuffled)
    assert freeze_all(shuffled, max_examples=6) == freeze_all(rows, max_examples=6)


@pytest.mark.parametrize(
    ("sizes", "limit", "expected"),
    [
        ({1: 10, 2: 10}, 6, [3, 3]),
        ({1: 100, 2: 2}, 10, [8, 2]),  # the small company is in whole, the rest comes from the other
        ({1: 9, 2: 9, 3: 9}, 9, [3, 3, 3]),
        ({1: 2, 2: 1}, 10, [2, 1]),
    ],
)
def test_companies_are_balanced_as_far_as_they_reach(sizes, limit, expected):
    companies = [row.company_id for row in balanced(some_rows(sizes), limit=limit, seed=3)]
    assert [companies.count(f"company-{c}") for c in sizes] == expected


def test_the_filings_of_a_company_are_balanced_too():
    rows = [a_row(1, 0, i) for i in range(20)] + [a_row(1, 1, i) for i in range(3)]
    filings = [row.accession for row in balanced(rows, limit=6, seed=3)]
    assert filings.count("acc-1-0") == filings.count("acc-1-1") == 3


def test_another_seed_is_another_sample():
    rows = some_rows({1: 50})
    assert freeze_all(rows, max_examples=5, seed=1).sha256 != freeze_all(rows, max_examples=5, seed=2).sha256


def test_what_an_adapter_was_trained_on_is_left_out_and_counted():
    rows = some_rows({1: 3})
    found = freeze_all(rows, trained_on=frozenset({rows[1].text_id, "elsewhere"}))
    assert [row.text_id for row in found.rows] == [rows[0].text_id, rows[2].text_id]
    assert found.dropped_trained_on == 1


def test_a_text_that_occurs_twice_counts_once():
    row = a_row(1, 0, 0)
    found = freeze_all([row, replace(row, label_id="zz", accession="zz")])
    assert (found.rows, found.dropped_repeated) == ((row,), 1)


@pytest.mark.parametrize("field", ["summary", "rationale"])
def test_a_reference_that_cannot_score_one_against_itself_is_left_out(field):
    found = freeze_all([replace(a_row(1, 0, 0), **{field: "Word!"}), a_row(1, 0, 1)])
    assert (len(found.rows), found.dropped_unscorable) == (1, 1)


def test_the_name_is_of_texts_and_references_only():
    rows = some_rows({1: 2})
    renamed = [replace(row, accession="other", label_id="other", is_new=True) for row in rows]
    reworded = [replace(rows[0], summary="Other words"), rows[1]]
    assert set_sha256(rows) == set_sha256(renamed[::-1]) != set_sha256(reworded)


def test_the_name_never_changes():
    assert set_sha256([a_row(1, 0, 0)]) == "b7bd345242b41b785f5cc0f8c8680c360fe6fc41f966923b217a4108c50a7df1"


def test_no_rows_are_a_set_too():
    assert freeze_all([]).rows == ()
