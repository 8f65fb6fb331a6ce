"""The list of a company's filings, as data.sec.gov gives it, made safe to use. Pure.

`filings.recent` holds parallel arrays of about 1,000 rows; older rows are on the pages that `filings.files` names. Rows
move from one to the other, so nothing here relies on positions. Fields come and go; only what we use must be there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from store.ids import ACCESSION

# As EDGAR names documents; a folder in front (the XSL view of a form) may stand there too.
DOCUMENT: Final = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.\-]{0,120}/)?[A-Za-z0-9_][A-Za-z0-9_.\-]{0,120}")


_MARGIN: Final = timedelta(days=7)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Rows(_Answer):
    """One filing an index. What a field lacks is ''."""

    accession: tuple[str, ...] = Field(default=(), alias="accessionNumber")
    filed: tuple[str, ...] = Field(default=(), alias="filingDate")
    period: tuple[str, ...] = Field(default=(), alias="reportDate")
    form: tuple[str, ...] = ()
    document: tuple[str | None, ...] = Field(default=(), alias="primaryDocument")

    @model_validator(mode="after")
    def _is_parallel(self) -> "Rows":
        for name in ("filed", "form"):
            if len(getattr(self, name)) != len(self.accession):
                raise ValueError(f"{len(self.accession)} accessions but {len(getattr(self, name))} of {name}")
        return self


class Page(_Answer):
    """A continuation page that is not read yet. Its name, count and days tell whether it changed."""

    name: str = Field(pattern=r"^CIK\d{10}-submissions-\d{3,}\.json$")
    count: int = Field(default=0, alias="filingCount")
    first: date | None = Field(default=None, alias="filingFrom")
    last: date | None = Field(default=None, alias="filingTo")


class Filings(_Answer):
    recent: Rows = Rows()
    files: tuple[Page, ...] = ()


class Submissions(_Answer):
    """One company."""

    cik: int = Field(ge=1, le=9_999_999_999)
    name: str = ""
    tickers: tuple[str, ...] = ()
    filings: Filings = Filings()


@dataclass(frozen=True)
class Listed:
    """A filing as the list has it. `document`: the main one's name; None where the submission is one text file."""

    accession: str
    form: str
    filed: date | None
    period: date | None
    document: str | None


def listed(rows: Rows) -> Iterator[Listed]:
    """The usable rows; one whose accession is none, or whose document's name leads elsewhere, is passed over."""
    table = zip_longest(rows.accession, rows.form, rows.filed, rows.period, rows.document, fillvalue="")
    for accession, form, filed, period, document in table:
        if ACCESSION.fullmatch(accession) and (not document or DOCUMENT.fullmatch(document)):
            yield Listed(accession, form.strip().upper(), _day(filed), _day(period), document or None)


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def needed(pages: tuple[Page, ...], since: date) -> tuple[Page, ...]:
    """The pages that may hold a filing of that day or later; their own dates are a day off now and then."""
    return tuple(page for page in pages if page.last is None or page.last + _MARGIN >= since)
