"""What readers outside the process get: whole sets of immutable rows, equal to the log's views, whatever was interrupted."""

import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest

from store.errors import StateUnusable
from store.publishing.publish import Publisher
from store.tables import EVENTS, TABLES
from tests.builders import a_chunk, a_label, labelled, put

VIEWS = re.findall(r"CREATE VIEW (\w+)", files("store").joinpath("views.sql").read_text("utf-8"))

READ = """
import duckdb, json, sys
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    print(json.dumps(connection.execute(sys.argv[2]).fetchall(), default=str))
"""


def published(state: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(state / "finsdistill.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def files_of(state: Path) -> dict[str, bytes]:
    return {str(p.relative_to(state)): p.read_bytes() for p in sorted((state / "published").rglob("*")) if p.is_file()}


@pytest.fixture
def publisher(log, state, clock) -> Publisher:
    labelled(log, "Sales rose.", "Costs fell.")
    return Publisher(log, state, clock)


def test_publishing_again_without_new_events_changes_nothing(publisher, log, state, clock):
    before = files_of(state)
    views = (state / "finsdistill.duckdb").read_bytes()
    assert publisher.publish() is False
    clock.advance(days=30)
    assert publisher.publish() is False
    assert (files_of(state), (state / "finsdistill.duckdb").read_bytes()) == (before, views)


def test_a_restart_without_new_events_changes_no_published_file(publisher, log, state, clock, open_state):
    before = files_of(state)
    log.close()
    assert Publisher(open_state(), state, clock).seq == publisher.seq
    assert files_of(state) == before


def test_another_process_reads_while_the_log_is_open_for_writing(publisher, log, state):
    sql = "SELECT text, summary FROM triplets ORDER BY seq"
    put(log, a_chunk("Margins held."), a_label("Margins held."))
    publisher.publish()
    child = [sys.executable, "-c", READ, str(state / "finsdistill.duckdb"), sql]
    answer = subprocess.run(child, capture_output=True, text=True, check=True, timeout=60).stdout
    assert json.loads(answer) == [[text, text] for text in ("Sales rose.", "Costs fell.", "Margins held.")]


def test_rows_appear_with_their_publish_and_not_before(publisher, log, state):
    put(log, a_chunk("Margins held."))
    assert published(state, "SELECT count(*) FROM chunks") == [(2,)]
    assert publisher.publish() is True
    assert published(state, "SELECT count(*) FROM chunks") == [(3,)]
    assert publisher.seq == log.head.seq


def test_every_view_is_there_before_anything_happened(log, state):
    Publisher(log, state)
    for view in VIEWS:
        assert published(state, f"SELECT count(*) FROM {view}") == [(1 if view == "events" else 0,)]


def test_a_publish_only_appends(publisher, log):
    before = publisher.manifest.segments_of("chunks")
    put(log, a_chunk("Margins held."))
    publisher.publish()
    assert publisher.manifest.segments_of("chunks")[:-1] == before


def test_a_whole_log_is_published_piece_by_piece_and_each_piece_can_be_read(publisher, log, state, clock, monkeypatch):
    monkeypatch.setattr("store.publishing.publish.PIECE", 3)
    (state / "published/manifest.json").unlink()
    anew = Publisher(log, state, clock)
    while anew.seq < log.head.seq:
        assert published(state, "SELECT max(seq), count(*) FROM events") == [(anew.seq, anew.seq)]
        anew.publish()
    for table in (EVENTS, *TABLES):
        rows = published(state, f"SELECT * FROM raw_{table.name} ORDER BY seq")
        assert rows == log.query(f"SELECT * FROM raw.{table.name} ORDER BY seq")


def test_the_manifest_tells_the_truth_about_its_files(publisher, log, state):
    for i in range(6):
        put(log, a_chunk(f"Text {i}."))
        publisher.publish()
    manifest = publisher.manifest
    for entry in manifest.tables:
        for segment in entry.segments:
            path = state / "published" / segment.file
            rows, low, high = duckdb.sql(f"SELECT count(*), min(seq), max(seq) FROM '{path}'").fetchall()[0]
            assert (rows, path.stat().st_size) == (segment.rows, segment.bytes)
            assert segment.first_seq <= low <= high <= segment.last_seq <= manifest.seq


@pytest.mark.parametrize(
    "harm",
    [
        lambda state: (state / "published/manifest.json").unlink(),
        lambda state: (state / "published/manifest.json").write_text("{"),
        lambda state: (state / "published/manifest.json").write_text('{"format": 99}'),
        lambda state: next((state / "published/chunks").iterdir()).unlink(),
        lambda state: next((state / "published/events").iterdir()).write_bytes(b"PAR1"),
        lambda state: (state / "finsdistill.duckdb").unlink(),
        lambda state: (state / "finsdistill.duckdb").write_bytes(b"no database"),
        lambda state: (state / "published/chunks/000000000001-000000000099.parquet").write_bytes(b"from a crash"),
        lambda state: (state / "published/chunks/000000000001-000000000099.tmp").write_bytes(b"from a crash"),
        lambda state: (state / ".finsdistill.duckdb.tmp").write_bytes(b"from a crash"),
        lambda state: (state / "published/.manifest.json.tmp").write_bytes(b"from a crash"),
    ],
)
def test_what_is_missing_damaged_or_left_over_is_mended_at_the_next_start(
    publisher, log, state, clock, open_state, harm
):
    expected = log.query("SELECT * FROM triplets ORDER BY seq")
    log.close()
    harm(state)
    Publisher(open_state(), state, clock)
    assert published(state, "SELECT * FROM triplets ORDER BY seq") == expected
    assert list(state.rglob("*.tmp")) == []


@pytest.mark.parametrize("kept", ["segments", "segments and manifest"])
def test_a_crash_within_a_publish_leaves_a_readable_set(publisher, log, state, clock, open_state, kept):
    """Segments, manifest, views, in this order: what was not reached is put back as it was before."""
    manifest, views = state / "published/manifest.json", state / "finsdistill.duckdb"
    before = (manifest.read_bytes(), views.read_bytes())
    put(log, a_chunk("Margins held."))
    publisher.publish()
    views.write_bytes(before[1])
    if kept == "segments":
        manifest.write_bytes(before[0])
    assert published(state, "SELECT count(*) FROM chunks") == [(2,)]
    log.close()
    Publisher(open_state(), state, clock)
    assert published(state, "SELECT count(*) FROM chunks") == [(3,)]


def test_a_views_file_deleted_under_a_running_service_is_made_again(publisher, log, state):
    (state / "finsdistill.duckdb").unlink()
    put(log, a_chunk("Margins held."))
    publisher.publish()
    assert published(state, "SELECT count(*) FROM chunks") == [(3,)]


def test_what_was_published_beyond_the_logs_end_is_refused(publisher, log, state, clock, open_state):
    manifest = state / "published/manifest.json"
    manifest.write_text(manifest.read_text().replace(f'"seq": {log.head.seq}', f'"seq": {log.head.seq + 5}'))
    with pytest.raises(
        StateUnusable, match="has published event 13, but the log ends at 8: events 9 to 13 are missing"
    ):
        Publisher(log, state, clock)


def test_what_another_log_published_is_not_replaced_without_a_word(publisher, log, state, clock, open_state, tmp_path):
    other = open_state(tmp_path / "other")
    Publisher(other, tmp_path / "other", clock)
    (tmp_path / "other/published/manifest.json").write_bytes((state / "published/manifest.json").read_bytes())
    with pytest.raises(StateUnusable, match=f"from another log .{log.log_id}. than the one that lies there"):
        Publisher(other, tmp_path / "other", clock)


def test_a_state_folder_with_a_quote_in_its_name_works(open_state, tmp_path, clock):
    odd = tmp_path / "it's a state"
    log = open_state(odd)
    labelled(log, "Sales rose.")
    Publisher(log, odd, clock)
    assert published(odd, "SELECT text FROM triplets") == [("Sales rose.",)]


def test_the_published_files_hold_nothing_but_what_readers_need(publisher, state):
    """The views-only file names segments and holds no rows, so that it can be made again from the manifest."""
    tables = published(state, "SELECT count(*) FROM duckdb_tables()")
    assert tables == [(0,)]
    assert (state / "finsdistill.duckdb").stat().st_size < 2_000_000
