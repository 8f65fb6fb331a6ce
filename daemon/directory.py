"""Which company a person means: a ticker or a CIK."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from daemon.edgar.client import Client
from daemon.edgar.tickers import Named, TickerTable, ticker_table
from store.errors import FinsdistillError
from store.files import replace_file

# The default companies resolve without a network; every other ticker by EDGAR's company_tickers.json.
SHIPPED: Final = {
    "AAPL": Named(320193, "AAPL", "Apple Inc."),
    "MSFT": Named(789019, "MSFT", "MICROSOFT CORP"),
    "GOOGL": Named(1652044, "GOOGL", "Alphabet Inc."),
    "GOOG": Named(1652044, "GOOG", "Alphabet Inc."),
}
_FRESH_S: Final = 24 * 3600.0  # a ticker that the table of yesterday lacks is looked for in a new one


class UnknownCompany(FinsdistillError):
    """No company has this ticker, as far as is known: where nothing is polled, EDGAR is not asked either."""

    def __init__(self, name: str, *, asked: bool) -> None:
        who = "no company has" if asked else "none of the few companies that are known without EDGAR has"
        super().__init__(f"{who} the ticker {name!r}: check it, or write its CIK instead")
        self.name = name


class Directory:
    """Keeps EDGAR's table in `folder`, so that a restart without a network knows what was known. Used by one thread at a
    time; without `client` nobody asks EDGAR."""

    def __init__(self, folder: Path, client: Client | None, *, clock_s: Callable[[], float] = time.time) -> None:
        self._path = folder / "company_tickers.json"
        self._client, self._clock_s = client, clock_s
        self._table: TickerTable | None = None

    def find(self, name: str) -> Named:
        """Raises UnknownCompany; EdgarProblem and Stopped where EDGAR had to be asked and did not answer."""
        text = name.strip().upper()
        digits = text.removeprefix("CIK")
        if digits.isascii() and digits.isdecimal() and 0 < int(digits) <= 9_999_999_999:
            return self._by_cik(int(digits))
        found = SHIPPED.get(text) or self._kept().of_ticker(text)
        if found is None and self._client is not None and self._is_stale():
            found = self._asked(self._client).of_ticker(text)
        if found is None:
            raise UnknownCompany(name, asked=self._client is not None)
        return found

    def refresh(self) -> None:
        """Asks for a new table where the one that is kept is old. Raises EdgarProblem and Stopped."""
        self._kept()
        if self._client is not None and self._is_stale():
            self._asked(self._client)

    def _by_cik(self, cik: int) -> Named:
        shipped = next((named for named in SHIPPED.values() if named.cik == cik), None)
        return shipped or self._kept().of_cik(cik) or Named(cik, None, None)

    def _kept(self) -> TickerTable:
        if self._table is None and self._path.exists():
            try:
                self._table = ticker_table(self._path.read_bytes())
            except ValueError as error:  # only a copy: another one is fetched
                structlog.get_logger().warning("tickers_unreadable", file=str(self._path), reason=str(error)[:200])
        return self._table or TickerTable(())

    def _is_stale(self) -> bool:
        if self._table is None or not self._path.exists():
            return True
        return self._clock_s() - self._path.stat().st_mtime > _FRESH_S

    def _asked(self, client: Client) -> TickerTable:
        self._table, body = client.tickers()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self._path, body)
        return self._table
