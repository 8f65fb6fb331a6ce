"""Where things are on EDGAR. Pure."""

from typing import Final
from urllib.parse import quote, urlsplit

from daemon.edgar.submissions import Listed

TICKERS: Final = "/files/company_tickers.json"


def filing_url(www_url: str, cik: int, filing: Listed) -> str:
    """The main document, or the whole submission where the list names none (before about 2001)."""
    if filing.document is None:
        return f"{www_url}/Archives/edgar/data/{cik}/{filing.accession}.txt"
    return f"{_folder(www_url, cik, filing.accession)}/{quote(filing.document)}"


def index_url(www_url: str, cik: int, accession: str) -> str:
    return f"{_folder(www_url, cik, accession)}/{accession}-index.htm"


def _folder(www_url: str, cik: int, accession: str) -> str:
    return f"{www_url}/Archives/edgar/data/{cik}/{accession.replace('-', '')}"


def rebased(url: str, www_url: str) -> str:
    """The same path on the host that is configured now."""
    return f"{www_url}{urlsplit(url).path}"
