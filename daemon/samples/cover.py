"""What stands on the cover of every filing, as lines; each shape sets them in its own way."""

from dataclasses import dataclass
from datetime import date

from daemon.samples.report import Report


@dataclass(frozen=True)
class Cover:
    form: str
    amendment: str | None
    period: str
    file_number: str
    name: str
    state: str
    employer_number: str
    address: str
    exchange: str
    ticker: str
    value: str
    shares: str
    year: int


def long_date(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def cover(report: Report) -> Cover:
    company, now = report.company, report.now
    number = company.cik % 1000
    return Cover(
        form=f"FORM {report.form}",
        amendment="Amendment No. 1" if report.form.endswith("/A") else None,
        period=long_date(report.period),
        file_number=file_number(report),
        name=company.name,
        state=company.state,
        employer_number=f"00-{number:07d}",
        address=f"{company.street}, {company.city}, {company.state}",
        exchange=company.exchange,
        ticker=company.ticker,
        value=f"${now.revenue * 1.31 * 1_000_000:,.0f}",
        shares=f"{now.shares * 1_000_000:,.0f}",
        year=now.number,
    )


def file_number(report: Report) -> str:
    """001-99nnn: the form of EDGAR's file numbers."""
    return f"001-{99_000 + report.company.cik % 1000}"
