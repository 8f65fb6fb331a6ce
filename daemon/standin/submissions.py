"""EDGAR's submissions JSON, read from the folder: what is served, and what stands in it about one accession."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter
from pydantic.alias_generators import to_camel

_COLUMNS: TypeAdapter[dict[str, list[JsonValue]]] = TypeAdapter(dict[str, list[JsonValue]])


class _Captured(BaseModel):
    """Part of a submissions file; what we do not use is not read."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Address(_Captured):
    street1: str | None = None
    street2: str | None = None
    city: str | None = None
    state_or_country: str | None = None
    zip_code: str | None = None


class Addresses(_Captured):
    mailing: Address = Address()
    business: Address = Address()


class Company(_Captured):
    """The head of a company's main file."""

    cik: int
    name: str
    sic: str = ""
    sic_description: str = ""
    ein: str | None = None
    state_of_incorporation: str = ""
    fiscal_year_end: str | None = None
    addresses: Addresses = Addresses()


class Row(_Captured):
    """One filing as the parallel arrays have it. `document` is empty before about 2001."""

    accession: str = Field(alias="accessionNumber")
    form: str
    filed: str = Field(alias="filingDate")
    period: str = Field(default="", alias="reportDate")
    accepted: str = Field(default="", alias="acceptanceDateTime")
    act: str = ""
    file_number: str = ""
    film_number: str = ""
    document: str = Field(default="", alias="primaryDocument")
    description: str = Field(default="", alias="primaryDocDescription")
    size: int = 0
    inline: bool = Field(default=False, alias="isInlineXBRL")


@dataclass(frozen=True)
class Rows:
    """The parallel arrays: one list a column, equally long, whatever columns a capture has."""

    columns: Mapping[str, list[JsonValue]]

    def without(self, hidden: Iterable[str]) -> "Rows":
        gone = set(hidden)
        kept = [number for number, accession in enumerate(self.accessions) if accession not in gone]
        return Rows({name: [column[number] for number in kept] for name, column in self.columns.items()})

    def row(self, accession: str) -> Row:
        """Raises ValueError where there is none."""
        number = self.accessions.index(accession)
        return Row.model_validate({name: column[number] for name, column in self.columns.items()})

    @property
    def accessions(self) -> list[JsonValue]:
        return self.columns["accessionNumber"]


def without(body: bytes, hidden: Iterable[str], pages: Mapping[str, int]) -> bytes:
    """A main file or a continuation page minus the rows of `hidden`. `pages` says how many rows go from which page."""
    document = json.loads(body)
    if "filings" not in document:
        return _dumped(dict(_rows(document).without(hidden).columns))
    filings = document["filings"]
    filings["recent"] = dict(_rows(filings["recent"]).without(hidden).columns)
    for page in filings["files"]:
        page["filingCount"] -= pages.get(page["name"], 0)
    filings["files"] = [page for page in filings["files"] if page["filingCount"] > 0]
    return _dumped(document)


def row_in(body: bytes, accession: str) -> Row:
    """From a main file or a continuation page. Raises ValueError where there is none."""
    document = json.loads(body)
    return _rows(document["filings"]["recent"] if "filings" in document else document).row(accession)


def company_in(body: bytes) -> Company:
    """From a main file."""
    return Company.model_validate_json(body)


def _rows(columns: object) -> Rows:
    return Rows(_COLUMNS.validate_python(columns))


def _dumped(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
