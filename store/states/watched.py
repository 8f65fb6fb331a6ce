"""Which companies are watched: a pure fold over the events of the watch list."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from store import events as e

TYPES: Final = ("CompanyWatched", "CompanyUnwatched")


@dataclass(frozen=True)
class Company:
    """One that is, or once was, on the watch list. `by`: who put it there or took it off."""

    company_id: str
    cik: int | None
    ticker: str | None
    name: str | None
    watched: bool
    by: e.By


def fold(companies: Mapping[str, Company], event: e.Event) -> dict[str, Company]:
    """By company_id, in the order in which they were first seen."""
    match event:
        case e.CompanyWatched(company_id=key):
            now = Company(key, event.cik, event.ticker, event.name, watched=True, by=event.by)
        case e.CompanyUnwatched(company_id=key) if key in companies:
            now = replace(companies[key], watched=False, by=event.by)
        case _:
            return dict(companies)
    return {**companies, key: now}
