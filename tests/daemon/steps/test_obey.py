"""Command files in a service without EDGAR: obeyed, kept, or set aside with the reason."""

from dataclasses import replace

import pytest

from daemon.activity import Activity
from daemon.adopting import Adopting
from daemon.commands import (
    Adopt,
    Promote,
    Rechunk,
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
from daemon.steps.obey import Obey
from store.ids import text_id
from tests.builders import RECIPE, a_chunking, a_fetch, a_recipe, accession, put
from tests.daemon.steps.obeying import OTHER, Teacher, a_log_with_dead_letters, a_service, pending, watched, work

ADAPTER = "a" * 32


@pytest.fixture
def log(tmp_path):
    with a_log_with_dead_letters(tmp_path) as log:
        yield log


@pytest.fixture
def activity():
    return Activity()


@pytest.fixture
def teacher():
    return Teacher()


@pytest.fixture
def obey(tmp_path, log, activity, teacher):
    return a_service(tmp_path, log, activity, teacher)


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


def test_what_waits_holds_up_nothing_else_and_taking_off_needs_no_edgar(tmp_path, log, obey):
    drop(tmp_path, WatchRemove(companies=("AAPL",)))
    kept = drop(tmp_path, WatchAdd(companies=("AAPL",)))
    drop(tmp_path, RequeueAll(recipe=RECIPE))
    work(obey)
    assert waiting(tmp_path) == [kept]
    assert pending(log) == {text_id("A."), text_id("B.")}


def watch_list(obey):
    return [company.ticker for company in obey._hands.watch.watched()]


def test_a_later_command_about_the_same_thing_stays_behind_one_that_waits(tmp_path, obey):
    add = drop(tmp_path, WatchAdd(companies=("AAPL", "MSFT")))
    remove = drop(tmp_path, WatchRemove(companies=("AAPL",)))
    for _ in range(2):
        obey.again()
        work(obey)
    assert waiting(tmp_path) == [add, remove]
    service = watched(obey)
    work(service)
    assert (watch_list(service), waiting(tmp_path)) == (["MSFT"], [])


def test_a_decision_that_waits_is_not_overtaken_by_one_that_was_made_later(tmp_path, log, obey, teacher):
    put(log, a_recipe(OTHER))
    teacher.wanted = None
    drop(tmp_path, Relabel(recipe="7" * 32))
    obey.advance()
    teacher.wanted = OTHER
    later = drop(tmp_path, Relabel(recipe=OTHER))
    work(obey)
    assert later.exists()
    obey.again()
    work(obey)
    assert (waiting(tmp_path), active(log)) == ([], [(OTHER, "relabel")])


def test_who_stood_behind_a_command_that_was_taken_back_is_next(tmp_path, obey):
    first = drop(tmp_path, WatchAdd(companies=("AAPL",)))
    drop(tmp_path, WatchRemove(companies=("AAPL",)))
    work(obey)
    first.unlink()
    work(obey)
    assert waiting(tmp_path) == []


@pytest.mark.parametrize("command", [Promote(adapter_id=ADAPTER), Rollback(adapter_id=ADAPTER, reason="by eye")])
def test_what_cannot_be_done_is_set_aside_with_its_reason_for_whoever_asked(tmp_path, obey, activity, command):
    path = drop(tmp_path, command)
    work(obey)
    assert waiting(tmp_path) == []
    assert "no adapter is called" in (refusal_of(path) or "")
    assert "no adapter is called" in activity.troubles()[0].what


def test_a_requeue_of_a_recipe_that_nobody_declared_is_set_aside(tmp_path, obey):
    path = drop(tmp_path, RequeueAll(recipe="7" * 32))
    work(obey)
    assert "no recipe is called 7777" in (refusal_of(path) or "")


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


def test_a_rechunk_stays_until_every_filing_was_read_again_and_the_next_one_waits_behind_it(tmp_path, log, obey):
    put(log, a_fetch(), a_chunking(parser="p1"))
    both = [drop(tmp_path, Rechunk(parser="p2")), drop(tmp_path, Rechunk(parser="p2", accessions=(accession(1),)))]
    work(obey)
    assert waiting(tmp_path) == both
    reading = obey._hands.rechunking
    assert reading.take() == accession(1)
    put(log, a_chunking(parser="p2"))
    reading.done()
    obey.again()
    work(obey)
    assert waiting(tmp_path) == []


def test_a_rechunk_by_another_version_than_the_service_s_is_set_aside(tmp_path, obey, activity):
    path = drop(tmp_path, Rechunk(parser="p3"))
    work(obey)
    assert "restart it" in (refusal_of(path) or "")
