from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.labelling.recipes import Recipes
from daemon.teachers.extractive import ExtractiveSettings
from daemon.teachers.local.settings import LocalSettings
from daemon.teachers.protocol import TeacherInfo
from daemon.teachers.recipe import Recipe
from store.ids import short_id
from store.log import EventLog
from tests.builders import a_chunk, a_filing, a_label, a_log, a_recipe, an_adoption, put

RIGHT, WRONG = LocalSettings(model="a/right").recipe(), LocalSettings(model="a/wrong").recipe()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with a_log(tmp_path) as log:
        put(log, a_filing(), a_chunk("Sales rose."))
        yield log


def started(log: EventLog, recipe: Recipe) -> Recipes:
    return Recipes(log, recipe, whole=True)


def active(log: EventLog) -> str:
    return str(log.query("SELECT recipe FROM recipes WHERE active")[0][0])


def test_a_new_log_adopts_the_configured_recipe(log):
    assert started(log, RIGHT).labels and active(log) == RIGHT.recipe_id


def test_starting_again_adds_nothing(log):
    started(log, RIGHT)
    before = log.head.seq
    assert started(log, RIGHT).labels and log.head.seq == before


@pytest.mark.parametrize("way", [[WRONG, RIGHT], [WRONG, RIGHT, WRONG, RIGHT]])
def test_a_recipe_that_labelled_nothing_gives_way_without_a_decision(log, way):
    assert all(started(log, recipe).labels for recipe in way)
    assert active(log) == RIGHT.recipe_id


def test_a_recipe_that_has_labels_stays_and_a_person_is_asked(log):
    started(log, RIGHT)
    put(log, a_label("Sales rose.", recipe=RIGHT.recipe_id))
    recipes = started(log, WRONG)
    assert not recipes.labels and active(log) == RIGHT.recipe_id
    assert recipes.question is not None and "a/wrong" in recipes.question and "finsdistill plan" in recipes.question


def test_a_decision_that_is_in_the_log_is_found(log):
    started(log, RIGHT)
    put(log, a_label("Sales rose.", recipe=RIGHT.recipe_id))
    recipes = started(log, WRONG)
    put(log, an_adoption(WRONG.recipe_id, decision="relabel"))
    recipes.look()
    assert recipes.labels and recipes.question is None


def test_labels_that_were_kept_are_not_dropped_without_a_decision(log):
    """The active recipe has none itself, but those it kept are in use."""
    started(log, RIGHT)
    put(log, a_label("Sales rose.", recipe=RIGHT.recipe_id))
    put(log, a_recipe(WRONG.recipe_id), an_adoption(WRONG.recipe_id, decision="keep_old"))
    assert not started(log, ExtractiveSettings().recipe()).labels and active(log) == WRONG.recipe_id


def test_what_a_person_has_chosen_gives_way_to_nothing_before_it_has_labelled_either(log):
    started(log, RIGHT)
    put(log, a_label("Sales rose.", recipe=RIGHT.recipe_id))
    put(log, a_recipe(WRONG.recipe_id), an_adoption(WRONG.recipe_id, decision="relabel"))
    assert not started(log, RIGHT).labels and active(log) == WRONG.recipe_id


@pytest.mark.parametrize(
    ("revision", "fingerprint", "labels"),
    [("r1", "f1", True), ("r2", "f1", False), ("r1", "f2", False), ("r1", None, False)],
)
def test_a_teacher_that_reports_something_else_may_not_label(log, revision, fingerprint, labels):
    before, now = (Recipes(log, RIGHT, whole=False) for _ in range(2))
    assert before.met(TeacherInfo(model="m", revision="r1", fingerprint="f1"))
    put(log, a_label("Sales rose.", recipe=active(log)))
    assert now.wanted is None and not now.labels
    assert now.met(TeacherInfo(model="m", revision=revision, fingerprint=fingerprint)) == labels
    assert (now.question is None) == labels


def test_what_is_declared_is_all_that_the_recipes_name_is_made_of(log):
    Recipes(log, RIGHT, whole=False).met(TeacherInfo(model="m", revision="r1", fingerprint="f1"))
    ((recipe, spec),) = log.query("SELECT recipe, spec FROM recipes")
    declared = Recipe.model_validate_json(spec)
    assert recipe == short_id(spec) == declared.recipe_id
    assert declared == RIGHT.model_copy(update={"revision": "r1", "fingerprint": "f1"})
