"""Filings and their chunks."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from store.events.base import Fact, Split


class FilingDiscovered(Fact):
    """A filing exists and is wanted. What its source did not say is null."""

    type: Literal["FilingDiscovered"] = "FilingDiscovered"
    accession: str
    company_id: str
    ciks: tuple[int, ...]
    company: str | None
    ticker: str | None
    form: str | None
    filed: date | None
    period: date | None
    amends: str | None
    url: str
    source: Literal["inbox", "edgar", "sample"]


class FilingFetched(Fact):
    """The filing's bytes are in `blobs/` under their sha256. `alias_of`: the accession that brought the same bytes first."""

    type: Literal["FilingFetched"] = "FilingFetched"
    accession: str
    sha256: str
    size: int
    url: str
    modified_us: int | None
    alias_of: str | None


class FilingRefused(Fact):
    """The filing, or these bytes of it, cannot be used. Data, not an accident: it is counted and reported."""

    type: Literal["FilingRefused"] = "FilingRefused"
    accession: str
    reason: str
    detail: str
    sha256: str | None
    size: int | None
    url: str
    modified_us: int | None


class ChunkAppended(Fact):
    """One occurrence of a text in a filing. Offsets are characters of the extraction that the next `FilingChunked` names.
    `by_reference`: it stands in an annual report or behind the last Item, where its Item points to. `marks` name the checks
    that its Item failed: such an occurrence is kept, and no reason to ask a teacher."""

    v: Literal[2] = 2  # type: ignore[assignment]
    type: Literal["ChunkAppended"] = "ChunkAppended"
    chunk_id: str
    text_id: str
    accession: str
    ordinal: int
    item: str | None
    char_start: int
    char_end: int
    split: Split
    text: str
    by_reference: bool = False
    marks: tuple[str, ...] = ()


class FoundItem(BaseModel):
    """An Item as a parser found it: `full` with text of its own, a `reference` to where its text is, or `empty`. `prose`:
    the share of its characters that reads as prose, 0 to 1. `marks` name the checks that it failed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    item: str
    status: Literal["full", "reference", "empty"]
    char_start: int
    char_end: int
    by_reference: bool
    prose: float
    marks: tuple[str, ...]


class FilingChunked(Fact):
    """All chunks of a filing are in; it is the last event of their batch. `found` are its Items, in order."""

    v: Literal[2] = 2  # type: ignore[assignment]
    type: Literal["FilingChunked"] = "FilingChunked"
    accession: str
    chunks: int
    items: tuple[str, ...]
    parser: str
    extraction_sha256: str
    found: tuple[FoundItem, ...] = ()


class ChunkKept(Fact):
    """A newer parser finds this chunk too, or again after it was retired: from here on it stands here."""

    type: Literal["ChunkKept"] = "ChunkKept"
    chunk_id: str
    accession: str
    ordinal: int
    char_start: int
    char_end: int
    by_reference: bool
    marks: tuple[str, ...]
    parser: str


class ChunkRetired(Fact):
    """A newer parser no longer finds this chunk, or the amendment `amended_by` replaced its Item. Its labels stay; the
    occurrence counts no more."""

    v: Literal[2] = 2  # type: ignore[assignment]
    type: Literal["ChunkRetired"] = "ChunkRetired"
    chunk_id: str
    accession: str
    parser: str
    amended_by: str | None = None


class AmendmentLinked(Fact):
    """The filing `accession` amends the filing `amends`, whose `items` it tells anew."""

    type: Literal["AmendmentLinked"] = "AmendmentLinked"
    accession: str
    amends: str
    items: tuple[str, ...]


class TextLinked(Fact):
    """A text is nearly another one; `similarity` is the Jaccard index of their shingles, 0 to 1. Of the same split, the other
    one's label speaks for both. `across`: the other one is held out, so this one trains nobody."""

    type: Literal["TextLinked"] = "TextLinked"
    text_id: str
    to_text_id: str
    similarity: float
    across: bool


class TextUnlinked(Fact):
    """The text it was linked to speaks for it no more: it needs a label of its own."""

    type: Literal["TextUnlinked"] = "TextUnlinked"
    text_id: str
    to_text_id: str
    across: bool
