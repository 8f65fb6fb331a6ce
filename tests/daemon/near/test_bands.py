"""Candidates for being near are found by bands, the same on every machine."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.near.bands import BANDS, bands_of, candidates, merged, run_of
from daemon.near.shingles import shingles_of
from tests.nearness import a_text


def test_the_bands_of_a_text_are_frozen():
    (bands,) = bands_of([shingles_of("The quick brown fox jumps over the lazy dog of the registrant.")])
    assert bands[:4].tolist() == [3584339410, 1497060485, 502067994, 784188599]


def test_near_texts_share_bands_and_others_do_not():
    texts = [a_text("a"), a_text("a", changed=3), a_text("b"), a_text("a", changed=8)]
    bands = bands_of([shingles_of(text) for text in texts])
    (found,) = candidates([run_of(bands, np.arange(4))], bands[:1])
    assert found.slot.tolist() == [0, 1, 3]


@settings(max_examples=20)
@given(st.lists(st.lists(st.integers(0, 3), min_size=BANDS, max_size=BANDS), min_size=2, max_size=8), st.data())
def test_however_runs_are_merged_the_same_candidates_are_found(rows, data):
    bands = np.array(rows, np.uint32)
    cut = data.draw(st.integers(1, len(rows) - 1))
    one, other = run_of(bands[:cut], np.arange(cut)), run_of(bands[cut:], np.arange(cut, len(rows)))
    (apart,), (together,) = candidates([one, other], bands), candidates([merged(one, other)], bands)
    expected = [(i, j) for i in range(len(rows)) for j in range(len(rows)) if (bands[i] == bands[j]).any()]
    assert sorted(zip(apart.row.tolist(), apart.slot.tolist(), strict=True)) == expected
    assert apart.slot.tolist() == together.slot.tolist()


def test_texts_that_are_all_alike_are_looked_at_in_pieces_and_only_so_many_of_them(monkeypatch):
    monkeypatch.setattr("daemon.near.bands._TOGETHER", 1_000)
    bands = np.ones((40, BANDS), np.uint32)
    run = run_of(bands, np.arange(40))
    all_of, some = ([*candidates([run], bands, most=most)] for most in (None, 5))
    assert [len(piece.row) for piece in all_of] == [40] * 40  # a row alone has 1,280 pairs before they are joined
    assert {len(piece.row) for piece in some} == {6 * 5, 4 * 5}
    assert {slot for piece in some for slot in piece.slot.tolist()} == set(range(5))
