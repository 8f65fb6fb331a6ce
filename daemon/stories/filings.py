"""The story of a filing."""

from typing import Final

import duckdb

from daemon.stories.reading import rows

_FACTS: Final = (
    "company",
    "form",
    "period",
    "filed",
    "url",
    "sha256",
    "bytes",
    "status",
    "reason",
    "chunks",
    "items",
    "parser",
)


def filing(connection: duckdb.DuckDBPyConnection, accession: str) -> list[str]:
    (row,) = rows(connection, f"SELECT {', '.join(_FACTS)} FROM filings WHERE accession = ?", accession)  # noqa: S608
    facts = [f"  {name}: {value}" for name, value in zip(_FACTS, row, strict=True) if value is not None]
    events = rows(
        connection,
        "SELECT seq, type, recorded_at FROM events WHERE stream = ? AND type <> 'ChunkAppended' ORDER BY seq",
        f"filing-{accession}",
    )
    return [f"filing {accession}", *facts, *(f"  event {seq}: {kind} at {when} UTC" for seq, kind, when in events)]
