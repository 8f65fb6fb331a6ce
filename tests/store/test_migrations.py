"""A log of every earlier format opens, is copied before it is changed, and ends as a new one would be.

`schemas/format_N.sql` is a log of that format with its rows, frozen; `format_N.high-water` is its mark.
"""

import shutil
from pathlib import Path

import duckdb
import pytest

from store.errors import StateUnusable
from store.migrations import FORMAT, MIGRATIONS, Migration, migrate
from store.migrations.copies import back_up
from store.publishing.publish import Publisher
from store.rebuild import verify
from tests.builders import a_label, put

SCHEMAS = Path(__file__).parent / "schemas"
FORMATS = range(1, FORMAT)
EVENTS = 47  # in each frozen log


def frozen(number: int, state: Path) -> Path:
    state.mkdir()
    with duckdb.connect(str(state / "log.duckdb")) as connection:
        connection.execute((SCHEMAS / f"format_{number}.sql").read_text())
    shutil.copy(SCHEMAS / f"format_{number}.high-water", state / "high-water")
    return state


def schema(path: Path) -> list[tuple[str, ...]]:
    with duckdb.connect(str(path / "log.duckdb"), read_only=True) as connection:
        return connection.execute("SELECT schema_name, table_name, sql FROM duckdb_tables() ORDER BY ALL").fetchall()


def nothing(_: int) -> None: ...


def test_migrations_are_numbered_one_a_format_and_each_earlier_schema_is_kept():
    assert [m.format for m in MIGRATIONS] == list(range(2, FORMAT + 1))
    assert [m.file[:4] for m in MIGRATIONS] == [f"{m.format:04}" for m in MIGRATIONS]
    assert {path.stem for path in SCHEMAS.glob("*.sql")} == {f"format_{number}" for number in FORMATS}


@pytest.mark.parametrize("number", FORMATS)
def test_a_log_of_an_earlier_format_opens_proves_itself_goes_on_and_is_published(number, state, open_state):
    log = open_state(frozen(number, state))
    assert (log.head.seq, log.verified) == (EVENTS, EVENTS)
    assert [proof.table for proof in verify(log, nothing) if not proof.agrees] == []
    assert put(log, a_label("Costs fell.", attempt=7)).first_seq == EVENTS + 1
    assert Publisher(log, state).seq == EVENTS + 1
    log.close()
    assert open_state().head.seq == EVENTS + 1


@pytest.mark.parametrize("number", FORMATS)
def test_a_migrated_log_has_the_tables_of_a_new_one(number, state, open_state, tmp_path):
    open_state(frozen(number, state)).close()
    open_state(tmp_path / "new").close()
    assert schema(state) == schema(tmp_path / "new")


@pytest.mark.parametrize("number", FORMATS)
def test_the_log_is_copied_before_it_is_changed(number, state, open_state):
    before = {path.name: path.read_bytes() for path in frozen(number, state).iterdir()}
    open_state().close()
    copy = state / f"before-format-{FORMAT}"
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before
    open_state().close()
    assert list(state.glob("*before*")) == [copy]  # once


def test_an_older_copy_of_another_time_is_kept_beside_the_new_one(state):
    frozen(1, state)
    first = back_up(state, 2)
    (state / "high-water").write_text("later")
    assert back_up(state, 2).name == "before-format-2-2"
    assert (first / "high-water").read_bytes() == (SCHEMAS / "format_1.high-water").read_bytes()
    (state / ".before-format-2.tmp").mkdir()  # as a copy that was cut off leaves it
    (state / "high-water").write_text("later still")
    assert back_up(state, 2).name == "before-format-2-3"


def test_without_room_for_the_copy_nothing_is_changed(state):
    frozen(1, state)
    before = (state / "log.duckdb").read_bytes()
    with pytest.raises(StateUnusable, match=r"takes \d+ MiB and 1 MiB are free.*nothing was changed") as caught:
        back_up(state, 2, free_bytes=lambda _: 2**20)
    assert caught.value.exit_code == 3
    assert (state / "log.duckdb").read_bytes() == before
    assert sorted(path.name for path in state.iterdir()) == ["high-water", "log.duckdb"]


def test_a_log_that_lost_events_is_not_migrated(state, open_state):
    frozen(1, state)
    with duckdb.connect(str(state / "log.duckdb")) as connection:
        connection.execute("DELETE FROM raw.events WHERE seq > 40")
    before = (state / "log.duckdb").read_bytes()
    with pytest.raises(StateUnusable, match="7 events are missing"):
        open_state()
    assert (state / "log.duckdb").read_bytes() == before
    assert not list(state.glob("before*"))


class PowerCut(Exception): ...


class Stopping:
    """A connection that copies the state folder when it has run so many statements, as a kill there would leave it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, state: Path, after: int) -> None:
        self._connection, self._state, self._left = connection, state, after

    def execute(self, *statement: object) -> object:
        if self._left == 0:
            shutil.copytree(self._state, self._state.with_name("killed"))
            raise PowerCut
        self._left -= 1
        return self._connection.execute(*statement)


@pytest.mark.parametrize("after", range(5))
def test_a_migration_that_was_killed_between_any_two_statements_is_done_by_the_next_start(after, state, open_state):
    frozen(1, state)
    with duckdb.connect(str(state / "log.duckdb")) as connection, pytest.raises(PowerCut):
        migrate(Stopping(connection, state, after), 1)
    log = open_state(state.with_name("killed"))
    assert log.query("SELECT max(format) FROM ledger.meta") == [(FORMAT,)]
    assert log.verified == EVENTS


def test_a_step_that_fails_leaves_the_format_before_it(state):
    frozen(1, state)
    with duckdb.connect(str(state / "log.duckdb")) as connection:
        bad = Migration(FORMAT + 1, "0002_verified.sql")  # a table that is there by then
        with pytest.raises(duckdb.Error, match="already exists"):
            migrate(connection, 1, (*MIGRATIONS, bad))
        connection.execute("ROLLBACK")
        assert connection.execute("SELECT max(format) FROM ledger.meta").fetchall() == [(FORMAT,)]


def test_a_table_whose_columns_are_of_another_version_is_made_anew_from_the_log(state, open_state):
    open_state(frozen(1, state)).close()
    with duckdb.connect(str(state / "log.duckdb")) as connection:
        connection.execute("ALTER TABLE raw.labels DROP COLUMN grounded; ALTER TABLE raw.splits ADD COLUMN odd BIGINT")
        connection.execute("DROP TABLE raw.pauses")
    log = open_state()
    assert [proof.table for proof in verify(log, nothing) if not proof.agrees] == []
    assert log.query("SELECT count(*) FROM raw.labels WHERE grounded") > [(0,)]


def test_nothing_is_made_anew_where_the_columns_are_these(state, open_state):
    log = open_state()
    Publisher(log, state)
    log.close()
    before = (state / "published" / "manifest.json").stat().st_mtime_ns
    open_state()
    assert (state / "published" / "manifest.json").stat().st_mtime_ns == before
