"""A damaged log is made again from what its own state holds, and what cannot be is told to the event."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from store.backups.contents import BackupProblem
from store.errors import StateUnusable
from store.log import open_log
from store.rebuild import verify
from store.restoring.sources import LogFile, longest
from tests.builders import a_chunk, a_log, put
from tests.kept import LIMITS, a_home, brought_back, files_of, flip, publish, views_of


@pytest.fixture(scope="module")
def once(tmp_path_factory) -> Path:
    """As a crash left it: events 1 to 11 published, 12 to 16 in the WAL alone, all acknowledged."""
    folder = tmp_path_factory.mktemp("once")
    a_home(folder)
    with a_log(folder / "state") as log:
        for n in range(5):
            put(log, a_chunk(f"Text {n}."), key=f"k{n}")
        shutil.copytree(folder / "state", folder / "crashed")
    return folder


@pytest.fixture
def crashed(once, state) -> Path:
    assert (once / "crashed" / "log.duckdb.wal").stat().st_size > 0
    return shutil.copytree(once / "crashed", state)


def head_of(folder: Path) -> int:
    """Opened as the service does it."""
    log = open_log(folder, purpose=None, limits=LIMITS)
    try:
        assert all(proof.agrees for proof in verify(log, lambda _: None))
        return log.head.seq
    finally:
        log.close()


def without_log(state: Path) -> None:
    (state / "log.duckdb").unlink()
    (state / "log.duckdb.wal").unlink()


def without_wal(state: Path) -> None:
    (state / "log.duckdb.wal").unlink()


def flipped_first_block(state: Path) -> None:
    body = bytearray((state / "log.duckdb").read_bytes())
    body[100] ^= 1  # in a header, so that nothing of it opens
    body[4196] ^= 1
    body[8292] ^= 1
    (state / "log.duckdb").write_bytes(body)


@pytest.mark.parametrize("harm", [without_log, without_wal, flipped_first_block])
def test_what_was_published_comes_back_and_the_rest_is_told_to_the_event(crashed, harm: Callable[[Path], None]):
    harm(crashed)
    with pytest.raises(StateUnusable):
        open_log(crashed, purpose="real", limits=LIMITS)
    with pytest.raises(
        StateUnusable, match=r"events 12 to 16 are missing: they were acknowledged by 20.*--accept-loss"
    ) as e:
        brought_back(crashed)
    assert e.value.exit_code == 3
    done = brought_back(crashed, accept_loss=True)
    assert (done.lost, head_of(crashed), done.aside is not None) == ((12, 16), 11, True)


def test_a_cut_wal_gives_what_was_committed_before_the_cut(crashed):
    wal = crashed / "log.duckdb.wal"
    wal.write_bytes(wal.read_bytes()[: wal.stat().st_size // 2])
    with pytest.raises(StateUnusable, match=r"events 1[345] to 16 are missing"):
        brought_back(crashed)


def test_a_flipped_wal_gives_what_was_committed_before_the_flip(crashed):
    flip(crashed / "log.duckdb.wal")
    with pytest.raises(StateUnusable, match=r"events 1[345] to 16 are missing"):
        brought_back(crashed)
    done = brought_back(crashed, accept_loss=True)
    assert done.lost is not None
    assert head_of(crashed) == done.lost[0] - 1 > 11
    with a_log(crashed) as log:
        assert put(log, a_chunk("Text 0."), key="k0").repeated  # and what is gone is simply done again
        assert not put(log, a_chunk("Text 4."), key="k4").repeated


def test_a_log_is_recovered_without_its_published_set(crashed):
    shutil.rmtree(crashed / "published")
    flip(crashed / "log.duckdb.wal")
    done = brought_back(crashed, accept_loss=True)
    assert [stretch.path.name for stretch in done.stretches] == ["log.duckdb"]
    assert head_of(crashed) > 11


@pytest.mark.parametrize("gone", ["manifest.json", "events"])
def test_a_damaged_published_set_is_mended_by_the_log(crashed, gone):
    """The tail is in the log, and so is what the damaged segment held."""
    (crashed / "high-water").write_text("rubbish")
    if gone == "events":
        for segment in (crashed / "published" / "events").glob("*.parquet"):
            flip(segment)
    else:
        (crashed / "published" / gone).unlink()
    with pytest.raises(StateUnusable, match=r"whether events after 16 were acknowledged is not known .*is damaged"):
        brought_back(crashed)
    assert brought_back(crashed, accept_loss=True).lost is None
    assert head_of(crashed) == 16


def test_a_segment_that_was_merged_away_serves_when_the_merged_one_is_damaged(crashed):
    """What a manifest no longer names lies there for another day."""
    (segment,) = (crashed / "published" / "events").glob("*.parquet")
    shutil.copyfile(segment, segment.with_name("000000000001-000000000005.parquet"))
    flip(segment)
    without_log(crashed)
    assert brought_back(crashed, accept_loss=True).lost == (12, 16)


def test_a_flipped_block_of_an_old_event_costs_nothing_that_is_published(once, state, tmp_path):
    """The block is in the file, the events in it are published too."""
    shutil.copytree(once / "state", state)
    with a_log(state) as log:
        put(log, *(a_chunk(f"{n} {'word ' * 50}{n * n}") for n in range(3_000)))
        publish(log, state)
    size = (state / "log.duckdb").stat().st_size
    body = bytearray((state / "log.duckdb").read_bytes())
    for at in range(300_000, size, 400_000):
        body[at] ^= 1
    (state / "log.duckdb").write_bytes(body)
    done = brought_back(state)
    assert (done.lost, head_of(state), done.aside is not None) == (None, 3_016, True)


def test_a_sound_log_is_left_alone_and_made_anew_only_when_asked(crashed):
    before = (crashed / "log.duckdb").read_bytes()
    with pytest.raises(BackupProblem, match=r"is sound to event 16: there is nothing to recover.*rebuild"):
        brought_back(crashed)
    assert (crashed / "log.duckdb").read_bytes() == before
    assert brought_back(crashed, replace=True).lost is None
    assert head_of(crashed) == 16


def test_a_log_that_opens_but_holds_an_altered_event_is_not_sound(once, state):
    """A start finds it only when it reads that far back: the chain was walked before the change."""
    shutil.copytree(once / "state", state)
    with duckdb.connect(str(state / "log.duckdb")) as connection:
        connection.execute("UPDATE raw.events SET payload = payload || ' ' WHERE seq = 5")
    done = brought_back(state)
    assert (done.lost, done.stretches[0].last_seq) == (None, 11)
    assert head_of(state) == 16


@contextmanager
def a_service_on(state: Path) -> Iterator[None]:
    """All of it that DuckDB's lock is about; somebody removed the service's own lock file."""
    program = "import duckdb, sys; log = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", program, str(state / "log.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"open\n"
        yield
        child.kill()


@pytest.mark.parametrize(("named", "replace"), [(None, False), ("backup", False), ("backup", True)])
def test_a_log_that_a_service_holds_is_neither_damaged_nor_replaced(once, state, named, replace):
    shutil.copytree(once / "state", state)
    before = files_of(state)
    with a_service_on(state):
        with pytest.raises(StateUnusable, match="another process has it open"):
            brought_back(state, named and once / named, replace=replace, accept_loss=True)
        assert files_of(state) == before


def test_duckdbs_word_about_a_lock_is_not_taken_for_damage(once, state, tmp_path):
    shutil.copytree(once / "state", state)
    log = LogFile(state / "log.duckdb", LIMITS, tmp_path / "peek")
    with a_service_on(state), pytest.raises(StateUnusable, match=r"another process has it open .*lock"):
        log.read_all()


def test_a_state_without_anything_has_nothing_to_recover(tmp_path):
    with pytest.raises(BackupProblem, match="nothing to recover a log from"):
        brought_back(tmp_path / "nothing")


def test_views_answer_as_soon_as_a_log_is_recovered(crashed):
    before = views_of(crashed)
    without_log(crashed)
    brought_back(crashed, accept_loss=True)
    assert views_of(crashed) == before


@pytest.mark.parametrize("limit", [0, 1, 7, 100])
def test_the_longest_good_length_is_found(limit):
    assert longest(lambda length: length <= limit, 100) == limit
