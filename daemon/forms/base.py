"""What a form is: its names and its Items in order, as plain data."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class FormItem:
    """One Item. `titles` are every heading the SEC has prescribed for the number, in lower case; a number changed its
    meaning over the years (Item 14 was exhibits, then controls, then accountants' fees), so any of them may follow it.
    `since` is the first fiscal year that had the number, None if all had it. `least` and `most` are the characters of prose
    beyond which an Item that has text at all was cut wrongly."""

    key: str
    titles: tuple[str, ...]
    since: int | None = None
    least: int = 0
    most: int = 100_000


@dataclass(frozen=True)
class Form:
    """`names` are EDGAR's submission types without `/A`; the first is the name of the family. `items` stand in the
    order in which a filing gives them. `discussion` and the next four say which Items MD&A, market risk, the financial
    statements, the selected data and the market for the stock are: an annual report has them by name only.
    `accountants`, the Item on changes of auditors, is the one that statements may follow."""

    names: tuple[str, ...]
    items: tuple[FormItem, ...]
    discussion: str
    market_risk: str | None
    statements: str
    selected: str | None
    stock: str
    accountants: str

    @property
    def name(self) -> str:
        return self.names[0]

    def order(self, key: str) -> int | None:
        """Where an Item stands in the form, from 0; None if the form has no such Item."""
        return next((i for i, item in enumerate(self.items) if item.key == key), None)


@dataclass(frozen=True)
class FormName:
    """A submission type in EDGAR's own spelling (`10-K405/A`), and whether it amends an earlier filing."""

    name: str
    amendment: bool


def squeezed(name: str) -> str:
    """The letters and digits of a name: how `10-KSB`, `10KSB` and `10 ksb` are one."""
    return re.sub(r"[^0-9A-Z]", "", name.upper())
