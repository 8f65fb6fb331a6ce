"""A small EDGAR of invented companies, and a home that watches it."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from daemon.standin import StandIn
from store.ids import sha256_hex
from tests.acceptance.driving import CONFIG, Home, accession, filing
from tests.edgar_submissions import a_head, a_row, other_rows, write_submissions

WATCHING = """
user_agent = "finsdistill tests tests@example.com"
companies = {companies}
since = 2000-01-01
poll = {poll}
requests_per_s = 10
data_url = "{data_url}"
www_url = "{www_url}"
"""


def write_company(mirror: Path, cik: int, years: Sequence[int], *, ticker: str = "", others: int = 30) -> None:
    """Its 10-Ks of these years as whole submissions, among rows of other forms; the last one is of today."""
    for name in ("submissions", "files", "Archives/edgar/data"):
        (mirror / name).mkdir(parents=True, exist_ok=True)
    days = {year: date(year, 3, 1) for year in years} | {max(years): datetime.now(UTC).date()}
    rows = [a_row(accession(cik, year), "10-K", day, primaryDocument="") for year, day in days.items()]
    rest = other_rows(cik, others, newest=date(2026, 6, 30), oldest=date(2000, 1, 1))
    head = a_head(cik, f"INVENTED COMPANY {cik}", (ticker,) if ticker else ())
    write_submissions(mirror / "submissions", head, [*rows, *rest])
    for year in years:
        path = document(mirror, cik, year)
        path.parent.mkdir(exist_ok=True)
        path.write_text(filing(cik, year, paragraphs=2))
    tickers = mirror / "files" / "company_tickers.json"
    known = list(json.loads(tickers.read_text()).values()) if tickers.exists() else []
    known.append({"cik_str": cik, "ticker": ticker or f"C{cik}", "title": f"INVENTED COMPANY {cik}"})
    tickers.write_text(json.dumps({str(number): row for number, row in enumerate(known)}))


def document(mirror: Path, cik: int, year: int) -> Path:
    return mirror / "Archives/edgar/data" / str(cik) / f"{accession(cik, year)}.txt"


def watch(home: Home, edgar: StandIn, companies: Sequence[object], *, poll: int = 1) -> Home:
    """Configures a home whose service polls `edgar` every `poll` seconds."""
    text = CONFIG.format(threshold=1_000_000, heldout="[]", quantization="none")
    section = WATCHING.format(
        companies=json.dumps([str(c) for c in companies]), poll=poll, data_url=edgar.data_url, www_url=edgar.www_url
    )
    (home.folder / "config.toml").write_text(text.replace("companies = []\n", section.lstrip()))
    return home


def fetched(home: Home) -> dict[str, str]:
    """{accession: sha256} of what is in, each exactly once."""
    rows = home.sql(
        "SELECT substr(stream, 8) AS accession, payload->>'$.sha256' AS sha256 FROM events WHERE type = 'FilingFetched'"
    )
    found = {row["accession"]: row["sha256"] for row in rows}
    assert len(found) == len(rows), "a filing was fetched twice"
    for sha256 in found.values():
        assert sha256_hex((home.state / "blobs" / sha256[:2] / sha256).read_bytes()) == sha256
    return found


def stored(home: Home) -> set[str]:
    """sha256 of everything among the blobs; a kill may leave one that no event names yet, but never a part of one."""
    return {path.name for path in (home.state / "blobs").glob("??/[!.]*")}


def there(mirror: Path) -> dict[str, str]:
    """The same of what the mirror holds."""
    files = (mirror / "Archives/edgar/data").glob("*/*.txt")
    return {path.stem: sha256_hex(path.read_bytes()) for path in files}


def most_in_a_second(edgar: StandIn) -> int:
    times_s = [seen.at_s for seen in edgar.requests]
    return max(sum(start <= at_s < start + 1 for at_s in times_s) for start in times_s)
