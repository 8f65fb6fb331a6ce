"""The sample filings as a folder in EDGAR's own layout, for the stand-in to serve."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from daemon.samples.books import books, filing_day, year_end
from daemon.samples.companies import COMPANIES, Company, Shape
from daemon.samples.ixbrl import ixbrl
from daemon.samples.page import page
from daemon.samples.report import Report, amended, items
from daemon.samples.sgml import sgml
from daemon.samples.submissions import Row, others, row, submissions, tickers

_WRITERS: Final = {"ixbrl": ixbrl, "html": page, "sgml": sgml}
_AMENDS: Final = (9_990_000_010, 1)  # the company and which of its three years
_WHY: Final = (
    "This amendment to the annual report corrects the discussion of two segments, whose revenue was stated in thousands "
    "rather than in millions in part of the first printing, and repeats the conclusion about controls in full."
)


@dataclass(frozen=True)
class Sample:
    """A filing that was written. `path` is relative to the mirror folder; `amends` is the accession that a 10-K/A amends."""

    accession: str
    cik: int
    company: str
    ticker: str
    form: str
    filed: date
    period: date
    shape: Shape
    path: str
    amends: str | None = None


def write_samples(folder: Path, *, seed: int = 0) -> tuple[Sample, ...]:
    """Writes files/, submissions/ and Archives/ into `folder`: 36 10-Ks and a 10-K/A, the same bytes for the same seed.
    The samples come in the order of their filing dates."""
    _write(folder / "files" / "company_tickers.json", tickers(COMPANIES))
    found: list[Sample] = []
    for company in COMPANIES:
        rows: list[Row] = []
        for report, shape, amends in reports(company, seed=seed):
            sample, listed = _filed(folder, report, shape, amends)
            found.append(sample)
            rows.append(listed)
            if amends is None:
                rows += others(company, report.filed, seed=seed)
        _write(folder / "submissions" / f"CIK{company.cik:010d}.json", submissions(company, rows))
    return tuple(sorted(found, key=lambda sample: (sample.filed, sample.accession)))


def reports(company: Company, *, seed: int) -> Iterator[tuple[Report, Shape, str | None]]:
    """A company's filings by year, each with its shape and the accession that it amends."""
    years = books(company, seed=seed)
    for index, shape in enumerate(company.shapes, start=1):
        number = years[index].number
        filed = filing_day(company, number, seed=seed)
        said = items(company, years, index, seed=seed)
        period = year_end(company, number)
        accession = f"{company.cik:010d}-{filed:%y}-{index + 1:06d}"
        yield Report(company, "10-K", accession, period, filed, years, index, said), shape, None
        if (company.cik, index - 1) == _AMENDS:
            later = filed + timedelta(days=28)
            again = f"{company.cik:010d}-{later:%y}-{index + 11:06d}"
            yield Report(company, "10-K/A", again, period, later, years, index, amended(said, _WHY)), shape, accession


def _filed(folder: Path, report: Report, shape: Shape, amends: str | None) -> tuple[Sample, Row]:
    company = report.company
    body = _WRITERS[shape](report)
    here = f"Archives/edgar/data/{company.cik}"
    kind = "10ka" if amends else "10k"
    document = {"ixbrl": f"{company.ticker.lower()}-{report.period:%Y%m%d}{'_a' if amends else ''}.htm",
                "html": f"d{report.accession[-6:]}d{kind}.htm", "sgml": ""}[shape]  # fmt: skip
    name = f"{report.accession.replace('-', '')}/{document}" if document else f"{report.accession}.txt"
    _write(folder / here / name, body)
    listed = row(
        accession=report.accession, form=report.form, filed=report.filed, period=report.period, size=len(body),
        document=document, inline=shape == "ixbrl",
    )  # fmt: skip
    sample = Sample(
        accession=report.accession, cik=company.cik, company=company.name, ticker=company.ticker, form=report.form,
        filed=report.filed, period=report.period, shape=shape, path=f"{here}/{name}", amends=amends,
    )  # fmt: skip
    return sample, listed


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
