"""Command files in a service without EDGAR: obeyed, kept, or set aside with the reason."""

import os
from dataclasses import replace
from typing import get_args

import pytest

from daemon import commands
from daemon.activity import Activity
from daemon.adopting import Adopting
from daemon.backfill import Backfills
from daemon.blobs import Blobs
from daemon.commands import (
    Adopt,
    Backfill,
    Command,
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
from daemon.directory import Directory
from daemon.intake import Intake
from daemon.promotion import Promotions
from daemon.rechunking import Rechunking
from daemon.requeuing import Requeuing
from daemon.splits import SplitRule
from daemon.steps.obey import Hands, Obey
from daemon.steps.plans import Folders
from daemon.watchlist import WatchList
from store.ids import text_id
from tests.builders import (
    RECIPE,
    a_chunk,
    a_chunking,
    a_dead_letter,
    a_fetch,
    a_filing,
    a_log,
    a_recipe,
    accession,
    an_adoption,
    put,
)
from tests.daemon.test_promotion import an_adapter, by_hand, trained

ADAPTER = "a" * 32
OTHER = "6" * 32
LATE = 4e9  # seconds: every file was written long ago


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


def rechunking(log):
    return Rechunking(log, "p2", asked=lambda: None, ended=lambda: None)


@pytest.fixture
def obey(tmp_path, log, activity, teacher):
    intake = Intake(log, blobs=Blobs(tmp_path / "blobs"), splits=SplitRule(frozenset(), 0.0), activity=activity)
    watch = WatchList(log, Directory(tmp_path / "edgar", None), intake, activity)
    promotions = Promotions(log, Folders(tmp_path), "seedling")
    adopting = Adopting(log, lambda: teacher.wanted, teacher.settle)
    hands = Hands(watch, None, Backfills(log), Requeuing(log, activity), rechunking(log), promotions, adopting)
    return Obey(tmp_path, hands, activity, clock_s=lambda: LATE)


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


def watched(obey):
    """A service that may ask EDGAR; `polls` counts how often somebody new was looked for."""
    polls = []
    return Obey(
        obey._state_dir, replace(obey._hands, poll=lambda: polls.append(1)), obey._activity, clock_s=lambda: LATE
    )


def two_adapters(tmp_path, log):
    """The first is champion; the files of both are there."""
    one, two = (an_adapter(tmp_path, content) for content in (b"one", b"two"))
    for name in (one, two):
        put(log, *trained(name), stream=f"run-s-{name}")
    put(log, by_hand(one), stream=f"run-s-{one}")
    return one, two


def commands_of_every_kind(one, two):
    """Each with what a person does after it, so that its repetition would show."""
    back = Rollback(adapter_id=two, reason="by eye")
    return {
        "watch_add": (WatchAdd(companies=("AAPL",)), WatchRemove(companies=("AAPL",))),
        "watch_remove": (WatchRemove(companies=("MSFT",)), WatchAdd(companies=("MSFT",))),
        "backfill": (Backfill(since=2015), Backfill(since=2020)),
        "requeue": (Requeue(recipe=RECIPE, texts=(text_id("A."),)), None),
        "requeue_all": (RequeueAll(recipe=RECIPE), None),
        "promote": (Promote(adapter_id=two), back),
        "rollback": (Rollback(adapter_id=one, reason="by eye"), Promote(adapter_id=one)),
        "relabel": (Relabel(recipe=OTHER), None),
        "adopt_keep_old": (Adopt(recipe=OTHER), None),
    }


# What a Rechunk leaves in the log are its filings: test_chunk_again.py.
KINDS = [kind for kind in get_args(get_args(Command)[0]) if kind is not Rechunk]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_command_whose_file_a_crash_left_has_one_effect_whatever_was_decided_since(tmp_path, log, obey, kind):
    """Killed between the log and the removal of the file, or copied there a second time."""
    put(log, a_recipe(OTHER))
    one, two = two_adapters(tmp_path, log)
    service = watched(obey)
    drop(tmp_path, WatchAdd(companies=("MSFT",)))
    work(service)
    name = kind.model_fields["command"].default
    command, after = commands_of_every_kind(one, two)[name]
    path = drop(tmp_path, command)
    body, before = path.read_bytes(), log.head.seq
    work(service)
    assert log.head.seq > before and waiting(tmp_path) == []
    if after is not None:
        drop(tmp_path, after)
        work(service)
    end = log.head.seq
    for again in (service, watched(obey)):  # in the same service and in the next one
        path.write_bytes(body)
        work(again)
    assert (log.head.seq, waiting(tmp_path), refusal_of(path)) == (end, [], None)


def test_a_file_that_is_still_being_written_is_waited_for(tmp_path, log, obey):
    now = [1_000.0]
    late = Obey(tmp_path, obey._hands, obey._activity, clock_s=lambda: now[0])
    path = drop(tmp_path, RequeueAll(recipe=RECIPE))
    body = path.read_bytes()
    path.write_bytes(body[:20])
    os.utime(path, (1_000, 1_000))
    work(late)
    assert (waiting(tmp_path), late.waiting, pending(log)) == ([path], True, set())
    path.write_bytes(body)
    now[0] = 1_010.0
    work(late)
    assert (waiting(tmp_path), late.waiting) == ([], False) and pending(log)


@pytest.mark.parametrize("gone", [False, True])
def test_half_a_command_that_nobody_finishes_is_set_aside_and_holds_up_no_run(tmp_path, obey, gone):
    now = [1_000.0]
    late = Obey(tmp_path, obey._hands, obey._activity, clock_s=lambda: now[0])
    path = drop(tmp_path, RequeueAll(recipe=RECIPE))
    path.write_bytes(b"{")
    os.utime(path, (1_000, 1_000))
    work(late)
    now[0] = 1_002.0
    if gone:
        path.unlink()
    work(late)
    assert (waiting(tmp_path), late.waiting) == ([], False)
    assert (refusal_of(path) is None) == gone


def test_hundreds_of_files_are_listed_once_and_hold_each_other_up_no_more(tmp_path, log, obey, monkeypatch):
    (tmp_path / "commands").mkdir()
    body = RequeueAll(recipe=RECIPE, reason="schema").model_dump_json()
    for n in range(400):
        (tmp_path / "commands" / f"01ARYZ6S41{n:016d}.json").write_text(body if n % 2 else "{}")
    listings = []
    monkeypatch.setattr(commands, "waiting", lambda state: listings.append(1) or waiting(state))
    monkeypatch.setattr(commands, "fsync_dir", lambda folder: None)
    monkeypatch.setattr(commands, "write_durably", lambda path, data: path.write_bytes(data))
    work(obey)
    assert (waiting(tmp_path), len(listings)) == ([], 2)


def not_a_folder(folder):
    (folder / "refused").write_text("in the way")


@pytest.mark.parametrize("body", ["{}", None])
def test_a_folder_that_lets_no_file_go_holds_up_nobody_and_is_told_once_a_round(
    tmp_path, log, obey, activity, monkeypatch, body
):
    stuck = drop(tmp_path, RequeueAll(recipe=RECIPE, reason="schema"))
    if body is not None:
        stuck.write_text(body)
        not_a_folder(stuck.parent)
    else:
        monkeypatch.setattr(commands, "remove", refuse(commands.remove, stuck))
    after = drop(tmp_path, RequeueAll(recipe=RECIPE))
    work(obey)
    work(obey)
    assert waiting(tmp_path) == [stuck] and pending(log)
    assert sum("cannot be moved" in trouble.what for trouble in activity.troubles()) == 1
    obey.again()
    work(obey)
    assert waiting(tmp_path) == [stuck] and not after.exists()


def refuse(remove, stuck):
    def refusing(path):
        if path == stuck:
            raise PermissionError(13, "Permission denied", str(path))
        remove(path)

    return refusing


@pytest.mark.parametrize("number", [28, 5])
def test_a_disk_that_takes_nothing_stops_the_service(tmp_path, obey, monkeypatch, number):
    drop(tmp_path, RequeueAll(recipe=RECIPE)).write_text("{}")
    failing = OSError(number, "the disk", "commands")
    monkeypatch.setattr(commands, "set_aside", lambda *_: (_ for _ in ()).throw(failing))
    with pytest.raises(OSError, match="the disk"):
        work(obey)


def test_a_name_of_any_bytes_stops_nobody(tmp_path, log, obey, activity):
    folder = drop(tmp_path, RequeueAll(recipe=RECIPE)).parent
    (folder / os.fsdecode(b"0\xff\n.json")).write_text("{}")
    work(obey)
    assert waiting(tmp_path) == [] and pending(log)
    assert activity.troubles()[0].what.isprintable() and activity.troubles()[0].what.encode()


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
