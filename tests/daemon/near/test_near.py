"""New texts are linked to those they are near to: within a split for saving, across splits for honesty."""

import numpy as np
import pytest

from daemon.near.shingles import similarity
from store.ids import text_id
from tests.builders import (
    a_chunk,
    a_filing,
    a_keeping,
    a_label,
    a_log,
    a_recipe,
    a_retirement,
    an_adoption,
    put,
)
from tests.nearness import a_text, arrive, near_of

A, A1, A5, FAR = a_text("a"), a_text("a", changed=1), a_text("a", changed=5), a_text("a", changed=20)


@pytest.fixture
def log(tmp_path):
    with a_log(tmp_path) as log:
        put(log, a_recipe(), an_adoption(), *(a_filing(n) for n in range(1, 6)))
        yield log


def links(log):
    cursor = log.cursor()
    rows = cursor.execute("SELECT text_id, to_text_id, across FROM links ORDER BY seq").fetchall()
    cursor.close()
    return rows


def pending(log):
    cursor = log.cursor()
    rows = cursor.execute("SELECT text_id FROM pending").fetchall()
    cursor.close()
    return {name for (name,) in rows}


def test_next_years_text_that_says_the_same_needs_no_label_of_its_own(log, tmp_path):
    near = near_of(log, tmp_path)
    arrive(log, near, a_chunk(A))
    arrive(log, near, a_chunk(A1, filing=2), a_chunk(FAR, filing=2))
    assert links(log) == [(text_id(A1), text_id(A), False)]
    assert pending(log) == {text_id(A), text_id(FAR)}


@pytest.mark.parametrize(("same", "count"), [(0.95, 1), (0.7, 2), (1, 0)])
def test_the_setting_decides_how_near_counts_as_the_same(log, tmp_path, same, count):
    near = near_of(log, tmp_path, same=same)
    arrive(log, near, a_chunk(A))
    arrive(log, near, a_chunk(A1, filing=2), a_chunk(A5, filing=2))
    assert len(links(log)) == count


def test_a_text_with_another_figure_speaks_for_itself(log, tmp_path):
    near = near_of(log, tmp_path)
    arrive(log, near, a_chunk(A))
    arrive(log, near, a_chunk(a_text("a", figure=13), filing=2))
    assert links(log) == []


def test_texts_of_one_filing_are_compared_with_each_other(log, tmp_path):
    arrive(log, near_of(log, tmp_path), a_chunk(A), a_chunk(A1))
    assert links(log) == [(text_id(A1), text_id(A), False)]


def test_hundreds_of_texts_that_are_nearly_one_are_compared_with_few_of_each_other(log, tmp_path, monkeypatch):
    compared: list[int] = []
    monkeypatch.setattr("daemon.near.judging._MOST", 4)
    monkeypatch.setattr(
        "daemon.near.judging.similarity", lambda one, other: compared.append(1) or similarity(one, other)
    )
    texts = [a_text("a", figure=n) for n in range(100, 300)]
    arrive(log, near_of(log, tmp_path), *(a_chunk(text) for text in texts))
    assert links(log) == [] and len(compared) <= 4 * len(texts)


def test_a_text_links_only_to_one_that_speaks_for_itself(log, tmp_path):
    near = near_of(log, tmp_path, same=0.95)
    for n, changed in enumerate((0, 1, 2, 3), start=1):
        arrive(log, near, a_chunk(a_text("a", changed=changed), filing=n))
    assert all(to not in {text for text, _, _ in links(log)} for _, to, _ in links(log))


def test_a_text_for_which_another_speaks_already_speaks_for_none_beside_it_in_a_held_out_filing(log, tmp_path):
    near = near_of(log, tmp_path)
    for n, text in enumerate((A, A1), start=1):
        arrive(log, near, a_chunk(text, filing=n))
    both = (A1, a_text("a", changed=2))
    arrive(log, near, *(a_chunk(text, filing=3, split="heldout") for text in both))
    assert text_id(both[1]) in pending(log)


def test_a_marked_text_speaks_for_nobody(log, tmp_path):
    near = near_of(log, tmp_path)
    arrive(log, near, a_chunk(A, marks=("no_heading",)))
    arrive(log, near, a_chunk(A1, filing=2))
    assert links(log) == []


@pytest.mark.parametrize("same", [0.9, 1])
@pytest.mark.parametrize("heldout_first", [True, False])
def test_a_training_text_near_a_held_out_one_trains_nobody_whichever_came_first(log, tmp_path, same, heldout_first):
    near = near_of(log, tmp_path, same=same)
    facts = [a_chunk(A, split="heldout"), a_chunk(A5, filing=2)]
    for fact in facts if heldout_first else facts[::-1]:
        arrive(log, near, fact)
    assert links(log) == [(text_id(A5), text_id(A), True)]


def test_a_text_that_is_held_out_too_bars_what_is_near_it(log, tmp_path):
    near = near_of(log, tmp_path, same=1)
    arrive(log, near, a_chunk(A), a_chunk(A5))
    arrive(log, near, a_chunk(A, filing=2, split="heldout"))
    assert links(log) == [(text_id(A5), text_id(A), True)]


def test_every_pair_is_told_of_a_text_that_was_learned(log, tmp_path):
    near = near_of(log, tmp_path, same=1)
    arrive(log, near, a_chunk(A), a_chunk(FAR))
    put(log, a_label(A))
    arrive(log, near, a_chunk(A1, filing=2, split="heldout"))
    arrive(log, near, a_chunk(A5, filing=3, split="heldout"))
    pairs = log.query("SELECT text_id, to_text_id FROM raw.text_changes WHERE across ORDER BY seq")
    assert pairs == [(text_id(A), text_id(A1)), (text_id(A), text_id(A5))]


@pytest.mark.parametrize(("labelled", "pairs"), [(False, 1), (True, 2)])
def test_of_a_held_out_filing_one_pair_bars_a_text_from_which_nobody_learned(log, tmp_path, labelled, pairs):
    near = near_of(log, tmp_path, same=1)
    arrive(log, near, a_chunk(A))
    if labelled:
        put(log, a_label(A))
    arrive(log, near, *(a_chunk(text, filing=2, split="heldout") for text in (A1, A5)))
    assert log.query("SELECT count(*), any_value(text_id) FROM raw.text_changes WHERE across") == [(pairs, text_id(A))]


def test_where_the_one_that_speaks_is_gone_another_speaks_for_the_rest(log, tmp_path):
    near = near_of(log, tmp_path)
    arrive(log, near, a_chunk(A))
    arrive(log, near, a_chunk(A1, filing=2))
    arrive(log, near, a_chunk(a_text("a", changed=2), filing=3))
    put(log, a_retirement(A))
    assert near.advance()
    assert not near.advance()
    assert pending(log) == {text_id(a_text("a", changed=2))}
    assert links(log) == [(text_id(A1), text_id(a_text("a", changed=2)), False)]


def test_a_family_of_texts_that_a_newer_parser_tells_otherwise_needs_one_new_label(log, tmp_path):
    near = near_of(log, tmp_path)
    years = [f"{A} {'x' * n}" for n in range(5)]
    for n, text in enumerate(years, start=1):
        arrive(log, near, a_chunk(text, filing=n))
    speakers = set()
    for n, text in enumerate(years, start=1):
        arrive(log, near, a_chunk(f"{text} anew", filing=n), a_retirement(text, filing=n))
        speakers |= pending(log)
    assert speakers == {text_id(f"{years[0]} anew")}


def test_a_text_that_speaks_for_itself_again_is_kept_from_training_too(log, tmp_path):
    near = near_of(log, tmp_path)
    arrive(log, near, a_chunk(A))
    arrive(log, near, a_chunk(a_text("a", changed=2), filing=2))
    arrive(log, near, a_chunk(a_text("a", changed=10), filing=3, split="heldout"))
    put(log, a_retirement(A))
    near.advance()
    assert (text_id(a_text("a", changed=2)), text_id(a_text("a", changed=10)), True) in links(log)


def test_what_comes_back_needs_nothing(log, tmp_path):
    near = near_of(log, tmp_path)
    arrive(log, near, a_chunk(A))
    put(log, a_retirement(A), a_keeping(A))
    arrive(log, near, a_chunk(A, filing=2))
    assert links(log) == []


def test_the_next_service_knows_the_texts_of_the_one_before(log, tmp_path):
    before = near_of(log, tmp_path)
    arrive(log, before, a_chunk(A))
    before.close()
    arrive(log, near_of(log, tmp_path), a_chunk(A1, filing=2))
    assert links(log) == [(text_id(A1), text_id(A), False)]


@pytest.mark.parametrize("damage", ["missing", "flipped", "cut", "no_about", "other_log"])
def test_an_index_that_cannot_be_trusted_is_made_anew(log, tmp_path, damage):
    before = near_of(log, tmp_path)
    arrive(log, before, a_chunk(A))
    before.close()
    hurt(next((tmp_path / "near").iterdir()), damage)
    arrive(log, near_of(log, tmp_path), a_chunk(A1, filing=2))
    assert links(log) == [(text_id(A1), text_id(A), False)]


def test_an_index_that_cannot_be_written_stops_nobody(log, tmp_path):
    (tmp_path / "near").write_text("in the way")
    near = near_of(log, tmp_path)
    arrive(log, near, a_chunk(A))
    near.close()
    arrive(log, near_of(log, tmp_path), a_chunk(A1, filing=2))
    assert links(log) == [(text_id(A1), text_id(A), False)]


def hurt(folder, damage):
    keys, about = folder / "keys-0.npy", folder / "about.json"
    if damage == "missing":
        keys.unlink()
    elif damage == "flipped":
        np.save(keys, np.load(keys) + 1)
    elif damage == "cut":
        keys.write_bytes(keys.read_bytes()[:-7])
    elif damage == "no_about":
        about.unlink()
    else:
        about.write_text(about.read_text().replace('"hash": "', '"hash": "0'))


def of_a_version_that_compared_nothing(fact):
    return fact.model_copy(update={"v": 1})


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize("split", ["train", "heldout"])
def test_what_an_older_version_put_into_the_log_trains_nobody_near_a_held_out_text_either(log, tmp_path, split):
    other = {"train": "heldout", "heldout": "train"}[split]
    old = [a_chunk(A, split=split), a_chunk(A5, filing=2, split=other), a_chunk(a_text("b"), filing=2, split=other)]
    put(log, *map(of_a_version_that_compared_nothing, old))
    near = near_of(log, tmp_path)
    assert not near.is_ready
    near.advance()
    near_of(log, tmp_path).advance()
    assert near.is_ready
    pair = (A, A5) if split == "train" else (A5, A)
    assert log.query("SELECT text_id, to_text_id FROM raw.text_changes WHERE across") == [tuple(map(text_id, pair))]
