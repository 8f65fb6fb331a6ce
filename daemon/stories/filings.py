"""The story of a filing: what it is, how its Items were read, which of its text no teacher sees and why."""

from dataclasses import dataclass
from typing import Final

import duckdb

from daemon.amendments import why_alone
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
    "amends",
    "chunks",
    "parser",
)
_ITEMS: Final = """
SELECT i.item, i.status, i.by_reference, i.char_start, i.char_end, i.prose, i.marks,
    count(o.chunk_id) AS chunks, count(o.amended_by) AS replaced
FROM items i LEFT JOIN occurrences o ON o.accession = i.accession AND o.item = i.item AND o.by_reference = i.by_reference
    AND o.char_start >= i.char_start AND o.char_end <= i.char_end AND (NOT o.retired OR o.amended_by IS NOT NULL)
WHERE i.accession = ? GROUP BY ALL ORDER BY min(i.ordinal)
"""
_WITHOUT_ITEM: Final = "SELECT count(*) FROM occurrences WHERE accession = ? AND item IS NULL AND NOT retired"
_AMENDED_BY: Final = """
SELECT a.accession, f.form, f.filed, a.items, (
    SELECT count(*) FROM occurrences o WHERE o.accession = a.amends AND o.amended_by = a.accession
) FROM amendments a LEFT JOIN filings f ON f.accession = a.accession WHERE a.amends = ? ORDER BY a.seq
"""
_EVENTS: Final = """
SELECT min(seq), max(seq), type, count(*), min(recorded_at) FROM events WHERE stream = ? AND type <> 'ChunkAppended'
GROUP BY type, CASE WHEN type LIKE 'Chunk%' OR type LIKE 'Text%' THEN 0 ELSE seq END ORDER BY min(seq)
"""
_WHY: Final = {
    "reference": "says where its text is, no chunks",
    "empty": "holds nothing, no chunks",
}


def filing(connection: duckdb.DuckDBPyConnection, accession: str) -> list[str]:
    (row,) = rows(connection, f"SELECT {', '.join(_FACTS)} FROM filings WHERE accession = ?", accession)  # noqa: S608
    facts = [f"  {name}: {value}" for name, value in zip(_FACTS, row, strict=True) if value is not None]
    splits = rows(connection, "SELECT DISTINCT split FROM occurrences WHERE accession = ?", accession)
    facts += [f"  split: {split}" for (split,) in splits]
    return [
        f"filing {accession}",
        *facts,
        *_amendments(connection, accession),
        *_items(connection, accession),
        "",
        *_events(connection, accession),
    ]


def _amendments(connection: duckdb.DuckDBPyConnection, accession: str) -> list[str]:
    return [
        *_alone(connection, accession),
        *_amended_by(connection, accession),
    ]


def _alone(connection: duckdb.DuckDBPyConnection, accession: str) -> list[str]:
    """Why an amendment is linked to no original."""
    sql = "SELECT form, period, ciks FROM filings WHERE accession = ? AND amends IS NULL AND status = 'chunked'"
    found = rows(connection, sql, accession)
    why = [why_alone(form, period, ciks or ()) for form, period, ciks in found]
    return [f"  linked to no original: {reason}" for reason in why if reason]


def _amended_by(connection: duckdb.DuckDBPyConnection, accession: str) -> list[str]:
    return [
        f"  amended by {by} ({form}{f', filed {filed}' if filed else ''}): it replaces {_items_of(items)} and retires "
        f"{_chunks(retired)}"
        for by, form, filed, items, retired in rows(connection, _AMENDED_BY, accession)
    ]


def _items_of(items: list[str]) -> str:
    return f"Item{'s' if len(items) > 1 else ''} {', '.join(items)}" if items else "no Item"


def _items(connection: duckdb.DuckDBPyConnection, accession: str) -> list[str]:
    lines = [_told(_Item(*row)) for row in rows(connection, _ITEMS, accession)]
    ((outside,),) = rows(connection, _WITHOUT_ITEM, accession)
    rest = [f"  no Item   {_chunks(outside)}"] if outside else []
    return ["", "its Items, in the extraction's characters:", *lines, *rest] if lines or rest else []


@dataclass(frozen=True)
class _Item:
    """As `_ITEMS` says it."""

    item: str
    status: str
    by_reference: bool
    char_start: int
    char_end: int
    prose: float
    marks: list[str]
    chunks: int
    replaced: int


def _told(found: _Item) -> str:
    head = f"  Item {found.item:<4} "
    if found.status != "full":
        return f"{head}{_WHY[found.status]}"
    notes = (
        f"{head}{found.char_start:>9,}-{found.char_end:<9,} {_chunks(found.chunks, wide=True)}  {found.prose:.0%} prose",
        "taken from where the Item points to" if found.by_reference else None,
        f"not sent to the teacher: {', '.join(found.marks)}" if found.marks else None,
        _replaced(found),
    )
    return "  ".join(note for note in notes if note)


def _replaced(found: _Item) -> str | None:
    if not found.replaced:
        return None
    return f"{'' if found.replaced == found.chunks else f'{found.replaced:,} '}replaced by an amendment"


def _chunks(count: int, *, wide: bool = False) -> str:
    """`wide`: as a column of a table."""
    word = "chunk" if count == 1 else "chunks"
    return f"{count:>5,} {word:<6}" if wide else f"{count:,} {word}"


def _events(connection: duckdb.DuckDBPyConnection, accession: str) -> list[str]:
    return [
        f"  event {first}: {kind} at {when} UTC"
        if count == 1
        else f"  events {first} to {last}: {count:,} {kind}, from {when} UTC on"
        for first, last, kind, count, when in rows(connection, _EVENTS, f"filing-{accession}")
    ]
