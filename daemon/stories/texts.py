"""The story of a text: where it stands, what each recipe's teacher said to it, which snapshots hold it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import duckdb

from daemon.stories import attempts
from daemon.stories.places import neighbourhood
from daemon.stories.reading import quoted, rows
from daemon.stories.recipes import introduced
from daemon.stories.sealed import memberships

_WHY: Final = {
    False: "whose label speaks for both: no teacher is asked for this one",
    True: "which is held out: this one trains nobody",
}
# With the reading to which the place belongs: of a chunk that a newer parser does not find, the last one that found it.
_OCCURRENCES: Final = """
SELECT o.chunk_id, o.accession, f.company, f.form, f.period, o.item, o.by_reference, o.char_start, o.char_end, o.split,
    CASE WHEN o.retired AND o.amended_by IS NULL THEN p.parser ELSE f.parser END,
    left(CASE WHEN o.retired AND o.amended_by IS NULL THEN p.extraction_sha256 ELSE f.extraction_sha256 END, 12),
    o.retired, o.amended_by, array_to_string(o.marks, ', '), o.seq
FROM occurrences o LEFT JOIN filings f USING (accession) LEFT JOIN (
    SELECT g.chunk_id, arg_max(c.parser, c.seq) AS parser, arg_max(c.extraction_sha256, c.seq) AS extraction_sha256
    FROM (
        SELECT h.chunk_id, h.accession, max(r.seq) AS seq FROM raw_chunks h JOIN raw_chunk_changes r ON r.chunk_id = h.chunk_id
        WHERE h.text_id = ? AND r.retired AND r.amended_by IS NULL GROUP BY h.chunk_id, h.accession
    ) g JOIN raw_filing_changes c ON c.accession = g.accession AND c.status = 'chunked' AND c.seq < g.seq GROUP BY g.chunk_id
) p ON p.chunk_id = o.chunk_id WHERE o.text_id = ? ORDER BY o.seq
"""
_LATEST: Final = 10  # snapshots that are told one by one: an old text is in all that came after it


def label(connection: duckdb.DuckDBPyConnection, label_id: str) -> list[str]:
    ((text_id,),) = rows(connection, "SELECT DISTINCT text_id FROM raw_labels WHERE label_id = ?", label_id)
    return [f"label {label_id}", *text(connection, text_id)]


def chunk(connection: duckdb.DuckDBPyConnection, chunk_id: str) -> list[str]:
    ((text_id,),) = rows(connection, "SELECT DISTINCT text_id FROM raw_chunks WHERE chunk_id = ?", chunk_id)
    return [f"chunk {chunk_id}", *text(connection, text_id, chunk_id)]


def text(connection: duckdb.DuckDBPyConnection, text_id: str, chunk_id: str | None = None) -> list[str]:
    """Its neighbourhood is that of the given chunk, else of its first occurrence that is not retired."""
    found = "SELECT chunk_id, text FROM chunks WHERE text_id = ? ORDER BY chunk_id = ? DESC, retired, seq LIMIT 1"
    ((where, said),) = rows(connection, found, text_id, chunk_id or "")
    return [
        f"text {text_id}, {len(said):,} characters",
        *_occurrences(connection, text_id),
        *_links(connection, text_id),
        *_under_each_recipe(connection, text_id),
        *_training_sets(connection, text_id),
        "",
        "the text:",
        *quoted(said, 2),
        *neighbourhood(connection, where),
    ]


def _occurrences(connection: duckdb.DuckDBPyConnection, text_id: str) -> list[str]:
    return [_told(_Occurrence(*row)) for row in rows(connection, _OCCURRENCES, text_id, text_id)]


@dataclass(frozen=True)
class _Occurrence:
    """As `_OCCURRENCES` says it."""

    chunk_id: str
    accession: str
    company: str | None
    form: str | None
    period: date | None
    item: str | None
    by_reference: bool
    start: int
    end: int
    split: str
    parser: str | None
    extraction: str | None
    retired: bool
    amended_by: str | None
    marks: str
    seq: int


def _told(found: _Occurrence) -> str:
    gone = f"the amendment {found.amended_by} replaced it" if found.amended_by else "a newer parser does not find it"
    return (
        f"  event {found.seq}: chunk {found.chunk_id} of {found.accession} ({found.company}, {found.form}, period "
        f"{found.period}), Item {found.item}{', taken from where it points to' if found.by_reference else ''}, characters "
        f"{found.start}-{found.end} of extraction {found.extraction} by parser {found.parser}, split {found.split}"
        f"{', retired: ' + gone if found.retired else ''}"
        f"{', not sent to the teacher: ' + found.marks if found.marks else ''}"
    )


def _links(connection: duckdb.DuckDBPyConnection, text_id: str) -> list[str]:
    """What the text is nearly, and how many are nearly it."""
    found = rows(
        connection,
        "SELECT seq, to_text_id, similarity, across FROM links WHERE text_id = ? ORDER BY seq",
        text_id,
    )
    ((spoken, barred),) = rows(
        connection,
        "SELECT count(*) FILTER (WHERE NOT across), count(*) FILTER (WHERE across) FROM links WHERE to_text_id = ?",
        text_id,
    )
    return [
        *(f"  event {seq}: nearly {to} ({near:.2f} of 1), {_WHY[across]}" for seq, to, near, across in found),
        *([f"  its label speaks for {spoken:,} that are nearly it"] if spoken else []),
        *([f"  {barred:,} in training that are nearly it train nobody"] if barred else []),
    ]


def _under_each_recipe(connection: duckdb.DuckDBPyConnection, text_id: str) -> list[str]:
    told = attempts.by_recipe(attempts.happenings(connection, text_id))
    if not told:
        return ["", "no teacher has answered yet"]
    heads = list(introduced(connection, list(told)).values())
    return [
        line
        for before, head in zip([None, *heads], heads, strict=False)
        for line in (
            "",
            *head.lines,
            *([f"  unlike the recipe before in {', '.join(head.unlike(before))}"] if before else []),
            *(line for happening in told[head.recipe] for line in attempts.lines(happening)),
        )
    ]


def _training_sets(connection: duckdb.DuckDBPyConnection, text_id: str) -> list[str]:
    found = memberships(connection, text_id)
    earlier, latest = found[:-_LATEST], found[-_LATEST:]
    since = f"in {len(earlier):,} earlier snapshots too, from {earlier[0].snapshot_id} on" if earlier else None
    return [
        *([""] if found else []),
        *([since] if since else []),
        *(line for membership in latest for line in membership.lines),
    ]
