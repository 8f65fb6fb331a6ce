"""The service as systemd and a person see it: started, watched, stopped, refused."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.acceptance.driving import Home

PLAIN_READER = """
import duckdb
print(duckdb.connect("state/finsdistill.duckdb", read_only=True).execute("FROM triplets").fetchall()[0][0])
"""


def test_a_file_dropped_while_the_service_runs_is_labelled_and_can_be_queried_at_once(home: Home) -> None:
    service = home.start()
    service.until("service_started")
    home.drop(1001, 2020)
    service.until("labels_appended")
    service.until("publishing")  # one that began before the labels would not hold them
    service.until("published")
    assert home.sql("SELECT company, form FROM filings") == [{"company": "INVENTED COMPANY 0000001001", "form": "10-K"}]
    other = subprocess.run(
        [sys.executable, "-c", PLAIN_READER], cwd=home.folder, capture_output=True, text=True, check=True
    )
    assert len(other.stdout.strip()) == 32
    assert service.end(signal.SIGTERM) == 0


def test_sigterm_stops_a_working_service_cleanly_and_the_next_one_goes_on(home: Home) -> None:
    for year in range(2001, 2007):
        home.drop(1001, year, paragraphs=20)
    service = home.start()
    service.until("labels_appended")
    assert service.end(signal.SIGTERM) == 0
    assert home.run("run", "--once").returncode == 0
    assert home.sql("SELECT count(*) AS n FROM pending") == [{"n": 0}]


@pytest.mark.parametrize("moment", ["file_reading", "filing_chunking"])
def test_sigterm_while_a_filing_is_read_is_a_clean_stop_and_the_next_service_reads_it(home: Home, moment: str) -> None:
    home.drop(1001, 2020, paragraphs=400)
    service = home.start()
    service.until(moment)
    assert service.end(signal.SIGTERM) == 0
    assert home.run("run", "--once").returncode == 0
    assert home.sql("SELECT status FROM filings") == [{"status": "chunked"}]


def test_a_second_service_on_the_same_state_is_refused_with_exit_code_3(home: Home) -> None:
    service = home.start()
    service.until("service_started")
    second = home.run("run")
    assert second.returncode == 3
    assert f"in use by another finsdistill (process {service.process.pid})" in second.stderr
    assert service.end(signal.SIGINT) == 0


def test_status_says_that_the_service_is_up_and_then_down(home: Home) -> None:
    service = home.start()
    service.until("service_started")
    assert f"running (process {service.process.pid})" in home.run("status").stdout
    service.end(signal.SIGTERM)
    assert "not running" in home.run("status").stdout


def test_the_default_config_without_a_gpu_names_the_three_ways_on(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.run("init").returncode == 0
    done = home.run("run", CUDA_VISIBLE_DEVICES="")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    for way in ("a machine that has one", 'kind = "openai"', 'kind = "extractive"'):
        assert way in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["run"], 1, "no config.toml here"),
        (["status", "--config", "nowhere.toml"], 1, "no config at nowhere.toml"),
        (["frobnicate"], 2, "No such command"),
        (["sql"], 2, "Missing argument"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence_with_its_exit_code(
    tmp_path: Path, arguments: list[str], code: int, sentence: str
) -> None:
    done = Home(tmp_path).run(*arguments)
    assert done.returncode == code
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_misspelt_key_is_named_with_the_right_one(home: Home) -> None:
    (home.folder / "config.toml").write_text('[teacher]\nkind = "extractive"\n[trainer]\ntreshold = 5\n')
    done = home.run("run")
    assert done.returncode == 1
    assert "unknown key trainer.treshold: did you mean trainer.threshold?" in done.stderr


def test_a_deleted_log_is_noticed_with_exit_code_3(home: Home) -> None:
    home.drop(1001, 2020)
    assert home.run("run", "--once").returncode == 0
    for path in home.state.glob("log.duckdb*"):
        path.unlink()
    done = home.run("run", "--once")
    assert done.returncode == 3
    assert "restore" in done.stderr


def test_a_changed_recipe_pauses_labelling_and_status_says_so_until_the_old_one_is_back(home: Home) -> None:
    home.drop(1001, 2020)
    assert home.run("run", "--once").returncode == 0
    before = home.sql("SELECT count(*) AS n FROM labels")
    home.drop(1002, 2020)
    changed = {"FINSDISTILL_TEACHER__MAX_SUMMARY_TOKENS": "100"}
    waits = home.run("run", "--once", **changed)
    assert waits.returncode == 1 and "finsdistill: labelling waits: the configured recipe" in waits.stderr
    assert home.sql("SELECT count(*) AS n FROM labels") == before != [{"n": 0}]
    assert "PAUSED       labelling: the configured recipe" in home.run("status").stdout
    assert home.run("run", "--once").returncode == 0
    assert home.sql("SELECT count(*) AS n FROM pending") == [{"n": 0}]
    assert "PAUSED" not in home.run("status").stdout


BAD = {
    "empty.htm": b"",
    "report.htm": b"%PDF-1.7\n" + b"\x00\x01" * 500,
    "page.txt": b"Your Request Originates from an Undeclared Automated Tool",
    "letter.txt": b"Dear shareholders,\n\nthis is no filing at all.\n" * 50,
}


def test_bad_files_become_refusals_with_a_reason_and_the_good_one_beside_them_is_taken(home: Home) -> None:
    for name, body in BAD.items():
        (home.folder / "inbox" / name).write_bytes(body)
    home.drop(1001, 2020)
    assert home.run("run", "--once").returncode == 0
    found = home.sql("SELECT status, reason FROM filings ORDER BY status, reason")
    assert [row["status"] for row in found] == ["chunked", *["refused"] * len(BAD)]
    assert all(row["reason"] for row in found[1:])


def test_the_same_file_twice_conflicting_bytes_and_an_alias_are_told_apart(home: Home) -> None:
    first = home.drop(1001, 2020)
    assert home.run("run", "--once").returncode == 0
    (home.folder / "inbox" / "copy.txt").write_bytes(first.read_bytes())
    (home.folder / "inbox" / "other.txt").write_bytes(first.read_bytes() + b"\n")
    sidecar = {"accession": "0000009999-20-000009"}
    (home.folder / "inbox" / "alias.txt").write_bytes(first.read_bytes())
    (home.folder / "inbox" / "alias.txt.json").write_text(json.dumps(sidecar))
    assert home.run("run", "--once").returncode == 0
    assert home.sql("SELECT accession, status FROM filings ORDER BY accession") == [
        {"accession": "0000001001-20-000001", "status": "chunked"},
        {"accession": "0000009999-20-000009", "status": "alias"},
    ]
    conflicts = home.sql("SELECT payload->>'reason' AS reason FROM events WHERE type = 'FilingRefused'")
    assert conflicts == [{"reason": "conflicting_bytes"}]


def test_a_file_name_that_is_no_text_is_read_like_any_other_and_only_once(home: Home) -> None:
    home.drop(1001, 2020).rename(home.folder / "inbox" / os.fsdecode(b"odd \xff name.txt"))
    for _ in range(2):
        assert home.run("run", "--once").returncode == 0
    assert home.sql("SELECT status, url[-18:] AS url FROM filings") == [
        {"status": "chunked", "url": "odd%20%FF%20name.txt"[-18:]}
    ]
    assert home.run("status").returncode == 0


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("DROP VIEW filings", "read-only"),
        ("SELECT 1; SELECT 2", "exactly one statement"),
        ("COPY (SELECT 1) TO 'state/published/x.csv'", "read-only"),
        ("SELECT * FROM read_csv('/etc/passwd')", "the query failed"),
        ("SELECT nonsense", "the query failed"),
        ("", "exactly one statement"),
    ],
)
def test_sql_reads_and_nothing_else(home: Home, query: str, sentence: str) -> None:
    assert home.run("run", "--once").returncode == 0
    done = home.run("sql", query)
    assert done.returncode == 1
    assert sentence in done.stderr


def test_a_plain_reader_sees_what_sql_sees(home: Home) -> None:
    home.drop(1001, 2020)
    assert home.run("run", "--once").returncode == 0
    with duckdb.connect(str(home.state / "finsdistill.duckdb"), read_only=True) as reader:
        assert reader.execute("SELECT count(*) FROM chunks").fetchall() == [
            (home.sql("SELECT count(*) n FROM chunks")[0]["n"],)
        ]
