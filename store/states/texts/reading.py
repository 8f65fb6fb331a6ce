"""Stretches of the log's typed tables as arrays. What is asked is bounded by `seq`, which the tables' zone maps answer: a
stretch costs what is in it, wherever it lies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa

from store.states.texts.columns import HELDOUT, TRAIN
from store.states.texts.keys import Keys, keys_of
from store.states.texts.window import Basis, DeadLetters, Labels, Occurrences, Recount, Reviewed, Window
from store.views import create_views, in_log

_TYPES: Final = "SELECT DISTINCT type FROM raw.events WHERE seq > $after AND seq <= $until"
_RETIRED: Final = """
SELECT chunk_id FROM raw.chunk_changes WHERE seq <= $until GROUP BY chunk_id HAVING arg_max(retired, seq)
"""
_SPLIT: Final = f"(CASE split WHEN 'train' THEN {TRAIN} ELSE {HELDOUT} END)::UTINYINT"
_OCCURRENCES: Final = f"""
SELECT text_id, seq, {_SPLIT} AS split FROM raw.chunks
WHERE seq > $after AND seq <= $to AND chunk_id NOT IN ({_RETIRED}) ORDER BY seq
"""  # noqa: S608 - our own words
_REVIEWS: Final = """
SELECT label_id, arg_max(review, seq) AS review FROM raw.label_changes WHERE seq <= $until GROUP BY label_id
"""
_OK: Final = """
l.grounded AND v.review IS DISTINCT FROM 'rejected' AND NOT list_has_any(l.flags, ['repaired', 'forced_close']) AS ok
"""
_LABELS: Final = f"""
SELECT l.text_id, l.seq, list_position($recipes, l.recipe)::USMALLINT AS rank, {_OK}
FROM raw.labels l LEFT JOIN ({_REVIEWS}) v ON v.label_id = l.label_id
WHERE l.seq > $after AND l.seq <= $to AND list_contains($recipes, l.recipe) ORDER BY l.seq
"""  # noqa: S608 - our own words
_REFUSED: Final = "SELECT text_id FROM raw.refusals WHERE seq > $after AND seq <= $to AND recipe = $active"
_DEAD: Final = """
SELECT text_id, requeued FROM raw.dead_letters WHERE seq > $after AND seq <= $to AND recipe = $active ORDER BY seq
"""
# Texts with an older occurrence whose chunk was retired, or came back, in the stretch.
_RECOUNTED: Final = f"""
WITH changed AS (
    SELECT DISTINCT c.text_id FROM raw.chunks c
    JOIN (SELECT DISTINCT chunk_id FROM raw.chunk_changes WHERE seq > $after AND seq <= $until) x ON x.chunk_id = c.chunk_id
    WHERE c.seq <= $after
), kept AS (
    SELECT text_id, seq, {_SPLIT} AS split FROM raw.chunks
    WHERE seq <= $until AND text_id IN (SELECT text_id FROM changed) AND chunk_id NOT IN ({_RETIRED})
)
SELECT x.text_id, coalesce(min(k.seq), 0) AS first, coalesce(bit_or(k.split), 0)::UTINYINT AS split,
    count(k.seq) AS occurrences
FROM changed x LEFT JOIN kept k ON k.text_id = x.text_id GROUP BY x.text_id
"""  # noqa: S608 - our own words
_REVIEWED: Final = f"""
SELECT l.seq, {_OK} FROM raw.labels l LEFT JOIN ({_REVIEWS}) v ON v.label_id = l.label_id
WHERE l.seq > $since AND l.seq <= $until
    AND l.label_id IN (SELECT label_id FROM raw.label_changes WHERE seq > $after AND seq <= $until) ORDER BY l.seq
"""  # noqa: S608 - our own words


@dataclass(frozen=True)
class Span:
    """A stretch after one event up to another. `until` ≥ `to`: what was retired or reviewed up to there is known already."""

    after: int
    to: int
    until: int


class Reader:
    """On a connection that nobody else uses, to tables that only grow."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def types(self, after: int, until: int) -> frozenset[str]:
        rows = self._connection.execute(_TYPES, {"after": after, "until": until}).fetchall()
        return frozenset(kind for (kind,) in rows)

    def basis(self, until: int) -> Basis:
        cursor = self._connection.cursor()
        try:
            create_views(cursor, in_log(until), temporary=True)
            in_set = cursor.execute("SELECT recipe FROM recipe_set ORDER BY adopted_seq").fetchall()
            last = "SELECT arg_max(recipe, seq), coalesce(max(seq), 0) FROM raw_recipe_changes"
            ((active, decided),) = cursor.execute(last).fetchall()
        finally:
            cursor.close()
        return Basis(active, tuple(recipe for (recipe,) in in_set), int(decided))

    def since(self, until: int) -> int:
        """The position of the last snapshot, 0 before the first."""
        sql = "SELECT coalesce(max(log_seq), 0) FROM raw.snapshots WHERE seq <= ?"
        return int(self._connection.execute(sql, [until]).fetchall()[0][0])

    def window(self, span: Span, basis: Basis, types: frozenset[str]) -> Window:
        """`types` are those of its events: tables of others are not asked."""
        at = {"after": span.after, "to": span.to}
        occurrences = self._table(_OCCURRENCES, {**at, "until": span.until}, asked="ChunkAppended" in types)
        known = {**at, "until": span.until, "recipes": list(basis.in_set)}
        labels = self._table(_LABELS, known, asked="ChunkLabelled" in types and bool(basis.in_set))
        active = {**at, "active": basis.active}
        refused = self._table(_REFUSED, active, asked="LabelRefused" in types)
        dead = self._table(_DEAD, active, asked=not types.isdisjoint(("ChunkDeadLettered", "Requeued")))
        return Window(
            Occurrences(_keys(occurrences), _ints(occurrences, "seq"), _bytes(occurrences, "split")),
            Labels(_keys(labels), _ints(labels, "seq"), _column(labels, "rank", np.uint16), _bools(labels, "ok")),
            _keys(refused),
            DeadLetters(_keys(dead), _bools(dead, "requeued")),
        )

    def recounted(self, after: int, until: int) -> Recount:
        """Of texts whose chunks came before the stretch and were retired in it. Goes through all chunks."""
        rows = self._table(_RECOUNTED, {"after": after, "until": until})
        return Recount(_keys(rows), _ints(rows, "first"), _bytes(rows, "split"), _ints(rows, "occurrences"))

    def reviewed(self, after: int, until: int, *, since: int) -> Reviewed:
        """Labels after `since` that were judged in the stretch."""
        rows = self._table(_REVIEWED, {"after": after, "until": until, "since": since})
        return Reviewed(_ints(rows, "seq"), _bools(rows, "ok"))

    def _table(self, sql: str, values: Mapping[str, object], *, asked: bool = True) -> pa.Table | None:
        return self._connection.sql(sql, params=dict(values)).to_arrow_table() if asked else None


def _keys(rows: pa.Table | None) -> Keys:
    if rows is None or rows.num_rows == 0:
        return keys_of(b"")
    column = rows.column("text_id").cast(pa.large_binary()).combine_chunks()
    whole = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    _, offsets, data = whole.buffers()
    bounds = np.frombuffer(offsets, np.int64)[whole.offset : whole.offset + len(whole) + 1]
    return keys_of(memoryview(data)[bounds[0] : bounds[-1]])


def _ints(rows: pa.Table | None, name: str) -> Any:
    return _column(rows, name, np.int64)


def _bytes(rows: pa.Table | None, name: str) -> Any:
    return _column(rows, name, np.uint8)


def _bools(rows: pa.Table | None, name: str) -> Any:
    return _column(rows, name, np.bool_)


def _column(rows: pa.Table | None, name: str, kind: Any) -> Any:
    return np.empty(0, kind) if rows is None else rows.column(name).to_numpy().astype(kind)
