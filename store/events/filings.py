"""Filings and their chunks."""

from datetime import date
from typing import Literal

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
    """One occurrence of a text in a filing. Offsets are characters of the extraction that `FilingChunked` names."""

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


class FilingChunked(Fact):
    """All chunks of a filing are in; it is the last event of their batch."""

    type: Literal["FilingChunked"] = "FilingChunked"
    accession: str
    chunks: int
    items: tuple[str, ...]
    parser: str
    extraction_sha256: str


class ChunkRetired(Fact):
    """A newer parser no longer finds this chunk. Its labels stay; the occurrence counts no more."""

    type: Literal["ChunkRetired"] = "ChunkRetired"
    chunk_id: str
    accession: str
    parser: str
