"""Queries on what is published: now, as it was, locked down, and over tables of an older version."""

import os
import shutil
from datetime import timedelta

import duckdb
import pytest

from daemon.as_of import PositionUnusable
from daemon.past import published_as_of
from daemon.query import QueryProblem, published, run_query
from store.errors import StateUnusable
from store.log import Limits, open_log
from store.publishing.publish import Publisher
from tests.builders import START, Clock, a_chunk, a_filing, a_recipe, an_adoption, put

COUNT = "SELECT count(*) FROM chunks"


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """LogCreated at noon, one chunk a minute after it: events 5 to 9. Published one by one, hence merged on the way."""
    folder, clock = tmp_path_factory.mktemp("state"), Clock()
    log = open_log(folder, purpose="real", limits=Limits("512MiB", 1), clock=clock)
    publisher = Publisher(log, folder)
    put(log, a_filing(), a_recipe(), an_adoption())
    for n in range(5):
        clock.advance(minutes=1)
        put(log, a_chunk(f"Text {n}."))
        publisher.publish()
    log.close()
    return folder


def chunks(state, as_of):
    return run_query(state, COUNT, as_of=as_of)[1][0][0]


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (None, 5),
        (9, 5),
        (7, 3),
        (1, 0),
        (START, 0),
        (START + timedelta(minutes=2), 2),
        (START + timedelta(minutes=2, microseconds=-1), 1),
        (START + timedelta(hours=1), 5),
    ],
)
def test_the_tables_are_as_they_were_at_an_event_or_a_time(state, as_of, expected):
    assert chunks(state, as_of) == expected


@pytest.mark.parametrize("as_of", [0, 10, START - timedelta(microseconds=1), START.replace(year=9000)])
def test_a_position_that_is_not_published_is_refused(state, as_of):
    with pytest.raises(PositionUnusable):
        chunks(state, as_of)


@pytest.mark.parametrize("opened", [published, lambda state: published_as_of(state, 7)], ids=["now", "as of"])
@pytest.mark.parametrize(
    "sql",
    [
        "SET enable_external_access = true",
        "SET memory_limit = '1TB'",
        "SELECT * FROM read_csv('/etc/hostname')",
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO '/tmp/finsdistill-never'",
        "ATTACH '/tmp/finsdistill-never.duckdb'",
        "INSTALL httpfs",
        "WITH i AS (INSERT INTO raw_chunks (seq) VALUES (1) RETURNING seq) SELECT * FROM i",
    ],
)
def test_neither_the_present_nor_the_past_reaches_beyond_what_is_published(state, opened, sql):
    with pytest.raises(QueryProblem), opened(state) as connection:
        connection.execute(sql)


@pytest.mark.parametrize("as_of", [None, 7])
@pytest.mark.parametrize("sql", ["COPY chunks TO 'x'", "CREATE TABLE t AS SELECT 1", "SELECT 1; SELECT 2", "", "SELEC"])
def test_only_one_statement_that_reads_is_run(state, as_of, sql):
    with pytest.raises(QueryProblem):
        run_query(state, sql, as_of=as_of)


def test_a_query_of_the_past_leaves_nothing_behind(state, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = {path for path, _, _ in os.walk(state)}
    chunks(state, 7)
    assert list(tmp_path.iterdir()) == []
    assert {path for path, _, _ in os.walk(state)} == before


@pytest.mark.parametrize("act", [shutil.move, shutil.copytree])
def test_a_state_that_was_moved_or_copied_says_so_and_never_reads_the_old_place(state, tmp_path, act):
    shutil.copytree(state, tmp_path / "before")
    log = open_log(tmp_path / "before", purpose="real")
    Publisher(log, tmp_path / "before")
    log.close()
    act(tmp_path / "before", tmp_path / "after")
    with pytest.raises(QueryProblem, match=r"after was moved or copied .* start the service once"):
        chunks(tmp_path / "after", None)
    assert chunks(tmp_path / "after", 7) == 3


@pytest.mark.parametrize("as_of", [None, 1, START])
def test_where_nothing_is_published_the_service_is_to_be_started(tmp_path, as_of):
    with pytest.raises(StateUnusable, match="nothing is published"):
        run_query(tmp_path, COUNT, as_of=as_of)


@pytest.mark.parametrize("body", ["{", '{"format": 99, "log_id": "x", "seq": 1, "tables": []}'])
def test_a_manifest_that_we_cannot_read_is_told(tmp_path, body):
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "manifest.json").write_text(body)
    with pytest.raises(StateUnusable, match="newer finsdistill"):
        run_query(tmp_path, COUNT, as_of=1)


@pytest.fixture
def older(tmp_path):
    """As a version published it that knew no texts, and of chunks only their ids."""
    with duckdb.connect(str(tmp_path / "finsdistill.duckdb")) as connection:
        connection.execute("CREATE VIEW chunks AS SELECT 'c1' AS chunk_id")
    (tmp_path / "published").mkdir()
    return tmp_path


@pytest.mark.parametrize("sql", ["SELECT * FROM texts", "SELECT text_id FROM chunks"])
def test_what_an_older_version_has_not_published_comes_with_a_start_of_the_service(older, sql):
    with pytest.raises(QueryProblem, match=r"older finsdistill .* start the service once"):
        run_query(older, sql)


@pytest.mark.parametrize("sql", ["SELECT * FROM trilpets", "SELECT no_column FROM chunks"])
def test_a_mistyped_name_is_nobody_elses_fault(state, sql):
    with pytest.raises(QueryProblem) as problem:
        run_query(state, sql)
    assert "older" not in str(problem.value)
