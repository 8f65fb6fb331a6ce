"""A crash between any two steps of a publish and its merges leaves a readable set, and the next start makes it whole."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from store.publishing.publish import Publisher
from store.tables import EVENTS, TABLES

CHILD = Path(__file__).parent / "publishing_child.py"
ALL = [table.name for table in (EVENTS, *TABLES)]


@pytest.fixture
def crashes(state, tmp_path, root) -> list[Path]:
    """What was published at each step, in their order. The log is in `state`."""
    command = [sys.executable, str(CHILD), str(state), str(tmp_path / "left")]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(root)}, check=True, timeout=300)
    return sorted((tmp_path / "left").iterdir(), key=lambda path: int(path.name))


def put_back(crash: Path, state: Path) -> None:
    for left in (state / "published", *state.glob("*finsdistill.duckdb*")):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    shutil.copytree(crash, state, dirs_exist_ok=True)


def rows_of(connection: duckdb.DuckDBPyConnection, schema: str, upto: int) -> list[list[tuple]]:
    sql = "SELECT * FROM {}{} WHERE seq <= {} ORDER BY seq"
    return [connection.execute(sql.format(schema, name, upto)).fetchall() for name in ALL]


def read(state: Path) -> tuple[int, list[list[tuple]]]:
    """The last published event, and the rows of every table."""
    with duckdb.connect(str(state / "finsdistill.duckdb"), read_only=True) as connection:
        ((seq, texts),) = connection.execute("SELECT max(seq), max(len(text)) FROM chunks").fetchall()
        assert texts > 0
        return seq, rows_of(connection, "raw_", seq)


def test_every_crash_leaves_a_readable_set_and_the_next_start_makes_it_whole(crashes, state, open_state, clock):
    log, unpublished = open_state(), []
    with log.cursor() as cursor:
        for crash in crashes:
            put_back(crash, state)
            seq, rows = read(state)
            assert rows == rows_of(cursor, "raw.", seq)
            unpublished.append(log.head.seq - seq)
            assert Publisher(log, state, clock).seq == log.head.seq
            assert read(state) == (log.head.seq, rows_of(cursor, "raw.", log.head.seq))
            assert list(state.rglob("*.tmp")) == []
    assert len(unpublished) > 20
    assert unpublished == sorted(unpublished, reverse=True)
    assert set(unpublished) == {1, 0}
