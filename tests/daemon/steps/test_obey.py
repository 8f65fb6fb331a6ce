"""Command files in a service without EDGAR: obeyed, kept, or set aside with the reason."""

from dataclasses import replace

import pytest

from daemon.activity import Activity
from daemon.adopting import Adopting
from daemon.blobs import Blobs
from daemon.commands import (
    Adopt,
    Promote,
    Relabel,
    Requeue,
    RequeueAll,
    Rollback,
    WatchAdd,
    WatchRemove,
    drop,
    refusal_of,
    waiting,
)
from daemon.directory import Directory
from daemon.intake import Intake
from daemon.promotion import Promotions
from daemon.requeuing import Requeuing
from daemon.splits import SplitRule
from daemon.steps.obey import Hands, Obey
from daemon.steps.plans import Folders
from daemon.watchlist import WatchList
from store.ids import text_id
from tests.builders import RECIPE, a_chunk, a_dead_letter, a_filing, a_log, a_recipe, an_adoption, put

ADAPTER = "a" * 32
OTHER = "6" * 32


class Teacher:
    """What the service knows of the configured recipe."""

    wanted: str | None = OTHER
    settled = 0

    def settle(self) -> None:
        self.settled += 1


@pytest.fixture
def log(tmp_path):
    with a_log(tmp_path) as log:
        put(log, a_recipe(), an_adoption(), a_filing(), a_chunk("A."), a_chunk("B."))
        put(log, a_dead_letter("A."), a_dead_letter("B."))
        yield log


@pytest.fixture
def activity():
    return Activity()


@pytest.fixture
def teacher():
    return Teacher()


@pytest.fixture
def obey(tmp_path, log, activity, teacher):
    intake = Intake(log, blobs=Blobs(tmp_path / "blobs"), splits=SplitRule(frozenset(), 0.0), activity=activity)
    watch = WatchList(log, Directory(tmp_path / "edgar", None), intake, activity)
    promotions = Promotions(log, Folders(tmp_path), "seedling")
    adopting = Adopting(log, lambda: teacher.wanted, teacher.settle)
    return Obey(tmp_path, Hands(watch, None, Requeuing(log, activity), promotions, adopting), activity)


def work(obey):
    while obey.advance():
        pass


def pending(log):
    return {row[0] for row in log.query("SELECT text_id FROM pending")}


def test_dead_letters_are_requeued_oldest_command_first(tmp_path, log, obey):
    drop(tmp_path, Requeue(recipe=RECIPE, texts=(text_id("A."),)))
    obey.advance()
    assert pending(log) == {text_id("A.")}
    drop(tmp_path, RequeueAll(recipe=RECIPE))
    work(obey)
    assert pending(log) == {text_id("A."), text_id("B.")}
    assert waiting(tmp_path) == []


def test_whom_to_watch_waits_for_a_service_that_may_ask_edgar_and_says_so_once(tmp_path, obey, activity):
    path = drop(tmp_path, WatchAdd(companies=("AAPL",)))
    for _ in range(2):
        work(obey)
    assert waiting(tmp_path) == [path]
    assert ["user_agent" in trouble.what for trouble in activity.troubles()] == [True]


def test_what_waits_holds_up_nobody_and_taking_off_needs_no_edgar(tmp_path, log, obey):
    kept = drop(tmp_path, WatchAdd(companies=("AAPL",)))
    drop(tmp_path, WatchRemove(companies=("AAPL",)))
    drop(tmp_path, RequeueAll(recipe=RECIPE))
    work(obey)
    assert waiting(tmp_path) == [kept]
    assert pending(log) == {text_id("A."), text_id("B.")}


@pytest.mark.parametrize("command", [Promote(adapter_id=ADAPTER), Rollback(adapter_id=ADAPTER, reason="by eye")])
def test_what_cannot_be_done_is_set_aside_with_its_reason_for_whoever_asked(tmp_path, obey, activity, command):
    path = drop(tmp_path, command)
    work(obey)
    assert waiting(tmp_path) == []
    assert "no adapter is called" in (refusal_of(path) or "")
    assert "no adapter is called" in activity.troubles()[0].what


def test_a_command_that_was_obeyed_has_no_refusal(tmp_path, obey):
    path = drop(tmp_path, RequeueAll(recipe=RECIPE, reason="schema"))
    work(obey)
    assert refusal_of(path) is None


def active(log):
    return log.query("SELECT recipe, decision FROM recipes WHERE active")


@pytest.mark.parametrize(
    ("command", "decision"), [(Relabel(recipe=OTHER), "relabel"), (Adopt(recipe=OTHER), "keep_old")]
)
def test_a_decision_about_the_configured_recipe_is_recorded_and_labelling_goes_on(
    tmp_path, log, obey, teacher, command, decision
):
    put(log, a_recipe(OTHER))
    drop(tmp_path, command)
    work(obey)
    assert active(log) == [(OTHER, decision)]
    assert (waiting(tmp_path), teacher.settled) == ([], 1)


def test_a_decision_waits_until_the_teacher_has_said_who_it_is_and_holds_up_nobody(
    tmp_path, log, obey, teacher, activity
):
    put(log, a_recipe(OTHER))
    teacher.wanted = None
    kept = drop(tmp_path, Relabel(recipe=OTHER))
    drop(tmp_path, RequeueAll(recipe=RECIPE))
    work(obey)
    assert waiting(tmp_path) == [kept] and pending(log)
    assert activity.troubles() == []
    teacher.wanted = OTHER
    obey.again()
    work(obey)
    assert waiting(tmp_path) == [] and active(log) == [(OTHER, "relabel")]


def test_a_decision_about_another_recipe_than_the_configured_one_is_set_aside(tmp_path, log, obey, teacher):
    put(log, a_recipe("7" * 32))
    path = drop(tmp_path, Relabel(recipe="7" * 32))
    work(obey)
    assert "restart the service" in (refusal_of(path) or "")
    assert (active(log)[0][0], teacher.settled) == (RECIPE, 0)


def test_a_decision_put_aside_just_as_the_teacher_says_who_it_is_is_taken_all_the_same(tmp_path, log, activity, obey):
    put(log, a_recipe(OTHER))
    known = []

    def wanted():
        if not known:
            known.append(OTHER)
            late.again()  # before the command is put aside
            return None
        return OTHER

    late = Obey(tmp_path, replace(obey._hands, adopting=Adopting(log, wanted, lambda: None)), activity)
    drop(tmp_path, Relabel(recipe=OTHER))
    work(late)
    assert (active(log), waiting(tmp_path)) == ([(OTHER, "relabel")], [])
