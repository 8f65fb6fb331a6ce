from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.settling import settle_recipe
from daemon.teachers.local.settings import LocalSettings
from store.log import EventLog
from tests.builders import a_chunk, a_filing, a_label, a_log, put

RIGHT, WRONG = LocalSettings(model="a/right").recipe(), LocalSettings(model="a/wrong").recipe()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with a_log(tmp_path) as log:
        put(log, a_filing(), a_chunk("Sales rose."))
        yield log


def active(log: EventLog) -> str:
    return str(log.query("SELECT recipe FROM recipes WHERE active")[0][0])


def test_a_new_log_adopts_the_configured_recipe(log):
    assert settle_recipe(log, RIGHT) is None
    assert active(log) == RIGHT.recipe_id


def test_settling_again_adds_nothing(log):
    settle_recipe(log, RIGHT)
    before = log.head.seq
    assert settle_recipe(log, RIGHT) is None and log.head.seq == before


@pytest.mark.parametrize("way", [[WRONG, RIGHT], [WRONG, RIGHT, WRONG, RIGHT]])
def test_a_recipe_that_labelled_nothing_gives_way_without_a_decision(log, way):
    assert [settle_recipe(log, recipe) for recipe in way] == [None] * len(way)
    assert active(log) == RIGHT.recipe_id


def test_a_recipe_that_has_labels_stays_and_labelling_waits(log):
    settle_recipe(log, RIGHT)
    put(log, a_label("Sales rose.", recipe=RIGHT.recipe_id))
    why = settle_recipe(log, WRONG)
    assert why is not None and "a/wrong" in why and active(log) == RIGHT.recipe_id
