"""kill -9 in a real process, at moments nobody chose: what was acknowledged is there, once, and the chain holds."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from store.errors import StateUnusable
from store.events import CompanyUnwatched
from store.publishing.publish import Publisher
from store.rebuild import verify
from store.records import Append, Cursor
from tests.builders import a_chunk, a_label, put

CHILD = Path(__file__).parent / "appending_child.py"


def with_ours(root: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(root)}


def acknowledged_in(lines: list[str]) -> list[tuple[int, int, int]]:
    """Whole lines only: the last one may have been cut off."""
    numbers = [tuple(map(int, line.split())) for line in lines if line.endswith("\n") and line[0].isdigit()]
    return [(number, first, last) for number, first, last in numbers]


def killed_after(state: Path, root: Path, appends: int) -> list[tuple[int, int, int]]:
    """(number, first_seq, last_seq) of every acknowledged append of a child that was killed after that many."""
    command = [sys.executable, str(CHILD), str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=with_ours(root), text=True) as child:
        assert child.stdout is not None
        heard = [child.stdout.readline() for _ in range(appends)]
        child.kill()
        heard += child.stdout.readlines()
    return acknowledged_in(heard)


def test_what_was_acknowledged_before_kill_9_is_there_once(state, root, open_state, clock):
    acknowledged = []
    for appends in (1, 4, 13):
        acknowledged += killed_after(state, root, appends)
        log = open_state()
        done = log.cursor_of("child")
        assert done >= len(acknowledged)
        there = {seq for (seq,) in log.query("SELECT seq FROM raw.labels")}
        assert {last for _, _, last in acknowledged} <= there
        assert log.query("SELECT count(*), count(DISTINCT text_id) FROM labels") == [(done, done)]
        assert (log.head.seq, log.version_of("s")) == (1 + 2 * done, 2 * done)
        assert all(proof.agrees for proof in verify(log, lambda _: None))
        Publisher(log, state, clock)
        log.close()
        with duckdb.connect(str(state / "finsdistill.duckdb"), read_only=True) as reader:
            assert reader.execute("SELECT count(*), count(DISTINCT chunk_id) FROM chunks").fetchall() == [(done, done)]
    assert len({number for number, _, _ in acknowledged}) == len(acknowledged) >= 18


def test_an_append_that_was_committed_but_never_acknowledged_is_repeated_and_not_doubled(state, root, open_state):
    *_, (number, first, last) = killed_after(state, root, 3)
    log = open_state()
    facts = (a_chunk(f"Text {number}.", ordinal=number), a_label(f"Text {number}."))
    again = log.append(Append(stream="s", events=facts, key=f"k{number}", cursor=Cursor("child", number)))
    assert (again.first_seq, again.last_seq, again.repeated) == (first, last, True)


@pytest.mark.parametrize("table", ["raw.events", "raw.labels", "ledger.streams", "ledger.appends", "ledger.cursors"])
def test_one_table_that_cannot_be_written_takes_all_of_the_batch_with_it(log, open_state, table):
    """The table is taken away under the writer: all of the batch is refused, and a restart finds none of it."""
    put(log, a_chunk("Before."), stream="s")
    under, (schema, name) = log.cursor(), table.split(".")
    under.execute(f"ALTER TABLE {table} RENAME TO hidden")
    batch = Append(stream="s", events=(a_chunk("A."), a_label("A.")), key="k", cursor=Cursor("c", 1))
    with pytest.raises(StateUnusable, match=f"{name}.*finsdistill restore"):
        log.append(batch)
    with pytest.raises(StateUnusable):  # for good: what follows would stand on a fact that is not there
        put(log, CompanyUnwatched(company_id="x"))
    under.execute(f"ALTER TABLE {schema}.hidden RENAME TO {name}")
    under.close()
    log.close()
    again = open_state()
    assert (again.head.seq, again.cursor_of("c"), again.version_of("s"), again.was_appended("k")) == (2, 0, 1, False)
    assert again.query("SELECT count(*) FROM raw.chunks") == [(1,)]
    assert again.append(batch).repeated is False


def test_events_whose_mark_could_not_be_written_were_never_acknowledged_but_are_there(log, open_state):
    """Committed, then the disk refused the mark: whoever appended is told, and gets the same positions after a restart."""
    with Path("/dev/full").open("r+b", buffering=0) as full:
        os.dup2(full.fileno(), log._high_water._fd)
    with pytest.raises(StateUnusable, match="No space left"):
        put(log, a_chunk("A."), key="k")
    log.close()
    assert put(open_state(), a_chunk("A."), key="k").repeated


def test_a_full_disk_ends_the_service_with_one_sentence_and_loses_nothing(state, root, open_state):
    """290,000 bytes are 16,000 more than an empty log takes: its WAL hits the limit after about a hundred appends."""
    command = [sys.executable, str(CHILD), str(state), "290000"]
    child = subprocess.run(command, check=False, capture_output=True, env=with_ours(root), text=True, timeout=120)
    *heard, sentence = child.stdout.splitlines(keepends=True)
    assert (child.returncode, "free disk space and start again" in sentence) == (3, True)
    log = open_state()
    there = {seq for (seq,) in log.query("SELECT seq FROM raw.labels")}
    assert {last for _, _, last in acknowledged_in(heard)} <= there
    assert all(proof.agrees for proof in verify(log, lambda _: None))
    assert put(log, CompanyUnwatched(company_id="x")).first_seq == log.head.seq
