"""Filings that another parser read, from what is published: what reading them again would be about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from daemon.commands import MAX_IDS, Rechunk
from store.errors import FinsdistillError

_READ: Final = """
SELECT parser, count(*), sum(chunks)::BIGINT FROM filings WHERE status = 'chunked' GROUP BY parser ORDER BY parser
"""
_NAMED: Final = "SELECT accession, status, parser FROM filings WHERE list_contains(?, accession)"


class NotChunked(FinsdistillError):
    """What is to be read again was never read."""


@dataclass(frozen=True)
class Read:
    """Filings that one parser read, and the chunks that it found in them."""

    parser: str
    filings: int
    chunks: int


@dataclass(frozen=True)
class Older:
    """`parser` is the one that would read now."""

    parser: str
    read: tuple[Read, ...]

    @property
    def by_others(self) -> tuple[Read, ...]:
        return tuple(read for read in self.read if read.parser != self.parser)

    @property
    def count(self) -> int:
        return sum(read.filings for read in self.by_others)


def read_older(connection: duckdb.DuckDBPyConnection, parser: str) -> Older:
    return Older(parser, tuple(Read(*row) for row in connection.execute(_READ).fetchall()))


def command_of(connection: duckdb.DuckDBPyConnection, older: Older, accessions: Sequence[str]) -> Rechunk | None:
    """None where nothing would be read again. Raises NotChunked."""
    if not accessions:
        return Rechunk(parser=older.parser) if older.count else None
    named = tuple(dict.fromkeys(accessions))
    rows = connection.execute(_NAMED, [list(named)]).fetchall()
    found = {accession: (status, parser) for accession, status, parser in rows}
    for accession in named:
        if found.get(accession, ("",))[0] not in ("chunked", "refused"):
            raise NotChunked(f"no chunked filing is called {accession!r}: the table `filings` lists them")
    again = tuple(accession for accession in named if found[accession] != ("chunked", older.parser))
    if len(again) > MAX_IDS:
        raise NotChunked(f"{len(again):,} filings are more than the {MAX_IDS:,} of one command: name none to read all")
    return Rechunk(parser=older.parser, accessions=again) if again else None


def lines(older: Older, command: Rechunk | None) -> Iterator[str]:
    if command is None:
        yield f"nothing to read again: {older.parser} read it last"
        return
    count = len(command.accessions) or older.count
    yield f"{count:,} filing{' is' if count == 1 else 's are'} to be read again by {older.parser}"
    for read in () if command.accessions else older.by_others:
        yield f"  {read.filings:>9,} filings, {read.chunks:>11,} chunks, read by {read.parser}"
    yield "labels of texts that are found again stay in use; new texts are labelled by the active recipe"
