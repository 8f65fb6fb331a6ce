"""The quarters of EDGAR's folders. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

FIRST_YEAR: Final = 1993  # the first of whose filings EDGAR has an index


@dataclass(frozen=True, order=True)
class Quarter:
    """`number` is 1 to 4."""

    year: int
    number: int

    @property
    def name(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def last(self) -> date:
        """Its last day."""
        after = date(self.year + self.number // 4, self.number % 4 * 3 + 1, 1)
        return after - timedelta(days=1)

    @property
    def before(self) -> "Quarter":
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)


def quarter_of(day: date) -> Quarter:
    return Quarter(day.year, (day.month + 2) // 3)


def back_to(oldest: Quarter, newest: Quarter) -> Iterator[Quarter]:
    """Both of them too, newest first; nothing where `oldest` is the newer one."""
    while newest >= oldest:
        yield newest
        newest = newest.before
