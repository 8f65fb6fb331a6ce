"""Where things are on EDGAR. Pure."""

from datetime import date
from typing import Final
from urllib.parse import quote, urlsplit

from daemon.edgar.quarters import Quarter, quarter_of

TICKERS: Final = "/files/company_tickers.json"


def filing_url(www_url: str, cik: int, accession: str, document: str | None) -> str:
    """That document, or with None the whole submission."""
    if document is None:
        return f"{www_url}/Archives/edgar/data/{cik}/{accession}.txt"
    return f"{_folder(www_url, cik, accession)}/{quote(document)}"


def days_url(www_url: str, quarter: Quarter) -> str:
    """The listing of a quarter's daily indexes: one of three spellings, the smallest, that SEC documents for programs."""
    return f"{www_url}/Archives/edgar/daily-index/{quarter.year}/QTR{quarter.number}/index.json"


def day_url(www_url: str, day: date) -> str:
    quarter = quarter_of(day)
    return f"{www_url}/Archives/edgar/daily-index/{quarter.year}/QTR{quarter.number}/master.{day:%Y%m%d}.idx"


def quarter_url(www_url: str, quarter: Quarter) -> str:
    return f"{www_url}/Archives/edgar/full-index/{quarter.year}/QTR{quarter.number}/master.gz"


def index_url(www_url: str, cik: int, accession: str) -> str:
    return f"{_folder(www_url, cik, accession)}/{accession}-index.htm"


def _folder(www_url: str, cik: int, accession: str) -> str:
    return f"{www_url}/Archives/edgar/data/{cik}/{accession.replace('-', '')}"


def rebased(url: str, www_url: str) -> str:
    """The same path on the host that is configured now."""
    return f"{www_url}{urlsplit(url).path}"
