"""The whole story of one thing, from what is published: where it came from and what came of it."""

from collections.abc import Callable
from typing import Any, Final

import duckdb

from store.errors import FinsdistillError


class UnknownId(FinsdistillError):
    """Nothing that is published has this id."""


def story(connection: duckdb.DuckDBPyConnection, wanted: str) -> list[str]:
    """Lines for the first kind of thing whose id starts with `wanted`. Raises UnknownId for none, or several."""
    for column, view, tell in _KINDS:
        rows = _find(connection, view, column, wanted)
        if len(rows) > 1:
            raise UnknownId(f"{wanted!r} is the start of {len(rows)} or more ids in {view}: give more of it")
        if rows:
            return tell(connection, rows[0])
    raise UnknownId(f"no triplet, text, chunk, filing, snapshot or adapter is called {wanted!r}: see `finsdistill sql`")


def _find(connection: duckdb.DuckDBPyConnection, view: str, column: str, start: str) -> list[str]:
    sql = f"SELECT DISTINCT {column} FROM {view} WHERE starts_with({column}, ?) LIMIT 3"  # noqa: S608 - our own names
    return [row[0] for row in connection.execute(sql, [start]).fetchall()]


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    return connection.execute(sql, list(parameters)).fetchall()


def _label(connection: duckdb.DuckDBPyConnection, label_id: str) -> list[str]:
    ((text_id,),) = _rows(connection, "SELECT text_id FROM labels WHERE label_id = ?", label_id)
    return [f"label {label_id}", *_text(connection, text_id)]


def _chunk(connection: duckdb.DuckDBPyConnection, chunk_id: str) -> list[str]:
    ((text_id,),) = _rows(connection, "SELECT text_id FROM occurrences WHERE chunk_id = ?", chunk_id)
    return [f"chunk {chunk_id}", *_text(connection, text_id)]


def _text(connection: duckdb.DuckDBPyConnection, text_id: str) -> list[str]:
    ((text,),) = _rows(connection, "SELECT text FROM chunks WHERE text_id = ? ORDER BY seq LIMIT 1", text_id)
    return [
        f"text {text_id}, {len(text):,} characters",
        *_occurrences(connection, text_id),
        *_attempts(connection, text_id),
        *_training_sets(connection, text_id),
        "",
        text,
    ]


def _occurrences(connection: duckdb.DuckDBPyConnection, text_id: str) -> list[str]:
    found = _rows(
        connection,
        "SELECT o.chunk_id, o.accession, f.company, f.form, f.period, o.item, o.char_start, o.char_end, o.split, "
        "f.parser, f.extraction_sha256, o.seq FROM occurrences o LEFT JOIN filings f USING (accession) "
        "WHERE o.text_id = ? ORDER BY o.seq",
        text_id,
    )
    return [
        f"  event {seq}: chunk {chunk} of {accession} ({company}, {form}, period {period}), Item {item}, "
        f"characters {start}-{end} of extraction {str(extraction)[:12]} by parser {parser}, split {split}"
        for chunk, accession, company, form, period, item, start, end, split, parser, extraction, seq in found
    ]


def _attempts(connection: duckdb.DuckDBPyConnection, text_id: str) -> list[str]:
    """Every attempt under every recipe, in the order it was recorded."""
    found = _rows(
        connection,
        "SELECT seq, recipe, attempt, 'accepted' || CASE WHEN len(flags) > 0 THEN ' ' || flags::VARCHAR ELSE '' END, "
        "'rationale: ' || rationale || chr(10) || '    summary: ' || summary FROM labels WHERE text_id = ? "
        "UNION ALL SELECT seq, recipe, attempts, 'refused: ' || reason || ', ' || detail, 'raw: ' || raw "
        "FROM refusals WHERE text_id = ? "
        "UNION ALL SELECT seq, recipe, attempts, 'dead letter: ' || reason, '' FROM dead_letters WHERE text_id = ? "
        "ORDER BY ALL",
        text_id,
        text_id,
        text_id,
    )
    if not found:
        return ["  no teacher has answered yet"]
    return [f"  event {seq}: recipe {recipe}, attempt {n}, {what}\n    {said}" for seq, recipe, n, what, said in found]


def _training_sets(connection: duckdb.DuckDBPyConnection, text_id: str) -> list[str]:
    """A snapshot holds every eligible label of its recipe up to its log position."""
    found = _rows(
        connection,
        "SELECT s.snapshot_id, a.adapter_id, a.status FROM snapshots s JOIN triplets t ON t.recipe = s.recipe "
        "AND t.seq <= s.log_seq LEFT JOIN adapters a USING (snapshot_id) WHERE t.text_id = ? AND t.eligible ORDER BY s.seq",
        text_id,
    )
    return [
        f"  in training snapshot {snapshot}: adapter {adapter or 'none'} {status or ''}"
        for snapshot, adapter, status in found
    ]


def _filing(connection: duckdb.DuckDBPyConnection, accession: str) -> list[str]:
    (row,) = _rows(
        connection,
        "SELECT company, form, period, filed, url, sha256, bytes, status, reason, chunks, items, parser FROM filings "
        "WHERE accession = ?",
        accession,
    )
    names = (
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
    facts = [f"  {name}: {value}" for name, value in zip(names, row, strict=True) if value is not None]
    events = _rows(
        connection,
        "SELECT seq, type, recorded_at FROM events WHERE stream = ? AND type <> 'ChunkAppended' ORDER BY seq",
        f"filing-{accession}",
    )
    return [f"filing {accession}", *facts, *(f"  event {seq}: {kind} at {moment} UTC" for seq, kind, moment in events)]


def _snapshot(connection: duckdb.DuckDBPyConnection, snapshot_id: str) -> list[str]:
    (row,) = _rows(
        connection,
        "SELECT log_seq, recipe, parent, rows, new_rows, sha256, heldout_rows FROM snapshots WHERE snapshot_id = ?",
        snapshot_id,
    )
    names = ("log position", "recipe", "parent", "rows", "new rows", "sha256", "held-out rows")
    adapters = _rows(
        connection, "SELECT adapter_id, status FROM adapters WHERE snapshot_id = ? ORDER BY seq", snapshot_id
    )
    facts = [f"  {name}: {value}" for name, value in zip(names, row, strict=True)]
    return [f"snapshot {snapshot_id}", *facts, *(f"  adapter {adapter}: {status}" for adapter, status in adapters)]


def _adapter(connection: duckdb.DuckDBPyConnection, adapter_id: str) -> list[str]:
    (row,) = _rows(
        connection,
        "SELECT status, reason, detail, base, toy, parent, start, objective, snapshot_id, rows, tokens, seconds, run_id "
        "FROM adapters WHERE adapter_id = ?",
        adapter_id,
    )
    names = (
        "status",
        "reason",
        "detail",
        "base",
        "toy",
        "parent",
        "start",
        "objective",
        "snapshot",
        "rows",
        "tokens",
        "seconds",
    )
    facts = [f"  {name}: {value}" for name, value in zip(names, row, strict=False) if value is not None]
    scores = _rows(
        connection,
        "SELECT system, field, metric, value, low, high, n, signature FROM metrics WHERE adapter_id = ? ORDER BY ALL",
        adapter_id,
    )
    shown = [
        f"  {system:<10} {field:<9} {metric:<14} {value:.4f} [{_or_dash(low)}, {_or_dash(high)}] (n={n}) {signature}"
        for system, field, metric, value, low, high, n, signature in scores
    ]
    return [f"adapter {adapter_id}", *facts, *shown]


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


_KINDS: Final[tuple[tuple[str, str, Callable[[duckdb.DuckDBPyConnection, str], list[str]]], ...]] = (
    ("label_id", "labels", _label),
    ("chunk_id", "occurrences", _chunk),
    ("text_id", "occurrences", _text),
    ("accession", "filings", _filing),
    ("snapshot_id", "snapshots", _snapshot),
    ("adapter_id", "adapters", _adapter),
)
