"""Submissions files in the shape of the captured ones: parallel arrays, about 1,000 rows in `recent`, older ones in pages."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

Row = dict[str, Any]

RECENT_ROWS = 1000
PAGE_ROWS = 2000
# What companies file between two annual reports; nothing of the 10-K family.
OTHER_FORMS = ("4", "4", "4", "8-K", "4", "144", "10-Q", "4", "SC 13G", "4", "DEF 14A", "S-8")
FIRST_OTHER = 500_000  # no filer comes so far in a year: an invented accession is nobody's


def a_row(accession: str, form: str, filed: date, **changes: Any) -> Row:
    """One filing with the newest captures' columns, in their order."""
    named = form not in {"4", "144"}
    values: Row = {
        "accessionNumber": accession,
        "filingDate": filed.isoformat(),
        "reportDate": "",
        "acceptanceDateTime": f"{filed.isoformat()}T16:05:00.000Z",
        "act": "34" if named else "",
        "form": form,
        "fileNumber": "001-00001" if named else "",
        "filmNumber": "26000001" if named else "",
        "items": "2.02,9.01" if form == "8-K" else "",
        "core_type": form,
        "size": 15_000,
        "isXBRL": 0,
        "isInlineXBRL": 0,
        "isXBRLNumeric": None,
        "primaryDocument": "xslF345X05/form4.xml" if form == "4" else f"d{accession[-6:]}.htm",
        "primaryDocDescription": f"FORM {form}",
    }
    return values | changes


def other_rows(cik: int, count: int, *, newest: date, oldest: date) -> list[Row]:
    """`count` filings of other forms, spread evenly over the days from `newest` down to `oldest`."""
    step = (newest - oldest) / max(1, count - 1)
    days = (newest - timedelta(days=(step * number).days) for number in range(count))
    rows = []
    for number, (filed, form) in enumerate(zip(days, cycle(OTHER_FORMS), strict=False)):
        row = a_row(f"{cik:010d}-{filed:%y}-{FIRST_OTHER + number:06d}", form, filed)
        rows.append(row if filed.year > 2000 else row | {"primaryDocument": "", "primaryDocDescription": ""})
    return rows


def a_head(cik: int, name: str, tickers: Sequence[str]) -> dict[str, Any]:
    """A main file without its filings, with every key that a capture of 2026 has."""
    abroad = {"isForeignLocation": 0, "foreignStateTerritory": None, "country": None, "countryCode": None}
    place = {"street1": "1 MAIN STREET", "street2": None, "city": "DOVER", "stateOrCountry": "DE", "zipCode": "19901"}
    address = place | {"stateOrCountryDescription": "DE"} | abroad
    return {
        "cik": f"{cik:010d}",
        "entityType": "operating",
        "sic": "3990",
        "sicDescription": "Miscellaneous Manufacturing Industries",
        "ownerOrg": "04 Manufacturing",
        "insiderTransactionForOwnerExists": 0,
        "insiderTransactionForIssuerExists": 1,
        "name": name,
        "tickers": list(tickers),
        "exchanges": ["NYSE"] * len(tickers),
        "ein": "000000000",
        "lei": None,
        "description": "",
        "website": "",
        "investorWebsite": "",
        "category": "Large accelerated filer",
        "fiscalYearEnd": "1231",
        "stateOfIncorporation": "DE",
        "stateOfIncorporationDescription": "DE",
        "addresses": {"mailing": address, "business": address},
        "phone": "3025550100",
        "flags": "",
        "formerNames": [],
    }


def rows_of(columns: dict[str, list[Any]]) -> list[Row]:
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def write_submissions(folder: Path, head: dict[str, Any], rows: Iterable[Row]) -> None:
    """A main file and as many pages as the rows need, newest first. The first row's columns are everybody's."""
    ordered = sorted(rows, key=lambda row: str(row["filingDate"]), reverse=True)
    older = ordered[RECENT_ROWS:]
    name = f"CIK{int(head['cik']):010d}"
    pages = []
    for number, start in enumerate(range(0, len(older), PAGE_ROWS), start=1):
        page, page_name = older[start : start + PAGE_ROWS], f"{name}-submissions-{number:03d}.json"
        _write(folder / page_name, _columns(page, list(ordered[0])))
        span = {"filingFrom": page[-1]["filingDate"], "filingTo": page[0]["filingDate"]}
        pages.append({"name": page_name, "filingCount": len(page), **span})
    recent = _columns(ordered[:RECENT_ROWS], list(ordered[0]))
    _write(folder / f"{name}.json", {**head, "filings": {"recent": recent, "files": pages}})


def _columns(rows: Sequence[Row], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row.get(name) for row in rows] for name in names}


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")))
