import os

import pytest

from daemon.inbox import Dropped, Inbox
from store.log import open_log
from tests.builders import a_filing, put

NOW_S = 1_700_000_100.0


@pytest.fixture
def log(tmp_path):
    log = open_log(tmp_path / "state", purpose="real")
    yield log
    log.close()


def drop(folder, name, *, age_s=60.0, body="x"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body)
    os.utime(path, (NOW_S - age_s, NOW_S - age_s))
    return path


@pytest.mark.parametrize(
    ("name", "taken"),
    [("a.htm", True), ("a.HTML", True), ("sub/a.txt", True), ("a.json", False), (".a.htm", False), ("a.pdf", False)],
)
def test_only_filings_are_taken_from_the_folder_and_those_below(tmp_path, log, name, taken):
    inbox = Inbox(tmp_path / "inbox", log)
    drop(tmp_path / "inbox", name)
    assert len(inbox.new_files(NOW_S)[0]) == taken


def test_a_file_that_still_grows_waits(tmp_path, log):
    inbox = Inbox(tmp_path / "inbox", log)
    drop(tmp_path / "inbox", "a.htm", age_s=0.5)
    assert inbox.new_files(NOW_S) == ([], True)
    assert len(inbox.new_files(NOW_S + 2)[0]) == 1


def test_a_taken_file_is_not_taken_again_until_it_changes(tmp_path, log):
    inbox = Inbox(tmp_path / "inbox", log)
    drop(tmp_path / "inbox", "a.htm")
    inbox.take(inbox.new_files(NOW_S)[0][0])
    assert inbox.new_files(NOW_S) == ([], False)
    drop(tmp_path / "inbox", "a.htm", body="longer")
    assert len(inbox.new_files(NOW_S)[0]) == 1


def test_what_was_taken_before_a_restart_is_known_from_the_log(tmp_path, log):
    from tests.builders import a_fetch

    path = drop(tmp_path / "inbox", "a.htm")
    status = path.stat()
    fetched = a_fetch(url=f"file://{path}", size=status.st_size, modified_us=status.st_mtime_ns // 1000)
    put(log, a_filing(), fetched)
    assert Inbox(tmp_path / "inbox", log).new_files(NOW_S) == ([], False)


def test_files_come_by_name(tmp_path, log):
    inbox = Inbox(tmp_path / "inbox", log)
    for name in ("b.htm", "a.htm", "c.txt"):
        drop(tmp_path / "inbox", name)
    found: list[Dropped] = inbox.new_files(NOW_S)[0]
    assert [dropped.path.name for dropped in found] == ["a.htm", "b.htm", "c.txt"]


def test_a_time_stamp_from_the_future_does_not_keep_a_file_waiting_for_that_day(tmp_path, log):
    inbox = Inbox(tmp_path / "inbox", log)
    drop(tmp_path / "inbox", "a.htm", age_s=-86_400)
    assert inbox.new_files(NOW_S) == ([], True)
    assert len(inbox.new_files(NOW_S + 2)[0]) == 1


def test_a_link_to_nothing_is_passed_over(tmp_path, log):
    inbox = Inbox(tmp_path / "inbox", log)
    (tmp_path / "inbox" / "a.htm").symlink_to(tmp_path / "gone.htm")
    assert inbox.new_files(NOW_S) == ([], False)
