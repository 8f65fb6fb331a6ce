"""A changed recipe, nonsense or a day's tokens: what stops the asking, and which decision lets it go on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daemon.steps.label import Label
from store.log import EventLog
from tests.builders import an_adoption, put
from tests.daemon.steps.labelling import GOOD, OTHER, RECIPE, a_log_with_a_filing, chunks, label_steps, work
from trainer.child import LOCK


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with a_log_with_a_filing(tmp_path / "state") as log:
        yield log


@pytest.fixture
def label(log: EventLog, tmp_path: Path) -> Iterator[Callable[..., Label]]:
    with label_steps(log, tmp_path / "work") as make:
        yield make


def pauses(log: EventLog) -> list[bool]:
    return [paused for (paused,) in log.query("SELECT paused FROM raw.pauses ORDER BY seq")]


def test_another_recipe_asks_the_same_texts_under_names_of_its_own(log, label):
    chunks(log, "junk only")
    work(label(attempts=1))
    work(label(attempts=1, recipe=OTHER))
    assert log.query("SELECT recipe FROM raw.refusals ORDER BY seq") == [(RECIPE,), (OTHER.recipe_id,)]


def test_a_changed_recipe_asks_nothing_until_a_person_has_decided(log, label):
    chunks(log, *GOOD)
    work(label())
    step = label(recipe=OTHER)
    work(step)
    assert step.paused is not None and "finsdistill plan" in step.paused and step.stuck() == step.paused
    assert log.query("SELECT DISTINCT recipe FROM raw.labels") == [(RECIPE,)] and pauses(log) == [True]


def test_after_the_decision_to_relabel_each_text_is_asked_once_more(log, label):
    chunks(log, *GOOD)
    work(label())
    step = label(recipe=OTHER)
    work(step)
    put(log, an_adoption(OTHER.recipe_id, decision="relabel"))
    work(step)
    counts = "SELECT recipe, count(*) FROM raw.labels GROUP BY recipe ORDER BY min(seq)"
    assert log.query(counts) == [(RECIPE, 3), (OTHER.recipe_id, 3)]
    assert pauses(log) == [True, False] and step.paused is None


def test_labels_that_are_kept_are_not_asked_again(log, label):
    chunks(log, *GOOD[:2])
    work(label())
    chunks(log, *GOOD)
    step = label(recipe=OTHER)
    work(step)
    put(log, an_adoption(OTHER.recipe_id, decision="keep_old"))
    work(step)
    assert log.query("SELECT count(*) FROM raw.labels") == [(3,)]
    assert log.query("SELECT count(*) FROM triplets") == [(3,)]


def test_a_restart_in_a_pause_does_not_tell_it_again(log, label):
    chunks(log, *GOOD)
    work(label())
    work(label(recipe=OTHER))
    work(label(recipe=OTHER))
    assert pauses(log) == [True]


def test_a_teacher_that_talks_only_nonsense_is_not_asked_everything(log, label):
    chunks(log, *(f"junk {number}" for number in range(400)))
    step = label(attempts=1)
    work(step)
    assert step.paused is not None and "200 not_json" in step.paused and pauses(log) == [True]
    (dead,) = log.query("SELECT count(*) FROM dead_letters")[0]
    assert 200 <= dead <= 200 + 128
    assert log.query("SELECT count(*) FROM pending") == [(400 - dead,)] and step.stuck() == step.paused


def test_the_tokens_of_a_day_bound_what_is_asked(log, label):
    chunks(log, *GOOD)
    step = label(daily=6)  # three texts of two tokens
    work(step)
    chunks(log, *GOOD, "Sales rose in the east.")
    work(step)
    assert step.paused is not None and "6 tokens were used today" in step.paused
    assert log.query("SELECT count(*) FROM pending") == [(1,)] and step.stuck() == step.paused


def test_a_teacher_that_must_say_first_who_it_is_is_not_opened_for_nothing(log, label, tmp_path):
    work(label(whole=False))
    assert not (tmp_path / "work").exists()
    chunks(log, *GOOD)
    work(label(whole=False))
    worker = (tmp_path / "work" / LOCK).read_text()
    work(label(whole=False))
    assert (tmp_path / "work" / LOCK).read_text() == worker
    assert log.query("SELECT count(*) FROM triplets") == [(3,)]


def test_a_server_that_is_the_old_one_again_labels_again(log, label, tmp_path):
    chunks(log, *GOOD[:2])
    work(label(whole=False))
    (tmp_path / "work" / "revision").write_text("2")
    chunks(log, *GOOD)
    step = label(whole=False, early=True)
    while step.paused is None:
        step.advance()
    (tmp_path / "work" / "revision").unlink()
    while step.paused is not None:
        step.advance()
    work(step)
    assert log.query("SELECT recipe, count(*) FROM raw.labels GROUP BY recipe") == [(step.wanted, 3)]


def test_what_a_server_was_asked_before_it_became_another_one_is_asked_again_of_that_one(log, label):
    """Nobody has to decide, as nothing is labelled yet; what the new one says is not the old one's."""
    chunks(log, "become 2", *GOOD)
    step = label(whole=False)
    work(step)
    (first, second) = log.query("SELECT recipe FROM raw.recipe_changes ORDER BY seq")
    assert log.query("SELECT recipe, count(*) FROM raw.labels GROUP BY recipe") == [(*second, 4)] and first != second


def test_a_decision_that_comes_while_texts_are_asked_ends_what_labels_them(log, label):
    """It was made about a server that has turned back since: its recipe is active, and the other one answers."""
    chunks(log, *GOOD)
    step = label()
    step.advance()
    put(log, an_adoption(OTHER.recipe_id, decision="relabel"))
    adopted = log.head.seq
    work(step)
    assert step.paused is not None and f"({OTHER.recipe_id[:8]})" in step.paused and pauses(log) == [True]
    assert log.query("SELECT count(*) FROM raw.labels WHERE seq > ?", [adopted]) == [(0,)]
