"""Command files as a crash, a slow writer, a stuck folder or a full disk leaves them: none acts twice or holds up the rest."""

import os
from typing import get_args

import pytest

from daemon import commands
from daemon.activity import Activity
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
from daemon.steps.obey import Obey
from store.ids import text_id
from tests.builders import RECIPE, a_recipe, put
from tests.daemon.steps.obeying import OTHER, Teacher, a_log_with_dead_letters, a_service, pending, watched, work
from tests.daemon.test_promotion import an_adapter, by_hand, trained


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
