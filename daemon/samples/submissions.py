"""The JSON that data.sec.gov would answer for the invented companies, in the shape of real captures of 2026."""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Final

from daemon.samples.companies import Company


@dataclass(frozen=True)
class Row:
    """A filing as `filings.recent` lists it; the names are EDGAR's."""

    accessionNumber: str  # noqa: N815
    filingDate: str  # noqa: N815
    reportDate: str  # noqa: N815
    acceptanceDateTime: str  # noqa: N815
    act: str
    form: str
    fileNumber: str  # noqa: N815
    filmNumber: str  # noqa: N815
    items: str
    core_type: str
    size: int
    isXBRL: int  # noqa: N815
    isInlineXBRL: int  # noqa: N815
    isXBRLNumeric: int | None  # noqa: N815
    primaryDocument: str  # noqa: N815
    primaryDocDescription: str  # noqa: N815


_NAMES: Final = tuple(Row.__dataclass_fields__)
_OTHERS: Final = (
    ("8-K", "2.02,9.01", 40),
    ("4", "", 9),
    ("10-Q", "", 1_900),
    ("8-K", "5.02", 31),
    ("DEF 14A", "", 880),
)


def tickers(companies: Sequence[Company]) -> bytes:
    """company_tickers.json."""
    table = {str(i): {"cik_str": c.cik, "ticker": c.ticker, "title": c.name} for i, c in enumerate(companies)}
    return json.dumps(table, separators=(",", ":")).encode()


def submissions(company: Company, rows: Sequence[Row]) -> bytes:
    """CIK##########.json; the newest row first, as EDGAR has it."""
    ordered = sorted(rows, key=lambda row: (row.filingDate, row.accessionNumber), reverse=True)
    recent = {name: [getattr(row, name) for row in ordered] for name in _NAMES}
    answer = {**_company(company), "filings": {"recent": recent, "files": []}}
    return json.dumps(answer, separators=(",", ":")).encode()


def row(*, accession: str, form: str, filed: date, period: date | None, size: int, document: str, inline: bool) -> Row:
    return Row(
        accessionNumber=accession,
        filingDate=filed.isoformat(),
        reportDate=period.isoformat() if period else "",
        acceptanceDateTime=f"{filed.isoformat()}T16:{int(accession[-2:]):02d}:08.000Z",
        act="" if form == "4" else "34",
        form=form,
        fileNumber="" if form == "4" else f"001-{99_000 + int(accession[:10]) % 1000}",
        filmNumber="" if form == "4" else f"{filed:%y}{int(accession[-6:]) + 700_000:06d}",
        items="",
        core_type="XBRL" if inline else form,
        size=size,
        isXBRL=int(inline),
        isInlineXBRL=int(inline),
        isXBRLNumeric=None,
        primaryDocument=document,
        primaryDocDescription="FORM 4" if form == "4" else form,
    )


def others(company: Company, filed: date, *, seed: int) -> list[Row]:
    """Filings of other forms in the year before a 10-K, which nobody wants and which have no document here."""
    rng = random.Random(f"others|{seed}|{company.cik}|{filed.year}")
    found = []
    for number, (form, said, size) in enumerate(_OTHERS, start=51):
        day = filed - timedelta(days=rng.randint(20, 330))
        accession = f"{company.cik:010d}-{day:%y}-{number + 10 * (filed.year % 10):06d}"
        document = "xslF345X06/form4.xml" if form == "4" else f"{company.ticker.lower()}-{day:%Y%m%d}.htm"
        plain = row(
            accession=accession,
            form=form,
            filed=day,
            period=day,
            size=size * 1000,
            document=document,
            inline=form == "10-Q",
        )
        found.append(Row(**{**asdict(plain), "items": said}))
    return found


def _company(company: Company) -> dict[str, object]:
    """All that EDGAR says about a filer besides its filings; text and numbers only, on their way to JSON."""
    address = {
        "street1": company.street.upper(), "street2": None, "city": company.city.upper(),
        "stateOrCountry": company.state_code, "zipCode": "00000", "stateOrCountryDescription": company.state_code,
        "isForeignLocation": 0, "foreignStateTerritory": None, "country": None, "countryCode": None,
    }  # fmt: skip
    month, day = company.year_end
    return {
        "cik": f"{company.cik:010d}", "entityType": "operating", "sic": company.sic, "sicDescription": company.sic_name,
        "ownerOrg": "", "insiderTransactionForOwnerExists": 0, "insiderTransactionForIssuerExists": 1,
        "name": company.name, "tickers": [company.ticker], "exchanges": [company.exchange],
        "ein": f"{company.cik % 1000:09d}", "lei": None, "description": "An invented company of finsdistill's samples",
        "website": "", "investorWebsite": "", "category": "Accelerated filer", "fiscalYearEnd": f"{month:02d}{day:02d}",
        "stateOfIncorporation": company.state_code, "stateOfIncorporationDescription": company.state_code,
        "addresses": {"mailing": address, "business": address}, "phone": "000-000-0000", "flags": "", "formerNames": [],
    }  # fmt: skip
