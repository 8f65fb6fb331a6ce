"""Command files: what is a command, and what is set aside with its reason."""

import json
import os

import pytest

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
    read,
    set_aside,
    waiting,
)


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
        ('{"command":' * 5_000, "the file"),
        (GOOD[:-1] + ', "x": ' + "[" * 30_000 + "]" * 30_000 + "}", "the file"),
        (GOOD[:-1] + ', "x": 1}', "a newer finsdistill"),
        ('{"command": "dance"}', "a newer finsdistill"),
        ("\ufeff" + GOOD, "the file"),
        ('{"command": "rollback", "adapter_id": "' + ID + '", "reason": "\\ud800"}', "the file"),
        ('{"command": "rollback", "adapter_id": "' + ID + '", "reason": "a\\u0000b"}', "one line"),
        ('{"command": "rollback", "adapter_id": "' + ID + '", "reason": "a\\u202eb"}', "one line"),
        (GOOD + " " * commands.MAX_BYTES, "more than 65,536 bytes"),
    ],
)
def test_what_is_no_command_says_why(path, text, why):
    path.write_text(text)
    with pytest.raises(CommandMalformed) as malformed:
        read(path)
    assert why in malformed.value.reason


def test_bytes_that_are_no_text_are_no_command(path):
    path.write_bytes(GOOD.encode("utf-16"))
    with pytest.raises(CommandMalformed, match="the file"):
        read(path)
    path.write_bytes(GOOD.replace("AAPL", "\udcff").encode("utf-8", "surrogateescape"))
    with pytest.raises(CommandMalformed, match="the file"):
        read(path)


def test_what_a_file_says_is_not_repeated_without_end(path):
    path.write_text(json.dumps({"command": "x" * 60_000}))
    with pytest.raises(CommandMalformed) as malformed:
        read(path)
    assert len(malformed.value.reason) < 700
    path.write_text(json.dumps({"command": "watch_add", "companies": ["A"], "y" * 60_000: 1}))
    with pytest.raises(CommandMalformed) as malformed:
        read(path)
    assert len(malformed.value.reason) < 1_200


@pytest.mark.parametrize(
    "name",
    [
        b"add.json",
        b"01arYZ6S41AAAAAAAAAAAAAAAA.json",  # a second spelling would be a second command
        b"81ARYZ6S41AAAAAAAAAAAAAAAA.json",
        b"01ARYZ6S41AAAAAAAAAAAAAAAI.json",
        b"01ARYZ6S41AAAAAAAAAAAAAAAA.json.json",
        b"\xff\xfe.json",
        b"a\nb\x1b[31m.json",
        b"x" * 250 + b".json",
    ],
)
def test_a_name_that_is_no_ulid_is_set_aside_under_one_that_is(tmp_path, path, name):
    (path.parent / os.fsdecode(name)).write_text(GOOD)
    (found,) = waiting(tmp_path)
    with pytest.raises(CommandMalformed, match="no ULID") as malformed:
        read(found)
    target = set_aside(found, malformed.value.reason)
    assert waiting(tmp_path) == [] and target.read_text() == GOOD
    said = target.with_suffix(".reason.txt").read_text()
    assert commands.shown(found)[:20] in said and said.isascii() and said.count("\n") == 1


def test_only_bytes_that_are_missing_make_a_file_unfinished(path):
    for text, unfinished in ((GOOD[:-5], True), ("", True), ("{}", False), (GOOD.replace("AAPL", "/"), False)):
        path.write_text(text)
        with pytest.raises(CommandMalformed) as malformed:
            read(path)
        assert malformed.value.unfinished is unfinished


def test_a_file_is_at_rest_when_nobody_wrote_lately_or_it_is_gone(path):
    assert commands.is_at_rest(path, 0.0)
    path.touch()
    os.utime(path, (1_000, 1_000))
    found = [commands.is_at_rest(path, now_s) for now_s in (999.0, 1_000.0, 1_001.9, 1_002.0)]
    assert found == [True, False, False, True]  # a time in the future says nothing


def test_a_disk_that_fails_is_no_reason_to_refuse_a_command(path, monkeypatch):
    path.write_text(GOOD)
    monkeypatch.setattr(commands.os, "open", lambda *_: (_ for _ in ()).throw(OSError(5, "Input/output error")))
    with pytest.raises(OSError, match="Input/output"):
        read(path)


def synced(monkeypatch):
    """What is on disk for good, in order."""
    done = []
    monkeypatch.setattr(commands, "fsync_dir", lambda folder: done.append(("folder", folder.name)))
    monkeypatch.setattr(commands, "write_durably", lambda path, data: done.append(("file", path.name)))
    return done


def test_what_is_handed_over_removed_or_set_aside_is_so_after_a_power_cut_too(tmp_path, path, monkeypatch):
    path.write_text(GOOD)
    done = synced(monkeypatch)
    set_aside(path, "why")
    assert done == [("file", f"{path.stem}.reason.txt"), ("folder", "refused"), ("folder", "commands")]
    path.write_text(GOOD)
    done.clear()
    commands.remove(path)
    commands.remove(path)  # and a second time, after a crash
    assert done == [("folder", "commands")] * 2 and not path.exists()
    done.clear()
    drop(tmp_path / "new", WatchAdd(companies=("AAPL",)))
    assert [kind for kind, _ in done] == ["folder", "file"] and done[0] == ("folder", "new")


def test_where_the_folder_is_no_folder_a_person_is_told(tmp_path):
    (tmp_path / "commands").touch()
    with pytest.raises(commands.FolderClosed, match="you may not write"):
        drop(tmp_path, WatchAdd(companies=("AAPL",)))
    assert waiting(tmp_path) == []


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
