"""company_tickers.json: which company a ticker is. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Cik = Annotated[int, Field(ge=1, le=9_999_999_999)]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    cik_str: Cik
    ticker: str
    title: str = ""


_ROWS: TypeAdapter[dict[str, _Row]] = TypeAdapter(dict[str, _Row])


@dataclass(frozen=True)
class Named:
    """A company as the table has it; one that has no ticker is known by its CIK alone."""

    cik: int
    ticker: str | None
    title: str | None


class TickerTable:
    """Share classes are written with a hyphen there (BRK-B); people write a point too."""

    def __init__(self, rows: Sequence[Named]) -> None:
        self._by_ticker = {
            row.ticker: row for row in reversed(rows) if row.ticker
        }  # the first of a ticker wins: the larger company
        self._by_cik = {row.cik: row for row in reversed(rows)}  # the first of a company is its main ticker

    def of_ticker(self, ticker: str) -> Named | None:
        return self._by_ticker.get(ticker.strip().upper().replace(".", "-"))

    def of_cik(self, cik: int) -> Named | None:
        return self._by_cik.get(cik)


def ticker_table(body: bytes) -> TickerTable:
    """Raises ValueError for anything but a table of companies."""
    rows = _ROWS.validate_json(body)
    if not rows:
        raise ValueError("the table of tickers is empty")
    return TickerTable([Named(row.cik_str, row.ticker.upper(), row.title) for row in rows.values()])
