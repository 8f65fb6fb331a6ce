"""The log itself and its companies."""

from datetime import date
from typing import Literal

from pydantic import Field

from store.events.base import Fact, Split


class LogCreated(Fact):
    """The first event of a log. A real log refuses sample companies, a demo log refuses sec.gov."""

    type: Literal["LogCreated"] = "LogCreated"
    log_id: str
    purpose: Literal["real", "demo"]


By = Literal["config", "command"]  # who wants it: `edgar.companies`, or a person's command


def _is_config(by: str) -> bool:
    """A field that came after the event's first version is absent where it says nothing new: old payloads stay as they are."""
    return by == "config"


class CompanyWatched(Fact):
    """A company's new filings are wanted."""

    type: Literal["CompanyWatched"] = "CompanyWatched"
    company_id: str
    cik: int | None
    ticker: str | None
    name: str | None
    by: By = Field(default="config", exclude_if=_is_config)


class CompanyUnwatched(Fact):
    """A company's new filings are no longer wanted; what is in the log stays."""

    type: Literal["CompanyUnwatched"] = "CompanyUnwatched"
    company_id: str
    by: By = Field(default="config", exclude_if=_is_config)


class CompanyRefused(Fact):
    """A name on the watch list that is no company we may watch. `name` is as it was written."""

    type: Literal["CompanyRefused"] = "CompanyRefused"
    name: str
    reason: Literal["unknown", "sample", "not_a_sample"]
    detail: str
    by: By


class SplitAssigned(Fact):
    """Training or held out, decided once at a company's first sight, for good; `rule` says why."""

    type: Literal["SplitAssigned"] = "SplitAssigned"
    company_id: str
    cik: int | None
    split: Split
    rule: str


class BackfillAsked(Fact):
    """Filings of the companies that are wanted are fetched as far back as this day."""

    type: Literal["BackfillAsked"] = "BackfillAsked"
    since: date


class IndexRead(Fact):
    """One of EDGAR's indexes was read to its end: `name` is a day (`2026-11-20`) or a quarter (`2026-Q4`). `wanted` of its
    `rows` are filings we want. A day without an index has neither."""

    type: Literal["IndexRead"] = "IndexRead"
    name: str
    sha256: str | None
    rows: int
    wanted: int
