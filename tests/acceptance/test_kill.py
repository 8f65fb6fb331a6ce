"""kill -9 at a chosen moment, then again: nothing lost, nothing twice. The long torture is a benchmark."""

import signal

import pytest

from tests.acceptance.driving import Home

FILINGS = [(1001, 2019), (1001, 2020), (1002, 2020)]

# What the log says when a phase begins, and how often it has to be said before the kill.
MOMENTS = [
    ("file_reading", 1),
    ("file_reading", 3),
    ("filing_chunking", 2),
    ("labels_appending", 1),
    ("labels_appended", 2),
    ("publishing", 2),
    ("published", 3),
]

CONTENT = {
    "chunks": "SELECT chunk_id, text_id, ordinal FROM chunks ORDER BY ALL",
    "labels": "SELECT text_id, rationale, summary FROM labels ORDER BY ALL",
    "filings": "SELECT accession, status, chunks FROM filings ORDER BY ALL",
}


def content(home: Home) -> dict[str, list[dict[str, object]]]:
    return {name: home.sql(query) for name, query in CONTENT.items()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, object]]]:
    home = Home(tmp_path_factory.mktemp("undisturbed")).configure()
    for cik, year in FILINGS:
        home.drop(cik, year, paragraphs=25)
    assert home.run("run", "--once").returncode == 0
    return content(home)


@pytest.mark.parametrize(("moment", "times"), MOMENTS)
def test_a_restart_after_kill_9_ends_where_no_kill_would_have(
    home: Home, undisturbed: dict[str, list[dict[str, object]]], moment: str, times: int
) -> None:
    for cik, year in FILINGS:
        home.drop(cik, year, paragraphs=25)
    service = home.start("--once")
    service.until(moment, times=times)
    service.end(signal.SIGKILL)
    assert home.run("run", "--once").returncode == 0
    assert content(home) == undisturbed
    proof = home.run("rebuild", "--verify")
    assert (proof.returncode, proof.stdout.count("WRONG")) == (0, 0)
