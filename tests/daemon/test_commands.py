"""Command files: what is a command, and what is set aside with its reason."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon import commands
from daemon.commands import (
    Adopt,
    CommandMalformed,
    Promote,
    Relabel,
    Requeue,
    RequeueAll,
    Rollback,
    WatchAdd,
    WatchRemove,
    drop,
    new_ulid,
    read,
    set_aside,
    waiting,
)


@given(st.lists(st.none(), min_size=2, max_size=20))
def test_names_have_26_characters_never_meet_and_sort_by_time(many):
    names = [new_ulid() for _ in many]
    assert all(len(name) == 26 and set(name) <= set(commands._ALPHABET) and name[0] <= "7" for name in names)
    assert len(set(names)) == len(names)
    assert sorted(name[:10] for name in names) == [name[:10] for name in names]


def test_a_name_is_as_the_specification_says(monkeypatch):
    monkeypatch.setattr(commands.time, "time_ns", lambda: 1_469_918_176_385_000_000)
    assert new_ulid().startswith("01ARYZ6S41")  # the example of github.com/ulid/spec


def test_what_is_dropped_is_read_in_order_with_its_name_as_key(tmp_path):
    first, second = drop(tmp_path, WatchAdd(companies=("AAPL",))), drop(tmp_path, WatchRemove(companies=("BRK-B",)))
    assert set(waiting(tmp_path)) == {first, second}
    assert read(first).command == WatchAdd(companies=("AAPL",))
    assert read(second).key == f"command-{second.stem}"


@pytest.mark.parametrize(
    "command",
    [
        Requeue(recipe="5" * 32, texts=("a" * 32,) * commands.MAX_IDS),
        RequeueAll(recipe="5" * 32),
        Promote(adapter_id="a" * 32),
        Rollback(adapter_id="a" * 32, reason="\N{BLACK FLAG}" * commands.MAX_WORDS),
        Relabel(recipe="5" * 32),
        Adopt(recipe="5" * 32),
    ],
)
def test_the_largest_of_each_command_comes_back_as_it_was_written(tmp_path, command):
    assert read(drop(tmp_path, command)).command == command


def test_nothing_waits_where_there_is_no_folder_and_half_written_files_do_not_count(tmp_path):
    assert waiting(tmp_path) == []
    (tmp_path / "commands").mkdir()
    for name in (".a.json", ".b.json.tmp", "c.txt"):
        (tmp_path / "commands" / name).write_text("{}")
    assert waiting(tmp_path) == []


@pytest.fixture
def path(tmp_path):
    (tmp_path / "commands").mkdir()
    return tmp_path / "commands" / "01ARYZ6S41AAAAAAAAAAAAAAAA.json"


ID = "5" * 32
GOOD = json.dumps({"command": "watch_add", "companies": ["AAPL"]})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the file"),
        ("{", "the file"),
        ("[]", "the file"),
        ("null", "the file"),
        ("{}", "discriminator"),
        ('{"command": "drop_table"}', "watch_add"),
        ('{"command": "watch_add"}', "companies"),
        ('{"command": "watch_add", "companies": []}', "companies"),
        ('{"command": "watch_add", "companies": ["../x"]}', "companies.0"),
        ('{"command": "watch_add", "companies": ["A", 7]}', "companies.1"),
        ('{"command": "watch_add", "companies": ["A"], "force": true}', "force"),
        (json.dumps({"command": "watch_add", "companies": ["A"] * 1001}), "companies"),
        ('{"command": "requeue", "recipe": "x", "texts": ["y"]}', "requeue.recipe"),
        (json.dumps({"command": "requeue", "recipe": ID, "texts": [ID] * 1001}), "requeue.texts"),
        (json.dumps({"command": "requeue_all", "recipe": ID, "reason": "or 1=1"}), "requeue_all.reason"),
        (json.dumps({"command": "promote", "adapter_id": "../" + ID[3:]}), "promote.adapter_id"),
        (json.dumps({"command": "rollback", "adapter_id": ID, "reason": " "}), "rollback.reason"),
        ('{"command": "relabel"}', "relabel.recipe"),
        ('{"command": "relabel", "recipe": "5"}', "relabel.recipe"),
        (json.dumps({"command": "adopt_keep_old", "recipe": "../" + ID[3:]}), "adopt_keep_old.recipe"),
        ("[" * 60_000, "the file"),
        (GOOD + " " * commands.MAX_BYTES, "more than 65,536 bytes"),
    ],
)
def test_what_is_no_command_says_why(path, text, why):
    path.write_text(text)
    with pytest.raises(CommandMalformed) as malformed:
        read(path)
    assert why in malformed.value.reason


def link(path):
    path.with_suffix(".real").write_text(GOOD)
    path.symlink_to(path.with_suffix(".real"))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (link, "symbolic links"),
        (os.mkfifo, "no regular file"),
        (lambda path: path.mkdir(), "no regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "symbolic links"),
    ],
)
def test_only_a_regular_file_is_read_and_nothing_is_waited_for(path, make, why):
    make(path)
    with pytest.raises(CommandMalformed, match=why) as malformed:
        read(path)
    target = set_aside(path, malformed.value.reason)
    assert not os.path.lexists(path) and os.path.lexists(target)
    assert why in target.with_suffix(".reason.txt").read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_somebody_elses_file_is_refused(path):
    path.write_text(GOOD)
    os.chown(path, 12345, 12345)
    with pytest.raises(CommandMalformed, match="belongs to user 12345"):
        read(path)


def test_a_command_that_was_taken_back_is_no_error_of_its_own(path):
    with pytest.raises(FileNotFoundError):
        read(path)


@pytest.mark.parametrize("make", [lambda path: (path.mkdir(), (path / "x").touch()), lambda path: path.write_text("{")])
def test_the_same_name_can_be_set_aside_again_and_again(path, make):
    for _ in range(3):
        make(path)
        with pytest.raises(CommandMalformed) as malformed:
            read(path)
        set_aside(path, malformed.value.reason)
    assert waiting(path.parents[1]) == []
