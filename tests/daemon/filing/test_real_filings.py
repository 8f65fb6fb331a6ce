"""The scorer's thresholds on a few real filings of different kinds. `benchmarks/bench_filings.py` runs all of them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

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
    "files/21344/0000021344-98-000004.txt",
    "files/12927/0001193125-04-034751.htm",
)

pytestmark = pytest.mark.skipif(not EDGAR.is_dir(), reason="../shared/edgar with its real filings is not here")


# Ten sentences of management's discussion each, picked by hand from the filing itself: Items 7 of these only point to it.
DISCUSSIONS = {
    "files/21344/0000021344-98-000004.txt": """
We continue to invest aggressively in these areas.
In 1997, we purchased the bottling assets of three South Korean bottlers.
Currently, we have a 45 percent interest in CCEAG.
Anchor bottlers give us strong partners on every major continent.
Project Infinity will require significant capital expenditures over the next several years.
This transaction is subject to approvals from regulatory authorities.
The derivatives we use are straightforward instruments with liquid markets.
Administrative and general expenses increased in 1996 due to certain nonrecurring provisions.
Commercial paper is our primary source of short-term financing.
The foregoing list of important factors is not exclusive.""",
    "files/40545/0000040545-94-000003.txt": """
Each of these factors is discussed separately below.
Lower volume at Aircraft Engines more than explained the 1993 decline.
Operating profit includes provisions for restructuring actions.
Benefits from 1993 productivity gains partially offset the effect of these provisions.
Cable operations posted significant gains in both revenues and operating profit.
Commercial real estate loans are generally secured by first mortgages.
Favorable market conditions were an important factor in both years.
Turnover improved more than one turn in Appliances, Motors and Transportation Systems.
Three years advance notice is required to terminate this agreement.
Most of this commercial paper is issued by GE Capital.""",
    "files/19617/jpmorgan-chase-co-10-k-fy2021.htm": """
Net revenue was $10.0 billion, up 7%.
Quartile rankings are based on the net-of-fee absolute return of each fund.
Impacts of Risks are consequences of risks, both quantitative and qualitative.
Treasury & CIO is responsible for capital management.
Refer to Note 21 and Note 26 for information regarding dividend restrictions.
Deposits are the primary funding source for JPMorgan Chase Bank, N.A.
Refer to Note 12 for further information on internal risk ratings.
These measures all incorporate netting and collateral benefits, where applicable.
Operational Risk includes compliance, conduct, legal, and estimations and model risk.
Refer to Note 25 for additional information on income taxes.""",
}


@pytest.fixture(scope="module")
def chunks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the passages of all FILES, as the scorer reads them."""
    folder = tmp_path_factory.mktemp("chunks")
    with (folder / "chunks.jsonl").open("w") as out:
        for file in FILES:
            body = (EDGAR / file).read_bytes()
            found = extract(body, form=identify(Path(file).name, body, None).form, options=ChunkOptions())
            for passage in found.passages:
                out.write(json.dumps({"file": file, "item": passage.item, "text": passage.text}) + "\n")
    return folder


def score(answers: str, folder: Path) -> dict[str, Any]:
    wanted = [filing for filing in json.loads((EDGAR / "expected" / answers).read_text()) if filing["file"] in FILES]
    (folder / "answers.json").write_text(json.dumps(wanted))
    command = [sys.executable, str(EDGAR / "expected/score.py"), "answers.json", "chunks.jsonl", "--quiet"]
    ran = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    totals: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return totals


def test_what_a_reader_found_by_hand_is_found(chunks: Path) -> None:
    totals = score("oracle.json", chunks)
    assert totals["sentence_recall"] >= 0.99
    assert totals["item_accuracy"] >= 0.98
    assert totals["page_break_recall"] >= 0.95
    assert totals["junk_rate"] <= 0.02
    assert all(totals["junk_by_kind"][kind].startswith("0/") for kind in ("ixbrl", "pem", "sgml"))
    assert totals["junk_chunk_share"] <= 0.003
    assert totals["items_precision"] >= 0.99
    assert totals["items_recall"] >= 0.97
    assert totals["not_prose_share"] <= 0.005
    assert totals["chunks_too_long"] == totals["overlaps_too_long"] == 0


def test_what_a_machine_picked_is_found(chunks: Path) -> None:
    totals = score("silver.json", chunks)
    assert totals["sentence_recall"] >= 0.98
    assert totals["item_accuracy"] >= 0.96


@pytest.mark.parametrize(("file", "sentences"), DISCUSSIONS.items())
def test_discussion_that_stands_elsewhere_is_item_7_by_reference(file: str, sentences: str) -> None:
    found = extract((EDGAR / file).read_bytes(), form="10-K", options=ChunkOptions())
    told = " ".join(" ".join(p.text.split()) for p in found.passages if p.item == "7" and p.by_reference)
    assert [sentence for sentence in sentences.strip().split("\n") if sentence not in told] == []
    assert [span.status for span in found.items if span.item == "7"] == ["reference", "full"]
    assert not any(span.marks for span in found.items)


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
