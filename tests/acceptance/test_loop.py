"""The whole loop once, on invented filings: from files in a folder to a student with a score."""

import json
from pathlib import Path

import pytest

from store.ids import sha256_hex
from tests.acceptance.driving import Home

HELDOUT = (2001, 2002)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two trainings: the second one warm, its snapshot larger by the threshold."""
    home = Home(tmp_path_factory.mktemp("loop")).configure(threshold=24, heldout=HELDOUT, quantization="nf4")
    for cik in (1001, 1002):
        home.drop(cik, 2020, paragraphs=18)
    for cik in HELDOUT:
        home.drop(cik, 2020, paragraphs=5)
    finished = home.run("run", "--once")
    assert finished.returncode == 0, finished.stderr[-2000:]
    return home


def listing(home: Home) -> list[str]:
    return sorted(str(path.relative_to(home.state)) for path in home.state.rglob("*"))


def test_filings_become_triplets_of_both_splits(done: Home) -> None:
    found = {row["split"]: row["n"] for row in done.sql("SELECT split, count(*) AS n FROM triplets GROUP BY split")}
    assert found["train"] >= 48
    assert found["heldout"] >= 8


def test_every_figure_of_a_triplet_stands_in_its_text(done: Home) -> None:
    assert done.sql("SELECT count(*) AS n FROM triplets WHERE NOT grounded") == [{"n": 0}]


def test_a_snapshot_is_sealed_at_each_crossing_and_the_second_starts_warm_from_the_first(done: Home) -> None:
    snapshots = done.sql("SELECT rows, new_rows FROM snapshots ORDER BY seq")
    assert snapshots[:2] == [{"rows": 24, "new_rows": 24}, {"rows": 48, "new_rows": 24}]
    started = done.sql("SELECT start, parent FROM runs WHERE status = 'started' ORDER BY seq")
    first = done.sql("SELECT adapter_id FROM adapters ORDER BY recorded_at LIMIT 1")[0]["adapter_id"]
    assert started[:2] == [{"start": "scratch", "parent": None}, {"start": "warm", "parent": first}]


def test_every_system_is_scored_on_one_frozen_set_and_the_reference_against_itself_is_1(done: Home) -> None:
    query = "SELECT system, value, eval_set FROM metrics WHERE field = 'summary' AND metric = 'rougeL'"
    rows = done.sql(query)
    assert {row["system"] for row in rows} >= {"base", "challenger", "lead2", "random2", "self"}
    assert {row["value"] for row in rows if row["system"] == "self"} == {1.0}


def test_too_few_held_out_companies_promote_nobody_and_say_so(done: Home) -> None:
    rows = done.sql("SELECT status, reason FROM adapters")
    assert {(row["status"], row["reason"]) for row in rows} == {("held", "too_few_heldout")}


def test_a_second_run_once_changes_nothing(done: Home) -> None:
    manifest, files = done.state / "published" / "manifest.json", listing(done)
    before = sha256_hex(manifest.read_bytes())
    assert done.run("run", "--once").returncode == 0
    assert sha256_hex(manifest.read_bytes()) == before
    assert listing(done) == files


def test_status_shows_the_scores_beside_their_baselines_and_says_toy(done: Home) -> None:
    shown = done.run("status").stdout
    for word in ("lead2", "random2", "base", "challenger", "[toy]", "until the next training", "dead letters"):
        assert word in shown
    assert json.loads(done.run("status", "--json").stdout)["snapshots"] == 2


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT label_id AS id FROM triplets LIMIT 1", "attempt 1, accepted"),
        ("SELECT chunk_id AS id FROM chunks LIMIT 1", "characters"),
        ("SELECT accession AS id FROM filings LIMIT 1", "FilingChunked"),
        ("SELECT snapshot_id AS id FROM snapshots LIMIT 1", "log position"),
        ("SELECT adapter_id AS id FROM adapters LIMIT 1", "rougeL"),
    ],
)
def test_explain_tells_the_story_of_each_kind_of_thing(done: Home, query: str, expected: str) -> None:
    told = done.run("explain", done.sql(query)[0]["id"])
    assert told.returncode == 0
    assert expected in told.stdout


def test_explaining_nothing_is_an_error_a_person_can_act_on(done: Home) -> None:
    told = done.run("explain", "feedfacefeedface")
    assert (told.returncode, "is called" in told.stderr) == (1, True)


def test_the_projections_equal_their_rebuild_and_a_rebuild_changes_nothing(done: Home) -> None:
    assert done.run("rebuild", "--verify").returncode == 0
    assert done.run("rebuild").returncode == 0
    assert done.run("rebuild", "--verify").returncode == 0


def test_nothing_is_left_running(done: Home) -> None:
    folders = [path.resolve() for path in Path("/proc").glob("[0-9]*/cwd") if _readable(path)]
    assert [folder for folder in folders if folder.is_relative_to(done.folder)] == []


def _readable(path: Path) -> bool:
    try:
        path.resolve(strict=True)
    except OSError:
        return False
    return True
