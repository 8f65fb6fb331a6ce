"""What stands around a chunk comes from its neighbours, whatever overlaps and whatever is missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.stories.places import around
from store.ids import text_id
from tests.builders import a_chunk, a_chunking, a_filing, a_retirement

SAID = "One two three. Four five six. Seven eight nine."


@pytest.mark.parametrize(
    ("room", "before", "after"),
    [(100, "One two three.", "Seven eight nine."), (9, "… three.", "Seven …"), (1, "", "")],
)
def test_words_are_not_cut(room, before, after):
    found = around([(0, SAID)], SAID.index("Four"), SAID.index(" Seven"), room)
    assert (found.before, found.after) == (before, after)


@given(st.lists(st.tuples(st.integers(0, 46), st.integers(1, 46)), min_size=1))
def test_overlapping_pieces_say_what_the_whole_says(cuts):
    pieces = [(0, SAID), *((at, SAID[at : at + length]) for at, length in cuts)]
    assert around(pieces, 15, 29) == around([(0, SAID)], 15, 29)


def test_explain_shows_what_its_filing_says_before_and_after(tell):
    texts = ["Sales rose.", "Costs fell.", "Cash grew."]
    placed = [
        a_chunk(said, occurrence=n, char_start=13 * n, char_end=13 * n + len(said)) for n, said in enumerate(texts)
    ]
    told = tell(text_id("Costs fell."), a_filing(), *placed)
    assert told.endswith("Item 7:\n  | Sales rose.\nafter it:\n  | Cash grew.")


def placed(texts):
    return [a_chunk(said, occurrence=n, char_start=13 * n, char_end=13 * n + len(said)) for n, said in enumerate(texts)]


def test_what_an_amendment_replaced_stands_where_it_stood(tell):
    texts = ["Sales rose.", "Costs fell.", "Cash grew."]
    retired = [
        a_retirement(said, occurrence=n).model_copy(update={"amended_by": "0-1"}) for n, said in enumerate(texts)
    ]
    told = tell(text_id("Costs fell."), a_filing(), *placed(texts), a_chunking(), *retired)
    assert told.endswith("Item 7:\n  | Sales rose.\nafter it:\n  | Cash grew.")


def test_a_chunk_of_an_older_reading_has_no_neighbours_in_a_newer_one(tell):
    old, new = placed(["Sales rose.", "Costs fell."]), a_chunk("Cash grew.", occurrence=5, char_start=11, char_end=21)
    facts = (
        a_filing(),
        *old,
        a_chunking(),
        new,
        *(a_retirement(t, occurrence=n) for n, t in enumerate(("Sales rose.", "Costs fell."))),
    )
    told = tell(old[1].chunk_id, *facts, a_chunking(parser="p2", extraction_sha256="d" * 64))
    assert "of extraction eeeeeeeeeeee by parser p1, split train, retired: a newer parser does not find it" in told
    assert "Cash grew." not in told
