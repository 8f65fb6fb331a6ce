"""Whose labels are in use: those of the recipes adopted since the last decision to label all again, one a text."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.log import EventLog
from store.seal import seal
from tests.builders import a_chunk, a_dead_letter, a_filing, a_label, a_log, a_recipe, an_adoption, put
from tests.sealing import due_position

A, B, C = "a" * 32, "b" * 32, "c" * 32
TEXTS = ("One rose.", "Two fell.", "Three grew.")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with a_log(tmp_path / "state") as log:
        put(log, *(a_recipe(recipe) for recipe in (A, B, C)), a_filing(), *(a_chunk(text) for text in TEXTS))
        yield log


def decide(log: EventLog, *decisions: tuple[str, str]) -> None:
    """One commit each: two decisions are never one append."""
    for recipe, decision in decisions:
        put(log, an_adoption(recipe, decision=decision))


def in_use(log: EventLog) -> dict[str, str]:
    """The recipe whose label is in use, for each text that has one."""
    return dict(log.query("SELECT text, recipe FROM triplets"))


def pending(log: EventLog) -> set[str]:
    return {text for (text,) in log.query("SELECT DISTINCT c.text FROM pending p JOIN chunks c USING (chunk_id)")}


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        ([], ""),
        ([(A, "first")], "a"),
        ([(A, "first"), (B, "relabel")], "b"),
        ([(A, "first"), (B, "keep_old")], "ab"),
        ([(A, "first"), (B, "keep_old"), (C, "keep_old")], "abc"),
        ([(A, "first"), (B, "keep_old"), (C, "relabel")], "c"),
        ([(A, "first"), (B, "relabel"), (A, "keep_old")], "ab"),
        ([(A, "first"), (B, "keep_old"), (A, "relabel")], "a"),
    ],
)
def test_a_set_grows_until_all_is_to_be_labelled_again(log, decisions, expected):
    decide(log, *decisions)
    rows = log.query("SELECT recipe, active FROM recipes WHERE in_set ORDER BY recipe")
    assert "".join(recipe[0] for recipe, _ in rows) == expected
    assert [recipe for recipe, active in rows if active] == ([decisions[-1][0]] if decisions else [])


def test_kept_labels_stay_in_use_and_are_not_asked_again(log):
    decide(log, (A, "first"))
    put(log, a_label(TEXTS[0], recipe=A))
    decide(log, (B, "keep_old"))
    put(log, a_label(TEXTS[1], recipe=B))
    assert in_use(log) == {TEXTS[0]: A, TEXTS[1]: B} and pending(log) == {TEXTS[2]}


def test_after_relabel_old_labels_are_no_longer_in_use_and_stay_in_labels(log):
    decide(log, (A, "first"))
    put(log, a_label(TEXTS[0], recipe=A))
    decide(log, (B, "relabel"))
    assert in_use(log) == {} and pending(log) == set(TEXTS)
    assert log.query("SELECT recipe FROM labels") == [(A,)]


def test_a_text_with_two_labels_in_the_set_shows_the_newest_adopted_ones(log):
    decide(log, (A, "first"))
    put(log, a_label(TEXTS[0], recipe=A), a_label(TEXTS[1], recipe=A))
    decide(log, (B, "relabel"))
    put(log, a_label(TEXTS[0], recipe=B))
    decide(log, (A, "keep_old"))
    assert in_use(log) == {TEXTS[0]: A, TEXTS[1]: A}
    decide(log, (B, "keep_old"))
    assert in_use(log) == {TEXTS[0]: B, TEXTS[1]: A}


def test_what_an_earlier_recipe_could_not_label_the_new_one_tries(log):
    decide(log, (A, "first"))
    put(log, a_dead_letter(TEXTS[0], recipe=A))
    assert pending(log) == set(TEXTS[1:])
    decide(log, (B, "keep_old"))
    assert pending(log) == set(TEXTS)


def test_going_back_asks_nothing_that_was_answered_before(log):
    decide(log, (A, "first"))
    put(log, *(a_label(text, recipe=A) for text in TEXTS))
    decide(log, (B, "relabel"), (A, "relabel"))
    assert pending(log) == set() and set(in_use(log).values()) == {A}


def test_a_snapshot_names_the_one_recipe_whose_labels_it_holds(log, tmp_path):
    decide(log, (A, "first"))
    put(log, a_label(TEXTS[0], recipe=A))
    decide(log, (B, "relabel"))
    put(log, *(a_label(text, recipe=B) for text in TEXTS))
    manifest = seal(log, tmp_path, log_seq=log.head.seq, parent=None)
    assert (manifest.recipe, manifest.kept_recipes, manifest.rows) == (B, (), 3)


def test_a_snapshot_names_the_recipes_that_were_kept_too(log, tmp_path):
    decide(log, (A, "first"))
    put(log, a_label(TEXTS[0], recipe=A))
    decide(log, (B, "keep_old"))
    manifest = seal(log, tmp_path, log_seq=log.head.seq, parent=None)
    assert (manifest.recipe, manifest.kept_recipes, manifest.rows) == (B, (A,), 1)


def test_nothing_is_sealed_as_of_before_the_last_decision(log):
    """Two labels of A, then B without them, then both kept: at A's second label B was not yet in the set."""
    decide(log, (A, "first"))
    put(log, a_label(TEXTS[0], recipe=A), a_label(TEXTS[1], recipe=A))
    decide(log, (B, "relabel"), (A, "keep_old"))
    assert due_position(log, since=0, threshold=2, busy_until=0) == log.head.seq
