"""The story of a text: where it stands, what each recipe's teacher said to it, which snapshots hold it."""

from typing import Final

import duckdb

from daemon.stories import attempts
from daemon.stories.reading import quoted, rows
from daemon.stories.recipes import introduced
from daemon.stories.sealed import memberships

_LATEST: Final = 10  # snapshots that are told one by one: an old text is in all that came after it


def label(connection: duckdb.DuckDBPyConnection, label_id: str) -> list[str]:
    ((text_id,),) = rows(connection, "SELECT DISTINCT text_id FROM raw_labels WHERE label_id = ?", label_id)
    return [f"label {label_id}", *text(connection, text_id)]


def chunk(connection: duckdb.DuckDBPyConnection, chunk_id: str) -> list[str]:
    ((text_id,),) = rows(connection, "SELECT DISTINCT text_id FROM raw_chunks WHERE chunk_id = ?", chunk_id)
    return [f"chunk {chunk_id}", *text(connection, text_id)]


def text(connection: duckdb.DuckDBPyConnection, text_id: str) -> list[str]:
    ((said,),) = rows(connection, "SELECT text FROM chunks WHERE text_id = ? ORDER BY seq LIMIT 1", text_id)
    return [
        f"text {text_id}, {len(said):,} characters",
        *_occurrences(connection, text_id),
        *_under_each_recipe(connection, text_id),
        *_training_sets(connection, text_id),
        "",
        "the text:",
        *quoted(said, 2),
    ]


def _occurrences(connection: duckdb.DuckDBPyConnection, text_id: str) -> list[str]:
    found = rows(
        connection,
        "SELECT o.chunk_id, o.accession, f.company, f.form, f.period, o.item, o.char_start, o.char_end, o.split, "
        "f.parser, f.extraction_sha256, o.retired, o.seq FROM occurrences o LEFT JOIN filings f USING (accession) "
        "WHERE o.text_id = ? ORDER BY o.seq",
        text_id,
    )
    return [
        f"  event {seq}: chunk {chunk_id} of {accession} ({company}, {form}, period {period}), Item {item}, "
        f"characters {start}-{end} of extraction {str(extraction)[:12]} by parser {parser}, split {split}"
        f"{', retired' if retired else ''}"
        for chunk_id, accession, company, form, period, item, start, end, split, parser, extraction, retired, seq in found
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
