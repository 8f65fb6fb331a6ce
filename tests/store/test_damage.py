"""A log that lost or changed something says so instead of going on: DuckDB itself opens many of these without a word."""

import shutil
from pathlib import Path

import duckdb
import pytest

from store.errors import StateUnusable
from store.migrations import FORMAT
from store.rebuild import verify
from tests.builders import a_label, labelled, put


@pytest.fixture
def written(state, open_state) -> Path:
    """The folder of a closed log of ten events."""
    log = open_state()
    labelled(log, "Sales rose.", "Costs fell.", "Margins held.")
    put(log, a_label("Sales rose.", attempt=2))
    assert log.head.seq == 11
    log.close()
    return state


def damage(state: Path, *statements: str) -> None:
    connection = duckdb.connect(str(state / "log.duckdb"))
    for statement in statements:
        connection.execute(statement)
    connection.close()


def target_of(fd: Path) -> str | None:
    return str(fd.readlink()) if fd.is_symlink() else None


def nothing(_: int) -> None: ...


@pytest.mark.parametrize(
    ("change", "seq"),
    [
        ("UPDATE raw.events SET payload = replace(payload, 'Costs', 'Gains') WHERE seq = 6", 6),
        ("UPDATE raw.events SET recorded_at = recorded_at + INTERVAL 1 MICROSECOND WHERE seq = 4", 4),
        ("UPDATE raw.events SET stream = 'other' WHERE seq = 5", 5),
        ("UPDATE raw.events SET append_key = 'other' WHERE seq = 5", 5),
        ("UPDATE raw.events SET type = 'LabelRefused' WHERE seq = 9", 9),
        ("UPDATE raw.events SET hash = repeat('0', 64) WHERE seq = 3", 3),
        ("UPDATE raw.events SET seq = CASE seq WHEN 5 THEN 6 ELSE 5 END WHERE seq IN (5, 6)", 5),  # reordered
        # dropped, and the rest moved up: the count is right again, for a log that had one more
        ("DELETE FROM raw.events WHERE seq = 5; UPDATE raw.events SET seq = seq - 1 WHERE seq > 5", 5),
    ],
)
def test_an_altered_dropped_or_reordered_event_is_noticed_where_it_happened(written, open_state, change, seq):
    shutil.copy(written / "high-water", written / "mark")
    damage(written, change)
    if "DELETE" in change:
        (written / "high-water").unlink()  # else the mark notices it first
        with pytest.raises(StateUnusable, match=f"damaged at event {seq}"):
            open_state()
        return
    with pytest.raises(StateUnusable, match=f"damaged at event {seq}: .*restore the newest backup"):
        verify(open_state(), nothing)


def test_a_hole_in_the_log_is_noticed_when_it_is_opened(written, open_state):
    damage(written, "DELETE FROM raw.events WHERE seq = 5")
    with pytest.raises(StateUnusable, match=r"holds 10 events, and its last is number 11: events are missing"):
        open_state()


def test_a_truncated_log_is_noticed_by_the_mark_outside_it(written, open_state):
    damage(written, "DELETE FROM raw.events WHERE seq > 8")
    with pytest.raises(
        StateUnusable, match=r"ends at event 8, but event 11 was acknowledged: 3 events are missing"
    ) as e:
        open_state()
    assert e.value.exit_code == 3


def test_a_last_event_that_was_replaced_is_noticed_by_the_mark(written, open_state):
    damage(written, "UPDATE raw.events SET hash = repeat('0', 64) WHERE seq = 11")
    with pytest.raises(StateUnusable, match="damaged at event 11"):
        open_state()


def test_a_deleted_wal_is_noticed_by_the_mark(state, open_state, tmp_path):
    open_state().close()
    log = open_state()
    labelled(log, "Sales rose.", "Costs fell.")
    copy = shutil.copytree(state, tmp_path / "copy")  # as a crash would leave it: the last events are in the WAL alone
    assert (copy / "log.duckdb.wal").stat().st_size > 0
    (copy / "log.duckdb.wal").unlink()
    with pytest.raises(StateUnusable, match=r"events are missing .a deleted or damaged WAL"):
        open_state(copy)


def test_a_wal_that_is_there_is_replayed(state, open_state, tmp_path):
    log = open_state()
    labelled(log, "Sales rose.", "Costs fell.")
    crashed = open_state(shutil.copytree(state, tmp_path / "copy"))
    assert crashed.head == log.head
    assert all(proof.agrees for proof in verify(crashed, nothing))


def test_a_mark_that_a_crash_left_behind_is_caught_up_by_walking_the_chain(state, open_state, tmp_path):
    """Committed but not acknowledged: the events are there, their append is repeated, and nothing is there twice."""
    log = open_state()
    older = (state / "high-water").read_bytes()
    put(log, a_label("Sales rose."), key="k")
    log.close()
    (state / "high-water").write_bytes(older)
    again = open_state()
    assert put(again, a_label("Sales rose."), key="k").repeated
    assert again.head == log.head


@pytest.mark.parametrize("content", [b"rubbish", b"a 1 b c\n", b"\xff" * 384])
def test_a_damaged_mark_is_not_believed(written, open_state, content):
    (written / "high-water").write_bytes(content)
    with pytest.raises(StateUnusable, match=r"high-water mark .* is damaged") as caught:
        open_state()
    assert caught.value.exit_code == 3


def test_one_flipped_digit_of_the_mark_is_noticed(written, open_state):
    mark = (written / "high-water").read_text()
    (written / "high-water").write_text(mark.replace(" 11 ", " 10 "))
    with pytest.raises(StateUnusable, match="is damaged"):
        open_state()


def test_a_missing_mark_makes_the_whole_chain_prove_itself(written, open_state):
    (written / "high-water").unlink()
    assert open_state().head.seq == 11


def test_a_log_that_vanished_under_its_mark_is_not_begun_again(written, open_state):
    (written / "log.duckdb").unlink()
    with pytest.raises(
        StateUnusable,
        match=r"is missing, but there was one .event 11 was acknowledged.: put it back",
    ):
        open_state()


def test_who_creates_nothing_is_told_whether_there_was_a_log(written, open_state, tmp_path):
    with pytest.raises(StateUnusable, match=r"nor a trace of one: check service\.state_dir"):
        open_state(tmp_path / "typo", purpose=None)
    assert not (tmp_path / "typo").exists()
    (written / "log.duckdb").unlink()
    with pytest.raises(StateUnusable, match=r"there was one .event 11 was acknowledged.: put it back, or restore"):
        open_state(purpose=None)


def test_another_logs_mark_is_noticed(written, open_state, tmp_path):
    open_state(tmp_path / "other").close()
    shutil.copy(tmp_path / "other" / "high-water", written / "high-water")
    with pytest.raises(StateUnusable, match="another log"):
        open_state()


def test_a_file_that_is_no_database_is_refused_with_a_way_back(written, open_state):
    (written / "log.duckdb").write_bytes(b"PK\x03\x04" * 4096)
    with pytest.raises(StateUnusable, match=r"it is no DuckDB file .*restore the newest backup with `finsdistill"):
        open_state()


def test_a_log_of_a_newer_version_is_left_alone(written, open_state):
    damage(written, f"UPDATE ledger.meta SET format = {FORMAT + 1}")
    before = (written / "log.duckdb").read_bytes()
    with pytest.raises(StateUnusable, match=f"format {FORMAT + 1}, this finsdistill reads up to {FORMAT}"):
        open_state()
    assert (written / "log.duckdb").read_bytes() == before


@pytest.mark.parametrize(("made", "asked"), [("real", "demo"), ("demo", "real")])
def test_a_log_serves_one_purpose(open_state, made, asked):
    open_state(purpose=made).close()
    with pytest.raises(StateUnusable, match=f"is a {made} log and this is a {asked} run.*service.state_dir"):
        open_state(purpose=asked)


def test_a_log_that_could_not_be_opened_holds_nothing(written, open_state):
    """Else the process that was told to put the files back could not open them again."""
    good = (written / "high-water").read_bytes()
    (written / "high-water").write_bytes(b"rubbish")
    with pytest.raises(StateUnusable):
        open_state()
    held = [link for fd in Path("/proc/self/fd").iterdir() if (link := target_of(fd)) and str(written) in link]
    assert held == []
    (written / "high-water").write_bytes(good)
    assert open_state().head.seq == 11


@pytest.mark.parametrize("content", [b"", b"\0" * 4096, b"DUCK" * 5000])
def test_a_first_start_that_was_killed_while_it_made_the_log_is_nothing_to_the_next(state, open_state, content):
    """What DuckDB has written by then is no file that it could open."""
    state.mkdir()
    for name in ("log.duckdb.new", "log.duckdb.new.wal"):
        (state / name).write_bytes(content)
    (state / "high-water").touch()
    assert open_state().head.seq == 1
    assert sorted(path.name for path in state.iterdir() if "new" in path.name) == []


def test_a_database_that_is_not_ours_is_refused_and_stays_as_it_is(state, open_state):
    state.mkdir()
    with duckdb.connect(str(state / "log.duckdb")) as theirs:
        theirs.execute("CREATE TABLE sales AS SELECT 1 AS a")
    before = (state / "log.duckdb").read_bytes()
    with pytest.raises(StateUnusable, match="another program's database"):
        open_state()
    assert (state / "log.duckdb").read_bytes() == before
