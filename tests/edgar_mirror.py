"""EDGAR mirror folders for tests and benchmarks: the real filings of ../shared/edgar, and many companies without news."""

import csv
import json
import re
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from tests.edgar_submissions import Row, a_head, a_row, other_rows, rows_of, write_submissions

FILINGS = {"ixbrl_html", "html", "full_submission", "text"}
NOW = date(2026, 6, 30)  # the newest row of a generated file; the newest captures are of that month
FIRST_INVENTED = 900_001  # filings whose true accession is not known
FIRST_UNCHANGED = 7_000_001  # EDGAR has come to about 2,100,000

# Where a filing says when its period ended, surest first; the date is among the next words.
PERIOD = (
    r"CONFORMED PERIOD OF REPORT:",
    r"dei:DocumentPeriodEndDate[^>]*>",
    r"(?i)year ended",
)
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
A_DATE = re.compile(rf"(?i)\b(?:({MONTHS}) (\d{{1,2}}) ?, ?(\d{{4}})|(\d{{8}}))\b")
FILED = re.compile(rb"FILED AS OF DATE:\s*(\d{8})")


@dataclass(frozen=True)
class Mirrored:
    """One 10-K-family filing whose file is in the mirror, at `path`."""

    accession: str
    cik: int
    form: str
    filed: date
    path: Path
    period: date


@dataclass(frozen=True)
class _Capture:
    """A submissions file as EDGAR gave it. `whole` where each page it names was captured too, as it is."""

    head: dict[str, Any]
    rows: list[Row]
    files: list[Path]
    whole: bool


def mirror(shared: Path, folder: Path) -> tuple[Mirrored, ...]:
    """Every 10-K of `shared` (…/shared/edgar) that has a CIK, as links to the files there, in order of filing date.

    The newest capture of each company's submissions lists them, with rows added where it lacks one; companies without a
    capture get a generated file. Rows of a capture whose documents are not here stay: EDGAR answers 404 for those.
    """
    (folder / "submissions").mkdir(parents=True)
    (folder / "files").mkdir()
    tickers = shared / "files" / "_edgar" / "company_tickers-2026.json"
    (folder / "files" / "company_tickers.json").symlink_to(tickers.resolve())
    ticker_of = {entry["cik_str"]: entry["ticker"] for entry in reversed(json.loads(tickers.read_text()).values())}
    by_cik: dict[int, list[dict[str, str]]] = defaultdict(list)
    for line in csv.DictReader((shared / "manifest.csv").read_text().splitlines()):
        if line["kind"] in FILINGS and line["cik"]:
            by_cik[int(line["cik"])].append(line)
    found = [filing for cik, lines in by_cik.items() for filing in _company(shared, folder, lines, ticker_of.get(cik))]
    return tuple(sorted(found, key=lambda filing: (filing.filed, filing.accession)))


def many_companies(folder: Path, count: int) -> tuple[int, ...]:
    """CIKs of companies with 1,000 rows of other forms each, and never a 10-K: 150 KB a company."""
    submissions = folder / "submissions"
    submissions.mkdir(parents=True, exist_ok=True)
    (folder / "files").mkdir(exist_ok=True)
    tickers = folder / "files" / "company_tickers.json"
    if not tickers.exists():
        tickers.write_text("{}")
    model = FIRST_UNCHANGED
    write_submissions(
        submissions,
        a_head(model, f"COMPANY {model:010d}", ()),
        other_rows(model, 1000, newest=NOW, oldest=date(2012, 1, 1)),
    )
    body = (submissions / f"CIK{model:010d}.json").read_bytes()
    for cik in range(model + 1, model + count):
        (submissions / f"CIK{cik:010d}.json").write_bytes(body.replace(b"%010d" % model, b"%010d" % cik))
    return tuple(range(model, model + count))


def _company(shared: Path, folder: Path, lines: list[dict[str, str]], ticker: str | None) -> list[Mirrored]:
    cik = int(lines[0]["cik"])
    capture = _newest_capture(shared / "files" / str(cik))
    rows = {row["accessionNumber"]: row for row in capture.rows} if capture else {}
    found: list[Mirrored] = []
    listed = dict(rows)
    for line in lines:
        row = _row(shared / line["file"], line, rows, ticker or f"f{cik}", nth=len(found))
        listed[row["accessionNumber"]] = row
        found.append(_placed(folder, cik, shared / line["file"], row))
    if capture and capture.whole and listed == rows:
        for file in capture.files:  # as EDGAR gave it, to the byte
            name = re.sub(r"-capture\d|-\d{4}(-\d\d)?$", "", file.stem)
            (folder / "submissions" / f"{name}.json").symlink_to(file.resolve())
    else:
        head = capture.head if capture else a_head(cik, lines[0]["company"], (ticker,) if ticker else ())
        others = [] if capture else other_rows(cik, 1500, newest=NOW, oldest=min(f.filed for f in found))
        write_submissions(folder / "submissions", head, [*listed.values(), *others])
    return found


def _newest_capture(folder: Path) -> _Capture | None:
    mains = [path for path in folder.glob("CIK*.json") if "-submissions-" not in path.name]
    return max((_capture(path) for path in mains), key=lambda capture: str(capture.rows[0]["filingDate"]), default=None)


def _capture(path: Path) -> _Capture:
    """Pages that it names and nobody captured are filled with rows of other forms, as many as it says."""
    head = json.loads(path.read_text())
    filings = head.pop("filings")
    rows, files, whole = rows_of(filings["recent"]), [path], "merged" not in path.name
    for entry in filings["files"]:
        page = path.with_name(entry["name"])
        if page.is_file():
            rows += rows_of(json.loads(page.read_text()))
            files.append(page)
        else:
            whole = False
            span = {"newest": _date(entry["filingTo"]), "oldest": _date(entry["filingFrom"])}
            rows += other_rows(int(head["cik"]), entry["filingCount"], **span)
    return _Capture(head, rows, files, whole)


def _row(file: Path, line: dict[str, str], captured: dict[str, Row], ticker: str, *, nth: int) -> Row:
    """The filing's row: the captured one, its document's name made true, or a new one."""
    if line["accession"] in captured:
        row = captured[line["accession"]]
        # Without its tags a filing is no .htm any more: it is there as the complete submission.
        lost_its_tags = file.suffix == ".txt" and not row["primaryDocument"].endswith(".txt")
        return row | {"primaryDocument": ""} if lost_its_tags and row["primaryDocument"] else row
    body = file.read_bytes()
    period = _period(body, int(line["fiscal_year"]))
    filed = _filed(body, period, line["accession"])
    return a_row(
        line["accession"] or f"{int(line['cik']):010d}-{filed:%y}-{FIRST_INVENTED + nth:06d}",
        line["form"],
        filed,
        reportDate=period.isoformat(),
        size=len(body),
        isXBRL=int(line["kind"] == "ixbrl_html"),
        isInlineXBRL=int(line["kind"] == "ixbrl_html"),
        primaryDocument="" if file.suffix == ".txt" else f"{ticker.lower()}-{period:%Y%m%d}.htm",
        primaryDocDescription=line["form"],
    )


def _placed(folder: Path, cik: int, file: Path, row: Row) -> Mirrored:
    accession, name = row["accessionNumber"], row["primaryDocument"]
    place = folder / "Archives" / "edgar" / "data" / str(cik)
    path = place / accession.replace("-", "") / name if name else place / f"{accession}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(file.resolve())
    return Mirrored(accession, cik, row["form"], _date(row["filingDate"]), path, _date(row["reportDate"]))


def _period(body: bytes, fiscal_year: int) -> date:
    """As the filing says; else the last day of the fiscal year that the manifest has."""
    text = body.decode(errors="replace")
    for said in (found for pattern in PERIOD for found in islice(re.finditer(pattern, text), 3)):
        words = re.sub(r"(?:<[^>]*>|&#160;|&nbsp;|\s)+", " ", text[said.end() : said.end() + 600])
        if found := A_DATE.search(words):
            month, day, year, digits = found.groups()
            return _date(digits) if digits else date(*time.strptime(f"{month} {day} {year}", "%B %d %Y")[:3])
    return date(fiscal_year, 12, 31)


def _filed(body: bytes, period: date, accession: str) -> date:
    """As the header says; else 60 days after the period, in the year that the accession names."""
    if header := FILED.search(body):
        return _date(header[1].decode())
    filed = period + timedelta(days=60)
    year = time.strptime(accession[11:13], "%y").tm_year if accession else filed.year
    return filed if filed.year == year else date(year, 3, 1)


def _date(text: str) -> date:
    return date.fromisoformat(text)
