"""Which recipe may become the active one by a person's decision, and that a decision is made once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from daemon.adopting import Adopting, AdoptionRefused, AdoptionWaits, Standing, adoption
from daemon.commands import Adopt, Relabel
from store.errors import StreamMoved
from store.events import RecipeAdopted
from tests.builders import a_log, a_recipe, an_adoption, put

A, B, C = ("a" * 32, "b" * 32, "c" * 32)
ACTIVE = Standing(A, toy=False, active=True, in_set=True)
KEPT = Standing(C, toy=False, active=False, in_set=True)


def new(*, toy=False):
    return Standing(B, toy=toy, active=False, in_set=False)


@pytest.mark.parametrize("decision", ["relabel", "keep_old"])
@pytest.mark.parametrize("declared", [[ACTIVE, new()], [KEPT, ACTIVE, new()]])
def test_the_configured_recipe_replaces_the_active_one(declared, decision):
    assert adoption(B, decision, declared, wanted=B) == RecipeAdopted(recipe=B, replaces=A, decision=decision)


def test_a_recipe_in_use_can_be_the_active_one_again():
    assert adoption(C, "keep_old", [KEPT, ACTIVE], wanted=C).replaces == A


def test_a_toy_and_a_model_take_each_others_place_but_never_stand_in_one_set():
    assert adoption(B, "relabel", [ACTIVE, new(toy=True)], wanted=B).recipe == B
    with pytest.raises(AdoptionRefused, match="only `finsdistill relabel`"):
        adoption(B, "keep_old", [ACTIVE, new(toy=True)], wanted=B)


def test_a_toy_that_is_no_longer_in_use_is_no_hindrance():
    was = Standing(C, toy=True, active=False, in_set=False)
    assert adoption(B, "keep_old", [was, ACTIVE, new()], wanted=B).recipe == B


@pytest.mark.parametrize(
    ("declared", "wanted", "why"),
    [
        ([ACTIVE], B, "ever declared"),
        ([ACTIVE, new()], A, "not the one that the running service is configured with"),
        ([Standing(B, toy=False, active=True, in_set=True)], B, "nothing to decide"),
        ([Standing(B, toy=False, active=True, in_set=True)], C, "nothing to decide"),
        ([new()], B, "by itself"),
    ],
)
@pytest.mark.parametrize("decision", ["relabel", "keep_old"])
def test_what_cannot_be_adopted_is_refused_with_the_reason(declared, wanted, why, decision):
    with pytest.raises(AdoptionRefused, match=why):
        adoption(B, decision, declared, wanted=wanted)


@pytest.fixture
def log(tmp_path):
    with a_log(tmp_path) as log:
        put(log, a_recipe(A), a_recipe(B), a_recipe(C), an_adoption(A))
        yield log


def adopting(log, wanted=B, settled=lambda: None):
    return Adopting(log, lambda: wanted, settled)


def adopted(log):
    """By decision, in the log's order."""
    return log.query("SELECT recipe, decision FROM raw.recipe_changes WHERE decision <> 'first' ORDER BY seq")


def test_the_same_command_twice_has_one_effect_and_labelling_is_told_each_time(log):
    told = []
    for _ in range(2):
        adopting(log, settled=lambda: told.append(1)).relabel(Relabel(recipe=B), key="command-1")
    assert (adopted(log), len(told)) == ([(B, "relabel")], 2)


def test_nothing_is_decided_about_a_teacher_that_has_not_said_who_it_is(log):
    with pytest.raises(AdoptionWaits):
        adopting(log, wanted=None).keep_old(Adopt(recipe=B), key="command-1")
    assert adopted(log) == []


def test_of_two_decisions_about_one_recipe_the_second_is_refused(log):
    adopting(log).keep_old(Adopt(recipe=B), key="command-1")
    with pytest.raises(AdoptionRefused, match="nothing to decide"):
        adopting(log).relabel(Relabel(recipe=B), key="command-2")
    assert adopted(log) == [(B, "keep_old")]


def test_of_two_decisions_at_once_only_one_is_made(log):
    together = Barrier(2)

    def wanted():
        together.wait()
        return B

    def decide(key):
        try:
            Adopting(log, wanted, lambda: None).relabel(Relabel(recipe=B), key=key)
        except (StreamMoved, AdoptionRefused) as refused:
            return type(refused)

    with ThreadPoolExecutor(2) as threads:
        ends = list(threads.map(decide, ["command-1", "command-2"]))
    assert ends.count(None) == 1
    assert adopted(log) == [(B, "relabel")]
