"""What the service knows of its texts is what the log says, for every thread and without going through it again."""

from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon import standing as module
from daemon.activity import Activity
from daemon.labelling.pending import PendingTexts
from daemon.standing import Standing
from store.ids import text_id
from store.log import EventLog
from tests.builders import (
    RECIPE,
    a_chunk,
    a_dead_letter,
    a_filing,
    a_label,
    a_log,
    a_recipe,
    a_refusal,
    a_requeue,
    a_review,
    an_adoption,
    labelled,
    put,
)
from tests.sealing import due_position, eligible_since
from tests.store.states.facts import histories

TEXTS = ("A.", "B.", "C.")


def standing_of(log: EventLog, stop: Event | None = None) -> Standing:
    return Standing(log, Activity(), stop or Event())


@settings(max_examples=5)
@given(histories, st.integers(1, 4), st.integers(0, 40))
def test_the_next_snapshot_is_due_where_the_views_say(tmp_path_factory, facts, threshold, busy_until):
    with a_log(tmp_path_factory.mktemp("state")) as log:
        standing = standing_of(log)
        for start in range(0, len(facts), 20):
            put(log, *facts[start : start + 20])
            since = log.query("SELECT coalesce(max(log_seq), 0) FROM raw.snapshots")[0][0]
            expected = due_position(log, since=since, threshold=threshold, busy_until=busy_until)
            assert standing.now().eligible == eligible_since(log, since)
            assert standing.crossing(threshold, busy_until=busy_until) == expected


def test_a_text_is_asked_with_what_the_log_knows_of_it(tmp_path):
    with a_log(tmp_path) as log:
        put(log, a_recipe(), an_adoption(), a_filing(form="10-K405"), *map(a_chunk, TEXTS))
        put(log, a_refusal("A.", reason="schema"), a_dead_letter("A."), a_requeue("A."), a_refusal("A.", attempt=2))
        put(log, a_label("B."), a_chunk("D.", filing=1, split="heldout"))
        entries = PendingTexts(standing_of(log)).take(2, RECIPE, flying={text_id("C.")})
        held, again = (entry.pending for entry in entries)
        assert [entry.request.text for entry in entries] == ["D.", "A."]
        assert (held.training, held.reasons, held.tried, held.form) == (False, [], 0, "10-K405")
        assert (again.training, again.reasons, again.tried) == (True, ["not_json"], 2)


def test_nothing_is_pending_for_a_recipe_that_is_not_the_active_one(tmp_path):
    with a_log(tmp_path) as log:
        put(log, a_recipe(), an_adoption(), a_filing(), a_chunk("A."))
        assert standing_of(log).take(9, "6" * 32, flying=()) == []


def test_what_was_forgotten_is_handed_out_again(tmp_path):
    with a_log(tmp_path) as log:
        put(log, a_recipe(), an_adoption(), a_filing(), *map(a_chunk, TEXTS))
        standing = standing_of(log)
        assert [len(standing.take(2, RECIPE, flying=())) for _ in range(3)] == [2, 1, 0]
        standing.again()
        assert len(standing.take(9, RECIPE, flying=())) == 3


def test_whoever_only_shows_figures_does_not_wait_for_a_long_walk(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_AT_ONCE", 3)
    with a_log(tmp_path) as log:
        standing = standing_of(log)
        labelled(log, *TEXTS)
        assert standing.glance() is None
        before = standing.now()
        put(log, a_review("A.", "rejected"))
        assert (before.eligible, standing.glance().eligible) == (3, 2)
        put(log, a_recipe("6" * 32), an_adoption("6" * 32, decision="relabel"))
        assert standing.glance().totals.labelled == 3  # a decision means a long walk
        assert standing.now().totals.labelled == standing.glance().totals.labelled == 0


@pytest.mark.parametrize("slices", [1, 1_000_000])
def test_a_stop_ends_a_long_walk_and_shows_no_half_counted_figures(tmp_path, monkeypatch, slices):
    monkeypatch.setattr("store.states.texts.following.SLICE", slices)
    with a_log(tmp_path) as log:
        labelled(log, *TEXTS)
        stop = Event()
        stop.set()
        standing = standing_of(log, stop)
        standing.look()
        monkeypatch.setattr(module, "_AT_ONCE", 0)
        known = standing.glance()
        assert known is None if slices == 1 else known.totals.texts == 3  # what is read at one go is read to its end
