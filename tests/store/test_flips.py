"""Each block, each WAL entry and each kind of cut: what is damaged is found, at the start or by `verify`; never silently less.

The control run of each test is the same file left alone.
"""

import shutil
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from store.errors import StateUnusable
from store.log import Limits, open_log
from store.migrations import FORMAT
from store.rebuild import rebuild, verify
from tests.builders import Clock, a_label, labelled, put

LIMITS = Limits("512MiB", 1)
BLOCK = 262_144  # bytes, after three headers of 4,096


def nothing(_: int) -> None: ...


@pytest.fixture(scope="module")
def closed(tmp_path_factory) -> Path:
    """A log of some hundred events in some thirty blocks, folded into one file."""
    state = tmp_path_factory.mktemp("closed") / "state"
    log = open_log(state, purpose="real", limits=LIMITS, clock=Clock())
    for n in range(1, 6):
        labelled(log, *(f"Text {n} {i}: {'sales rose. ' * 100}" for i in range(30)), filing=n)
    log.close()
    return state


@pytest.fixture(scope="module")
def crashed(tmp_path_factory) -> Path:
    """A log as a kill leaves it: its last six commits are in the WAL alone."""
    folder = tmp_path_factory.mktemp("crashed")
    open_log(folder / "open", purpose="real", limits=LIMITS, clock=Clock()).close()
    log = open_log(folder / "open", purpose="real", limits=LIMITS, clock=Clock())
    for n in range(1, 7):
        put(log, a_label(f"Text {n}."), a_label(f"Text {n} again."))
    shutil.copytree(folder / "open", folder / "state")
    log.close()
    return folder / "state"


def contents(state: Path) -> list[tuple[object, ...]] | str:
    """Every event, after every table was proved, every block read and one more event written; or why not."""
    log = None
    try:
        log = open_log(state, purpose=None, limits=LIMITS, clock=Clock())
        if wrong := [proof.table for proof in verify(log, nothing) if not proof.agrees]:
            return f"{wrong} differ"
        events = log.query("SELECT * FROM raw.events ORDER BY seq")
        put(log, a_label("One more."), stream="one-more")
    except StateUnusable as found:
        assert "finsdistill restore DIR" in str(found)
        return str(found)
    finally:
        if log is not None:
            with suppress(StateUnusable):
                log.close()
    return events


def copied(state: Path, tmp_path: Path, name: str) -> Path:
    return shutil.copytree(state, tmp_path / name)


def flip(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 0xFF]))


def test_a_flip_in_any_header_or_block_is_found_or_harmless(closed, tmp_path):
    size = (closed / "log.duckdb").stat().st_size
    whole = contents(copied(closed, tmp_path, "control"))
    assert isinstance(whole, list)
    answers = []
    for at in [10, 100, 4_196, 8_292, *range(12_388, size, BLOCK)]:
        state = copied(closed, tmp_path, f"flip-{at}")
        flip(state / "log.duckdb", at)
        answers.append(contents(state))
        shutil.rmtree(state)
    found = [answer for answer in answers if isinstance(answer, str)]
    assert all(answer == whole for answer in answers if not isinstance(answer, str))
    assert len(found) > len(answers) / 2  # of the rest the block was free, or the other header was the newer one


def test_a_flip_in_a_projection_is_mended_by_rebuild(closed, tmp_path):
    whole, mended = contents(copied(closed, tmp_path, "control")), 0
    for at in range(12_388, (closed / "log.duckdb").stat().st_size, BLOCK * 4):
        state = copied(closed, tmp_path, f"flip-{at}")
        flip(state / "log.duckdb", at)
        with suppress(StateUnusable):  # where the block is of the events, or of the file itself
            log = open_log(state, purpose=None, limits=LIMITS, clock=Clock())
            try:
                rebuild(log, nothing)
            finally:
                log.close()
            assert contents(state) == whole
            mended += 1
        shutil.rmtree(state)
    assert mended > 2


def test_a_wal_flipped_anywhere_is_found_or_harmless(crashed, tmp_path):
    whole, wal = contents(copied(crashed, tmp_path, "control")), (crashed / "log.duckdb.wal").stat().st_size
    for at in range(0, wal, wal // 40):
        state = copied(crashed, tmp_path, f"flip-{at}")
        flip(state / "log.duckdb.wal", at)
        before = (state / "log.duckdb").read_bytes()
        answer = contents(state)
        assert isinstance(answer, str) or answer == whole
        if isinstance(answer, str):  # refused at the start: left as it was found, for whoever can still read it
            assert (state / "log.duckdb").read_bytes() == before
            assert (state / "log.duckdb.wal").stat().st_size == wal
        shutil.rmtree(state)


def test_a_wal_cut_at_any_length_is_found_and_left_alone(crashed, tmp_path):
    wal = (crashed / "log.duckdb.wal").stat().st_size
    for length in [0, 1, 8, *range(wal // 25, wal, wal // 25), wal - 8, wal - 1]:
        state = copied(crashed, tmp_path, f"cut-{length}")
        with (state / "log.duckdb.wal").open("r+b") as file:
            file.truncate(length)
        answer = contents(state)
        assert isinstance(answer, str), length
        assert "events are missing" in answer or "its WAL is damaged" in answer
        # An empty one, which holds nothing to keep, is removed by DuckDB.
        assert length == 0 or (state / "log.duckdb.wal").stat().st_size == length
        shutil.rmtree(state)


def test_a_wal_that_was_put_back_is_read_after_all(crashed, tmp_path):
    whole, state = contents(copied(crashed, tmp_path, "control")), copied(crashed, tmp_path, "state")
    (state / "log.duckdb.wal").rename(tmp_path / "lost")
    assert "events are missing" in contents(state)
    (tmp_path / "lost").rename(state / "log.duckdb.wal")
    assert contents(state) == whole


def test_an_old_copy_of_the_log_put_back_is_found_with_and_without_its_wal(crashed, closed, tmp_path):
    state = copied(closed, tmp_path, "state")
    log = open_log(state, purpose=None, limits=LIMITS, clock=Clock())
    put(log, a_label("Newer."))
    log.close()
    shutil.copy(closed / "log.duckdb", state / "log.duckdb")
    assert "1 events are missing (a deleted or damaged WAL, or an old copy put back)" in contents(state)
    shutil.copy(crashed / "log.duckdb.wal", state / "log.duckdb.wal")
    assert "its WAL belongs to another file" in contents(state)


def test_a_file_cut_at_any_length_is_found(closed, tmp_path):
    size = (closed / "log.duckdb").stat().st_size
    for length in [0, 100, 4_096, 8_192, 12_288, *range(12_288 + BLOCK // 2, size, BLOCK * 4), size - 10]:
        state = copied(closed, tmp_path, f"cut-{length}")
        with (state / "log.duckdb").open("r+b") as file:
            file.truncate(length)
        assert isinstance(contents(state), str), length
        shutil.rmtree(state)


def test_a_newer_log_that_a_kill_left_with_a_wal_stays_as_it_was_to_the_byte(crashed, tmp_path):
    state = copied(crashed, tmp_path, "state")
    with duckdb.connect(str(state / "log.duckdb")) as newer:
        newer.execute("PRAGMA disable_checkpoint_on_shutdown")
        newer.execute("INSERT INTO ledger.meta VALUES (?)", [FORMAT + 1])
    before = {path.name: path.read_bytes() for path in state.iterdir()}
    assert len(before["log.duckdb.wal"]) > 0
    with pytest.raises(StateUnusable, match="install the newer one"):
        open_log(state, purpose=None, limits=LIMITS)
    assert {path.name: path.read_bytes() for path in state.iterdir()} == before
