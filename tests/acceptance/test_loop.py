"""The whole loop once, on invented filings: from files in a folder to a student with a score."""

import json
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from store.ids import sha256_hex
from tests.acceptance.driving import Home, Service, accession, filing

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
        ("SELECT recipe AS id FROM recipes LIMIT 1", "adopted, first"),
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


def exported(home: Home, target: Path, adapter: str) -> dict[str, Any]:
    done = home.run("export", str(target), "--format", "jsonl", "--adapter", adapter)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((target / "export.json").read_text())
    return found


def test_each_adapters_training_set_comes_back_as_it_was_sealed_the_warm_ones_with_its_parent(
    done: Home, tmp_path: Path
) -> None:
    trained = done.sql("SELECT adapter_id, snapshot_id FROM adapters ORDER BY recorded_at")
    for adapter in trained:
        sealed = json.loads((done.state / "snapshots" / adapter["snapshot_id"] / "manifest.json").read_text())
        told = exported(done, tmp_path / adapter["adapter_id"], adapter["adapter_id"][:8])
        assert [told["adapter"][name] for name in ("sha256", "heldout_sha256")] == [
            sealed["sha256"],
            sealed["heldout_sha256"],
        ]
        assert [split["rows"] for split in told["splits"]] == [sealed["rows"], sealed["heldout_rows"]]
    assert [parent["adapter_id"] for parent in told["adapter"]["parents"]] == [trained[0]["adapter_id"]]
    assert (told["adapter"]["trained_rows"], told["adapter"]["start"]) == (48, "warm")  # 24 new ones and as many again


def test_the_tables_and_the_export_are_as_they_were_at_the_first_crossing(done: Home, tmp_path: Path) -> None:
    position = str(done.sql("SELECT log_seq FROM snapshots ORDER BY seq LIMIT 1")[0]["log_seq"])
    eligible = "SELECT count(*) AS n, (SELECT max(seq) FROM events) AS seq FROM triplets WHERE eligible"
    answer = json.loads(done.run("sql", eligible, "--format", "json", "--as-of", position).stdout)
    assert answer == [{"n": 24, "seq": int(position)}]
    for _ in range(2):  # the second one takes the place of the first
        assert done.run("export", str(tmp_path / "out"), "--format", "parquet", "--as-of", position).returncode == 0
    assert "(toy)" in (tmp_path / "out" / "README.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["sql", "SELECT 1", "--as-of", "999999999"], 1, "are published"),
        (["sql", "SELECT 1", "--as-of", "1999-12-31"], 1, "the first one is of"),
        (["sql", "SELECT 1", "--as-of", "9000-01-01"], 1, "is yet to come"),
        (["sql", "SELECT 1", "--as-of", "noon"], 2, "neither the number of an event nor a time"),
        (["export", "OUT"], 2, "--format"),
        (["export", "OUT", "--format", "hf"], 2, "comes with a later version"),
        (
            ["export", "OUT", "--format", "jsonl", "--adapter", "ab", "--as-of", "3"],
            2,
            "leave --as-of or --adapter out",
        ),
        (["export", "OUT", "--format", "jsonl", "--adapter", "feedface"], 1, "no adapter is called"),
        (["export", "OUT", "--format", "jsonl", "--as-of", "1"], 1, "nothing was labelled yet"),
        (["export", "state", "--format", "jsonl"], 1, "is inside the state"),
        (["export", "inbox", "--format", "jsonl"], 1, "holds something, and no export"),
    ],
)
def test_what_cannot_be_given_back_is_told_and_leaves_nothing(
    done: Home, arguments: list[str], code: int, why: str
) -> None:
    found, said = ended(done, *arguments)
    assert (found, why in " ".join(said.split())) == (code, True), said
    assert not (done.folder / "OUT").exists() and not list(done.folder.glob(".*finsdistill*"))


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


@pytest.fixture
def copied(done: Home, tmp_path: Path) -> Home:
    """The finished state for a test to change, its views made anew where it lies now."""
    shutil.copytree(done.folder, tmp_path / "home")
    home = Home(tmp_path / "home")
    assert home.run("run", "--once").returncode == 0
    return home


def ended(home: Home, *arguments: str) -> tuple[int, str]:
    """Exit code and all that was said."""
    finished = home.run(*arguments)
    return finished.returncode, finished.stdout + finished.stderr


def adapters(home: Home) -> list[str]:
    return [row["adapter_id"] for row in home.sql("SELECT adapter_id FROM adapters ORDER BY recorded_at")]


def statuses(home: Home) -> list[str]:
    return [row["status"] for row in home.sql("SELECT status FROM adapters ORDER BY recorded_at")]


def drop_what_nobody_can_label(home: Home) -> None:
    """A filing of one Item without a whole sentence in it."""
    text = filing(3001, 2020, paragraphs=1)
    start, end = text.index("ITEM 1."), text.index("SIGNATURES")
    body = "ITEM 7. MANAGEMENT'S DISCUSSION\n\n" + "freight and glass and copper and rails and yards\n" * 12
    (home.folder / "inbox" / f"{accession(3001, 2020)}.txt").write_text(text[:start] + body + "\n" + text[end:])


def test_a_dead_letter_is_listed_and_asked_again_when_a_person_says_so(copied: Home) -> None:
    assert ended(copied, "dead-letters") == (0, "0 dead letters\n")
    assert ended(copied, "requeue", "--all") == (0, "no dead letters: nothing to ask again\n")
    drop_what_nobody_can_label(copied)
    assert copied.run("run", "--once").returncode == 0
    listed = json.loads(copied.run("dead-letters", "--json").stdout)
    (letter,) = listed["dead_letters"]
    assert (letter["reason"], letter["form"], listed["by_reason"]) == (
        "declined",
        "10-K",
        [{"reason": "declined", "count": 1}],
    )
    assert "no whole sentence in it" in copied.run("dead-letters", "--reason", "declined").stdout
    for wrong in (
        ["requeue", "feedface"],
        ["requeue", letter["text_id"], "feedface"],
        ["requeue", "--reason", "declned"],
    ):
        code, said = ended(copied, *wrong)
        assert (code, said.count("\n")) == (1, 1), said
    assert ended(copied, "requeue")[0] == ended(copied, "requeue", "--all", letter["text_id"])[0] == 2
    assert "asked again as soon as the service runs" in copied.run("requeue", letter["chunk_id"][:12]).stdout
    assert copied.run("run", "--once").returncode == 0
    kinds = "('LabelRefused', 'ChunkDeadLettered', 'Requeued')"
    said = copied.sql(f"SELECT type FROM events WHERE type IN {kinds} ORDER BY seq")
    again = ["LabelRefused", "ChunkDeadLettered"]
    assert [row["type"] for row in said] == [*again, "Requeued", *again]


def until_published(service: Service, event: str) -> None:
    service.until(event)
    service.until("publishing")
    service.until("published")


def test_a_person_makes_and_unmakes_champions_while_the_service_runs(copied: Home) -> None:
    one, other = adapters(copied)
    service = copied.start()
    service.until("service_started")
    assert "in place of the base" in copied.run("promote", one[:10]).stdout
    until_published(service, "adapter_promoted")
    assert exported(copied, copied.folder / "out", one)["adapter"]["adapter_id"] == one
    assert ended(copied, "promote", one) == (0, f"adapter {one[:8]} is the champion already\n")
    assert "is not the champion" in ended(copied, "rollback", other)[1]
    assert f"champion     {one[:8]}" in copied.run("status").stdout
    assert "taken" in copied.run("promote", other).stdout
    until_published(service, "adapter_promoted")
    assert (
        f"adapter {one[:8]} is the champion again" in copied.run("rollback", other, "--reason", "worse by eye").stdout
    )
    until_published(service, "adapter_rolled_back")
    assert statuses(copied) == ["champion", "rolled_back"]
    assert "the base is in use again" in copied.run("rollback", one).stdout
    until_published(service, "adapter_rolled_back")
    assert statuses(copied) == ["rolled_back", "rolled_back"]
    assert "champion     none: the base is in use" in copied.run("status").stdout
    assert service.end(signal.SIGTERM) == 0


def test_a_promotion_waits_for_the_service_and_what_cannot_be_done_by_then_is_refused(copied: Home) -> None:
    one, other = adapters(copied)
    for wrong, why in (["promote", "feedface"], "no adapter is called"), (["rollback", one], "the base is in use"):
        code, said = ended(copied, *wrong)
        assert (code, why in said, said.count("\n")) == (1, True, 1)
    for adapter in (one, other):
        assert "champion as soon as the service runs" in copied.run("promote", adapter).stdout
    (weights,) = (copied.state / "adapters" / other).glob("*.safetensors")
    weights.write_bytes(b"no adapter any more")
    assert copied.run("run", "--once").returncode == 0
    assert statuses(copied) == ["champion", "held"]
    assert "were changed" in copied.run("status").stdout
    (reason,) = (copied.state / "commands" / "refused").glob("*.reason.txt")
    assert "were changed" in reason.read_text()
    assert ended(copied, "promote", other)[0] == 1
    assert copied.run("rebuild", "--verify").returncode == 0


def test_a_champion_that_a_person_made_during_a_scoring_is_what_the_gate_compares_with(copied: Home) -> None:
    one, *_ = adapters(copied)
    copied.drop(1003, 2020, paragraphs=18)
    service = copied.start()
    service.until("adapter_trained")
    assert copied.run("promote", one).returncode == 0
    service.until("adapter_decided")
    assert [line["event"] for line in service.lines].count("scored_against_a_former_champion") == 1
    service.end(signal.SIGTERM)
    (scored,) = copied.sql("SELECT against FROM comparisons ORDER BY seq DESC LIMIT 1")
    assert scored == {"against": "champion"}
