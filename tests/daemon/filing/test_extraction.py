"""Laws of every extraction, and one small filing from bytes to passages."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.filing import ChunkOptions, Extraction, FilingUnreadable, extract
from store.errors import FinsdistillError

OPTIONS = ChunkOptions()
SMALL = ChunkOptions(size=200, overlap=50, min_prose=20)

FILING = """<html><body><p>FORM 10-K</p>
<p>Item 1. Business 3</p><p>Item 2. Properties 9</p>
<p><b>Item 1. Business</b></p>
<p><b>Our goods</b></p><p>We make boats of wood and sell them to the harbours of the north. {more}</p>
<p><b>Our people</b></p><p>At the end of the year we had forty people, all of them in the one town. {more}</p>
<table><tr><td>Net sales</td><td>1,234</td><td>1,100</td></tr></table>
<p><b>Item 2. Properties</b></p><p>We own our yard and the ground on which it stands, and no other land. {more}</p>
<p><b>Item 3. Legal Proceedings</b></p><p>None.</p></body></html>"""
MORE = "There is more to be said about this matter, but it would hardly help the readers of the report. " * 4


def laws_hold(found: Extraction, options: ChunkOptions) -> None:
    for passage in found.passages:
        assert found.text[passage.char_start : passage.char_end] == passage.text
        assert 0 < len(passage.text) <= options.size
        spans = [span for span in found.items if span.item == passage.item]
        inside = [s for s in spans if s.char_start <= passage.char_start and passage.char_end <= s.char_end]
        assert inside or passage.item is None
    for before, after in pairwise(found.passages):
        assert before.char_start < after.char_start
        assert before.char_end - after.char_start <= options.overlap
        assert before.item == after.item or before.char_end <= after.char_start
    assert not set(found.text) & set("\u202e\u200b\x00\x1b\ufeff")


def test_a_filing_becomes_passages_by_item_and_sub_heading() -> None:
    found = extract(FILING.format(more=MORE).encode(), form="10-K", options=OPTIONS)
    assert [(p.item, p.text[:17]) for p in found.passages] == [
        ("1", "Our goods\nWe make"),
        ("1", "Our people\nAt the"),
        ("2", "We own our yard a"),
    ]
    assert [span.item for span in found.items] == ["1", "2", "3"]
    assert found.items[2].char_start == found.items[2].char_end
    laws_hold(found, OPTIONS)


def test_the_same_bytes_give_the_same_passages() -> None:
    body = FILING.format(more=MORE).encode()
    assert extract(body, form=None, options=SMALL) == extract(body, form=None, options=SMALL)


def test_short_groups_join_their_neighbour_and_long_ones_are_split_inside() -> None:
    found = extract(FILING.format(more="").encode(), form="10-K", options=OPTIONS)
    assert [p.text.count("Our") for p in found.passages if p.item == "1"] == [2]
    laws_hold(extract(FILING.format(more=MORE).encode(), form="10-K", options=SMALL), SMALL)


@pytest.mark.parametrize("options", [OPTIONS, SMALL, ChunkOptions(size=100, overlap=0, min_prose=1)])
def test_text_without_a_place_to_split_is_still_split(options: ChunkOptions) -> None:
    body = FILING.format(more="of the " + "x" * 2000 + " and of the rest. " + "and so on " * 400)
    laws_hold(extract(body.encode(), form="10-K", options=options), options)


@pytest.mark.parametrize(("size", "overlap", "min_prose"), [(100, 100, 1), (0, 0, 1), (100, -1, 1), (100, 10, -1)])
def test_sizes_that_cannot_be_are_refused(size: int, overlap: int, min_prose: int) -> None:
    with pytest.raises(FinsdistillError, match="overlap must be"):
        ChunkOptions(size=size, overlap=overlap, min_prose=min_prose)


PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<table>", "<tr>", "<td>", "</td>", "</tr>", "</table>", "<br>",
        "<hr>", "<pre>", "</pre>", "\n", "\n\n", "<PAGE>", "<TABLE>", "</TABLE>", "12", "Table of Contents", "&nbsp;",
        "Item 1. Business", "Item 7.", "Items 1 and 2.", "SIGNATURES", "(Continued)", "<|eot_id|>", "\u202e", "\x00", "é",
        "We sell our goods in all of the towns of the north, as we have done for years. ", "   5   6   7", "……",
        "FORM 10-K", "Risk Factors", "<ix:header>", "</ix:header>", "<span style='display:none'>", "</span>", "<",
    ]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=60), st.booleans())
def test_any_jumble_of_filing_parts_obeys_the_laws_or_is_refused(pieces: list[str], html: bool) -> None:
    text = "".join(pieces)
    body = f"<html><body>{text}</body></html>" if html else text
    try:
        laws_hold(extract(body.encode(), form=None, options=SMALL), SMALL)
    except FilingUnreadable as refused:
        assert refused.reason


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        laws_hold(extract(body, form="10-K", options=SMALL), SMALL)
    except FilingUnreadable as refused:
        assert refused.reason


HOSTILE = {
    "nested elements": "<div>" * 50_000,
    "nested tables": "<table><tr><td>" * 20_000,
    "open formatting": "".join(f"<font a{i}=1>" for i in range(800)) + "<p>y</p>" * 800,
    "entities": "<p>" + "&amp;" * 300_000,
    "one word": "<p>" + "a" * 500_000,
    "open tags": "<TABLE" * 50_000,
    "attributes": "<a" + " x" * 200_000,
    "item numbers": "<p>Items 1" + ", 2" * 50_000,
    "headings": "<p>Item 1. Business</p>" * 5_000,
    "leaders": "<p>Item 1 " + "." * 200_000 + "x",
    "spaces": "<pre>" + " " * 500_000 + "x</pre>",
    "cells": "<table><tr>" + "<td>a</td>" * 20_000 + "</tr></table>",
}


@pytest.mark.parametrize("markup", HOSTILE.values(), ids=HOSTILE)
def test_hostile_markup_costs_no_more_than_its_size(markup: str) -> None:
    """Each of these took minutes or more while one step was quadratic; pytest's own durations show it if one is again."""
    try:
        laws_hold(extract(f"<html><body>{markup}</body></html>".encode(), form="10-K", options=OPTIONS), OPTIONS)
    except FilingUnreadable as refused:
        assert refused.reason in {"no_prose", "not_a_filing", "too_tangled"}
