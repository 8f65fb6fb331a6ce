"""Stretches of the log's typed tables as arrays. What is asked is bounded by `seq`, which the tables' zone maps answer: a
stretch costs what is in it, wherever it lies."""

from collections.abc import Mapping
from typing import Any, Final

import duckdb
import numpy as np

from store.states.texts.columns import BARRED, HELDOUT, LINKED, TRAIN, Column
from store.states.texts.keys import Keys, Slots, keys_of
from store.states.texts.window import (
    Basis,
    Bools,
    DeadLetters,
    Labels,
    Links,
    Occurrences,
    Recount,
    Reviewed,
    Window,
)
from store.views import create_views, in_log

Columns = Mapping[str, Any]  # name to a numpy array

_TYPES: Final = "SELECT DISTINCT type FROM raw.events WHERE seq > $after AND seq <= $to"
_OCCURRENCES: Final = """
SELECT text_id, chunk_id, seq, split = 'train' AS training, len(marks) = 0 AS sound FROM raw.chunks
WHERE seq > $after AND seq <= $to
"""
# What a chunk is after its changes: gone, or there with marks (1) or without (2).
_GONE: Final = np.uint8(0)
_CHANGED: Final = """
SELECT chunk_id, CASE WHEN retired THEN 0 WHEN len(marks) > 0 THEN 1 ELSE 2 END AS now, seq FROM raw.chunk_changes
WHERE seq > $after AND seq <= $to
"""
_REVIEWS: Final = "SELECT label_id, review, seq FROM raw.label_changes WHERE seq > $after AND seq <= $to"
_SOUND: Final = "grounded AND NOT list_has_any(flags, ['repaired', 'forced_close'])"
_LABELS: Final = f"""
SELECT text_id, label_id, seq, list_position($recipes, recipe) AS rank, {_SOUND} AS sound FROM raw.labels
WHERE seq > $after AND seq <= $to AND list_contains($recipes, recipe)
"""  # noqa: S608 - our own words
_REFUSED: Final = "SELECT text_id, seq FROM raw.refusals WHERE seq > $after AND seq <= $to AND recipe = $active"
_DEAD: Final = """
SELECT text_id, requeued, seq FROM raw.dead_letters WHERE seq > $after AND seq <= $to AND recipe = $active
"""
_LINKS: Final = f"""
SELECT text_id, CASE WHEN across THEN {BARRED} ELSE {LINKED} END AS bit, linked, seq FROM raw.text_changes
WHERE seq > $after AND seq <= $to
"""  # noqa: S608 - our own words
# Texts with an older occurrence whose chunk was changed in the stretch.
_RECOUNTED: Final = f"""
WITH changed AS (
    SELECT DISTINCT text_id FROM raw.chunks
    WHERE seq <= $after AND chunk_id IN (SELECT chunk_id FROM raw.chunk_changes WHERE seq > $after AND seq <= $to)
), now AS (
    SELECT chunk_id, arg_max(retired, seq) AS retired, arg_max(marks, seq) AS marks FROM raw.chunk_changes
    WHERE seq <= $to GROUP BY chunk_id
), kept AS (
    SELECT c.text_id, c.seq, len(coalesce(n.marks, c.marks)) = 0 AS sound,
        CASE c.split WHEN 'train' THEN {TRAIN} ELSE {HELDOUT} END AS split
    FROM raw.chunks c LEFT JOIN now n ON n.chunk_id = c.chunk_id
    WHERE c.seq <= $to AND c.text_id IN (SELECT text_id FROM changed) AND NOT coalesce(n.retired, false)
)
SELECT x.text_id, coalesce(min(k.seq) FILTER (WHERE k.sound), 0) AS first, coalesce(bit_or(k.split), 0) AS split,
    count(k.seq) FILTER (WHERE k.sound) AS occurrences
FROM changed x LEFT JOIN kept k ON k.text_id = x.text_id GROUP BY x.text_id
"""  # noqa: S608 - our own words
_REVIEWED: Final = f"""
SELECT label_id, seq, {_SOUND} AS sound FROM raw.labels WHERE seq > $since AND seq <= $to
    AND label_id IN (SELECT label_id FROM raw.label_changes WHERE seq > $after AND seq <= $to)
"""  # noqa: S608 - our own words


class Reader:
    """On a connection that nobody else uses, to tables that only grow. It remembers what became of changed chunks and
    which labels were rejected, so that neither is looked up for each row."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.forget()

    def forget(self) -> None:
        self._changed = Slots()
        self._now = Column(np.uint8)  # by slot
        self._rejected: set[str] = set()

    def types(self, after: int, until: int) -> frozenset[str]:
        rows = self._connection.execute(_TYPES, {"after": after, "to": until}).fetchall()
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

    def learn(self, after: int, until: int, types: frozenset[str]) -> None:
        """What was changed and reviewed in a stretch, of the `types` of its events: before its first window."""
        at = {"after": after, "to": until}
        if types & {"ChunkRetired", "ChunkKept"}:
            rows = self._rows(_CHANGED, at)
            slots = self._changed.find_or_add(_keys(rows, "chunk_id"))
            self._now.grow(self._changed.count)
            self._now.values[slots] = rows["now"]  # of several rows of a chunk the last holds
        if "LabelReviewed" in types:
            rows = self._rows(_REVIEWS, at)
            for label, review in zip(rows["label_id"], rows["review"], strict=True):
                (self._rejected.add if review == "rejected" else self._rejected.discard)(label)

    def window(self, after: int, to: int, basis: Basis, types: frozenset[str]) -> Window:
        """`types`: tables of other events are not asked."""
        at: dict[str, object] = {"after": after, "to": to}
        active = {**at, "active": basis.active}
        nothing = not basis.in_set
        return Window(
            self._occurrences(at) if "ChunkAppended" in types else _NO_OCCURRENCES,
            self._labels({**at, "recipes": list(basis.in_set)})
            if "ChunkLabelled" in types and not nothing
            else _NO_LABELS,
            _keys(self._rows(_REFUSED, active)) if "LabelRefused" in types else keys_of(b""),
            _NO_DEAD if types.isdisjoint(("ChunkDeadLettered", "Requeued")) else self._dead(active),
            _NO_LINKS if types.isdisjoint(("TextLinked", "TextUnlinked")) else self._links(at),
        )

    def recounted(self, after: int, until: int) -> Recount:
        """Of texts whose chunks came before the stretch and were changed in it. Goes through all chunks."""
        rows = self._connection.execute(_RECOUNTED, {"after": after, "to": until}).fetchnumpy()
        return Recount(_keys(rows), _ints(rows["first"]), rows["split"].astype(np.uint8), _ints(rows["occurrences"]))

    def reviewed(self, after: int, until: int, *, since: int) -> Reviewed:
        """Labels after `since` that were judged in the stretch."""
        rows = self._rows(_REVIEWED, {"after": after, "to": until, "since": since})
        return Reviewed(_ints(rows["seq"]), self._ok(rows))

    def _occurrences(self, at: Mapping[str, object]) -> Occurrences:
        rows = self._rows(_OCCURRENCES, at)
        keys, split = _keys(rows), np.where(rows["training"], TRAIN, HELDOUT).astype(np.uint8)
        sound: Bools = rows["sound"].astype(np.bool_)
        if not self._changed.count:
            return Occurrences(keys, _ints(rows["seq"]), split, sound)
        slots = self._changed.find(_keys(rows, "chunk_id"))
        now = np.where(slots < 0, np.where(sound, 2, 1), self._now.values[slots])
        kept = np.flatnonzero(now != _GONE)
        return Occurrences(keys.at(kept), _ints(rows["seq"])[kept], split[kept], now[kept] == 2)

    def _labels(self, values: Mapping[str, object]) -> Labels:
        rows = self._rows(_LABELS, values)
        return Labels(_keys(rows), _ints(rows["seq"]), rows["rank"].astype(np.uint16), self._ok(rows))

    def _dead(self, values: Mapping[str, object]) -> DeadLetters:
        rows = self._rows(_DEAD, values)
        return DeadLetters(_keys(rows), rows["requeued"].astype(np.bool_))

    def _links(self, values: Mapping[str, object]) -> Links:
        rows = self._rows(_LINKS, values)
        return Links(_keys(rows), rows["bit"].astype(np.uint8), rows["linked"].astype(np.bool_))

    def _ok(self, rows: Columns) -> Bools:
        sound: Bools = rows["sound"].astype(np.bool_)
        if self._rejected:
            sound &= np.array([label not in self._rejected for label in rows["label_id"]], np.bool_)
        return sound

    def _rows(self, sql: str, values: Mapping[str, object]) -> Columns:
        """In the order of `seq`. The table has it already, unless somebody rebuilt it otherwise; asking DuckDB for it would
        cost as much again as reading."""
        rows: Columns = self._connection.execute(sql, dict(values)).fetchnumpy()
        if "seq" in rows and np.any(np.diff(rows["seq"]) < 0):
            order = np.argsort(rows["seq"], kind="stable")
            return {name: column[order] for name, column in rows.items()}
        return rows


def _keys(rows: Columns, name: str = "text_id") -> Keys:
    return keys_of("".join(rows[name].tolist()).encode("ascii"))


def _ints(column: Any) -> Any:
    return np.asarray(column, np.int64)


_NONE: Final = np.empty(0, np.int64)
_NO_OCCURRENCES: Final = Occurrences(keys_of(b""), _NONE, _NONE.astype(np.uint8), _NONE.astype(np.bool_))
_NO_LINKS: Final = Links(keys_of(b""), _NONE.astype(np.uint8), _NONE.astype(np.bool_))
_NO_LABELS: Final = Labels(keys_of(b""), _NONE, _NONE.astype(np.uint16), _NONE.astype(np.bool_))
_NO_DEAD: Final = DeadLetters(keys_of(b""), _NONE.astype(np.bool_))
