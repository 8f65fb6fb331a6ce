"""The scorer's thresholds on a few real filings of different kinds. `benchmarks/bench_filings.py` runs all of them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.filing import ChunkOptions, FilingUnreadable, extract
from daemon.identify import identify

EDGAR = Path(__file__).resolve().parents[3] / "../shared/edgar"
FILES = (
    "files/40545/0000040545-94-000003.txt",
    "files/1025315/0000930413-08-001093.txt",
    "files/4962/0001193125-09-041008.htm",
    "files/320193/0000320193-24-000123.htm",
    "files/37996/0000037996-02-000015.txt",
    "files/1318605/0001104659-25-042659.htm",
    "files/nocik-movie-star-inc/movie-star-inc-10-k-fy1999.txt",
    "files/886982/goldman-sachs-group-inc-10-k-fy2002.htm",
)

pytestmark = pytest.mark.skipif(not EDGAR.is_dir(), reason="../shared/edgar with its real filings is not here")


def score(answers: str, folder: Path) -> dict[str, float]:
    wanted = [filing for filing in json.loads((EDGAR / "expected" / answers).read_text()) if filing["file"] in FILES]
    (folder / "answers.json").write_text(json.dumps(wanted))
    with (folder / "chunks.jsonl").open("w") as out:
        for file in FILES:
            body = (EDGAR / file).read_bytes()
            found = extract(body, form=identify(Path(file).name, body, None).form, options=ChunkOptions())
            for passage in found.passages:
                out.write(json.dumps({"file": file, "item": passage.item, "text": passage.text}) + "\n")
    command = [sys.executable, str(EDGAR / "expected/score.py"), "answers.json", "chunks.jsonl", "--quiet"]
    ran = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    totals: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return totals


def test_what_a_reader_found_by_hand_is_found(tmp_path: Path) -> None:
    totals = score("oracle.json", tmp_path)
    assert totals["sentence_recall"] >= 0.98
    assert totals["item_accuracy"] >= 0.97
    assert totals["page_break_recall"] >= 0.95
    assert totals["junk_rate"] <= 0.02
    assert totals["chunks_too_long"] == totals["overlaps_too_long"] == 0


@pytest.mark.parametrize(
    ("file", "form", "year", "company"),
    [
        ("files/40545/0000040545-94-000003.txt", "10-K", 1993, "GENERAL ELECTRIC CO"),
        ("files/1318605/0001104659-25-042659.htm", "10-K/A", 2024, "Tesla, Inc."),
        ("files/217346/0000950135-02-001340.txt", "10-K405", 2001, "TEXTRON INC."),
        ("files/1025315/0000930413-08-001093.txt", "10-KSB", 2007, "24HOLDINGS INC"),
        ("files/nocik-movie-star-inc/movie-star-inc-10-k-fy1999.txt", "10-K", 1999, "MOVIE STAR, INC."),
    ],
)
def test_real_filings_say_who_they_are(file: str, form: str, year: int, company: str) -> None:
    found = identify(Path(file).name, (EDGAR / file).read_bytes(), None)
    assert (found.form, found.period and found.period.year, found.company) == (form, year, company)


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("files/_edgar/http403-missing-index-a.xml", "refusal_page"),
        ("files/_edgar/http404-submissions-badcik.xml", "refusal_page"),
        ("files/_edgar/http503-getcurrent-start5100.htm", "refusal_page"),
        ("files/_edgar/trap-ixviewer-shell-instead-of-10k.htm", "viewer_shell"),
        ("files/_edgar/dirlisting-daily-index-2018Q4.htm", "not_a_filing"),
    ],
)
def test_real_pages_that_are_no_filing_are_refused(file: str, reason: str) -> None:
    with pytest.raises(FilingUnreadable) as refused:
        extract((EDGAR / file).read_bytes(), form="10-K", options=ChunkOptions())
    assert refused.value.reason == reason


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_a_real_filing_that_was_cut_short_is_refused(share: float) -> None:
    body = (EDGAR / "files/320193/0000320193-24-000123.htm").read_bytes()
    with pytest.raises(FilingUnreadable, match="truncated"):
        extract(body[: int(len(body) * share)], form="10-K", options=ChunkOptions())
