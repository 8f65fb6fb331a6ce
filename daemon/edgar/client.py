"""Lists of filings and EDGAR's indexes, through sec-edgar-api's client and our gateway."""

from datetime import date
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from sec_edgar_api.EdgarClient import EdgarClient

from daemon.edgar.addresses import TICKERS, days_url, index_url
from daemon.edgar.gateway import Gateway
from daemon.edgar.indexes import Index, IndexUnreadable, Wanted, days_listed, read_index
from daemon.edgar.pages import Described, described
from daemon.edgar.problems import EdgarMissing, EdgarUnreadable
from daemon.edgar.quarters import Quarter
from daemon.edgar.submissions import Page, Rows, Submissions
from daemon.edgar.tickers import TickerTable, ticker_table
from store.ids import sha256_hex

_Model = TypeVar("_Model", bound=BaseModel)
_FIXED: Final = "https://data.sec.gov"  # what the client's addresses begin with


class Client(EdgarClient):
    """EdgarClient knows EDGAR's addresses, but fixes its hosts, sets no timeout and limits only itself: every request of
    it goes through the gateway instead, and the session that it opens stays unused. Methods raise EdgarProblem and
    Stopped."""

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(gateway.user_agent)
        self._session.close()
        self._gateway = gateway

    def submissions(self, cik: int) -> Submissions:
        """The newest thousand filings and the names of the pages with the rest."""
        url = f"{self._gateway.edgar.data_url}/submissions/CIK{cik:010d}.json"
        found = _read(Submissions, self.get_submissions(str(cik), handle_pagination=False), url)
        if found.cik != cik:
            raise EdgarUnreadable(url, f"it is about the company {found.cik}")
        return found

    def page(self, page: Page) -> Rows:
        url = f"{_FIXED}/submissions/{page.name}"
        return _read(Rows, self._rate_limited_get(url), url)

    def described(self, cik: int, accession: str) -> Described:
        """What a filing's index page says; nothing where it has none."""
        try:
            page = self._gateway.get(index_url(self._gateway.edgar.www_url, cik, accession))
        except EdgarMissing:
            return Described()
        return described(page)

    def days(self, quarter: Quarter) -> tuple[date, ...]:
        """The days for which EDGAR has an index now, in order; none in a quarter whose first is still to come."""
        try:
            return days_listed(self._gateway.get(days_url(self._gateway.edgar.www_url, quarter)))
        except EdgarMissing:
            return ()

    def index(self, url: str, wanted: Wanted) -> tuple[Index, str]:
        """One index, and the sha256 of its bytes."""
        body = self._gateway.get(url)
        try:
            return read_index(body, wanted), sha256_hex(body)
        except IndexUnreadable as cause:
            raise EdgarUnreadable(url, f"no index ({cause})") from cause

    def tickers(self) -> tuple[TickerTable, bytes]:
        """EDGAR's table of tickers, and its bytes for keeping."""
        url = f"{self._gateway.edgar.www_url}{TICKERS}"
        try:
            body = self._gateway.get(url)
            return ticker_table(body), body
        except ValueError as cause:
            raise EdgarUnreadable(url, _first_line(cause)) from cause

    def _rate_limited_get(self, url: str) -> Any:  # type: ignore[override]  # its decorator hides the argument
        moved = self._gateway.edgar.data_url + url.removeprefix(_FIXED)
        body = self._gateway.get(moved)
        try:
            return from_json(body)  # json.loads ends in a RecursionError on a hundred thousand brackets
        except ValueError as cause:
            raise EdgarUnreadable(moved, f"no JSON ({_first_line(cause)})") from cause


def _read(model: type[_Model], values: Any, url: str) -> _Model:
    try:
        return model.model_validate(values)
    except ValidationError as cause:
        problem = cause.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise EdgarUnreadable(url, f"{where or 'it'}: {problem['msg']}") from cause


def _first_line(cause: Exception) -> str:
    return str(cause).partition("\n")[0][:200]
