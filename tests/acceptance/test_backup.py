"""A backup beside the running service, and a state made anew from it: the real command."""

import shutil
import signal

from tests.acceptance.driving import Home
from tests.acceptance.test_kill import content


def test_a_state_that_is_gone_comes_back_from_a_backup_made_while_the_service_ran(home: Home) -> None:
    home.drop(1001, 2019, paragraphs=12)
    service = home.start()
    service.until("published", times=2)
    first = home.run("backup", "backup")
    assert (first.returncode, "new events" in first.stdout) == (0, True), first.stderr
    assert "in use by another finsdistill" in home.run("restore", "backup", "--replace").stderr
    service.until("labels_appended")
    assert service.end(signal.SIGTERM) == 0
    assert home.run("run", "--once").returncode == 0
    assert home.run("backup", "backup").returncode == 0
    before = content(home)
    shutil.rmtree(home.state)
    back = home.run("restore", "backup")
    assert (back.returncode, "every table is proven" in back.stdout) == (0, True), back.stderr
    assert content(home) == before
    assert home.run("run", "--once").returncode == 0
    assert content(home) == before
    assert home.run("rebuild", "--verify").returncode == 0


def test_a_log_that_was_deleted_is_recovered_from_what_the_state_published(home: Home) -> None:
    home.drop(1001, 2019)
    assert home.run("run", "--once").returncode == 0
    before = content(home)
    (home.state / "log.duckdb").unlink()
    refused = home.run("run", "--once")
    assert (refused.returncode, "finsdistill restore" in refused.stderr) == (3, True), refused.stderr
    back = home.run("restore")
    assert (back.returncode, "restored to event" in back.stdout) == (0, True), back.stderr
    assert home.run("run", "--once").returncode == 0
    assert content(home) == before
    again = home.run("restore")
    assert (again.returncode, "there is nothing to recover" in again.stderr) == (1, True)


def test_what_a_killed_restore_left_is_gone_after_the_next_start(home: Home) -> None:
    left = home.state / "restoring"
    left.mkdir(parents=True)
    (left / "log.duckdb").write_bytes(b"half")
    assert home.run("run", "--once").returncode == 0
    assert not left.exists()
