"""Histories of texts in which everything happens that their state must follow. Plain data for laws."""

from hypothesis import strategies as st

from store.events import SnapshotSealed
from tests.builders import (
    a_chunk,
    a_filing,
    a_keeping,
    a_label,
    a_link,
    a_recipe,
    a_refusal,
    a_retirement,
    an_adoption,
    an_unlinking,
)
from tests.store.test_laws import RECIPES, a_fact, recipes, texts


def a_seal(log_seq):
    return SnapshotSealed(
        snapshot_id="s", log_seq=log_seq, recipe="r", parent=None, rows=1, new_rows=1, sha256="", heldout_rows=0,
        heldout_sha256="",
    )  # fmt: skip


decisions = st.sampled_from(["first", "relabel", "keep_old", "keep_old"])
splits = st.sampled_from(["train", "heldout"])
marks = st.sampled_from([(), ("little_prose",)])
more = st.one_of(
    a_fact,
    a_fact,
    st.builds(an_adoption, recipes, decision=decisions),
    st.builds(a_label, texts, recipe=recipes, attempt=st.integers(1, 2)),
    st.builds(a_retirement, texts, filing=st.integers(1, 3)),
    st.builds(a_keeping, texts, filing=st.integers(1, 3), marks=marks),
    st.builds(a_chunk, texts, filing=st.integers(1, 3), occurrence=st.integers(1, 9), split=splits, marks=marks),
    st.builds(a_link, texts, texts, across=st.booleans()),
    st.builds(an_unlinking, texts, texts, across=st.booleans()),
    st.builds(a_refusal, texts, recipe=recipes),
    st.builds(a_seal, st.integers(1, 30)),
)
histories = st.lists(more, min_size=1, max_size=50).map(
    lambda facts: [a_filing(1), a_recipe(), an_adoption(RECIPES[0]), a_chunk("A."), *facts]
)
