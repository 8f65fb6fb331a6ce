"""In which snapshots a text stands, those of earlier recipes too: told by the very view that sealing reads."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import duckdb

from daemon.stories.reading import rows
from store.seal import SOUND
from store.tables import EVENTS, TABLES, Table, columns_sql
from store.views import create_views

# What `triplet_keys` makes of one text. All recipes' decisions; of everything else what is the text's own.
_OWN: Final = {
    "chunks": "text_id = $text",
    "chunk_changes": "chunk_id IN (SELECT chunk_id FROM raw_chunks WHERE text_id = $text)",
    "recipe_changes": "$text IS NOT NULL",
    "labels": "text_id = $text",
    "label_changes": "label_id IN (SELECT label_id FROM raw_labels WHERE text_id = $text)",
}
_HELD: Final = f"SELECT label_id, recipe, split FROM triplet_keys WHERE split IN ('train', 'heldout') AND {SOUND}"  # noqa: S608


@dataclass(frozen=True)
class Held:
    """The label of a text that a snapshot holds, and whether to learn from (`train`) or to score with (`heldout`)."""

    label_id: str
    recipe: str
    split: str


@dataclass(frozen=True)
class Membership:
    """`adapters`: id and status of each that was trained on the snapshot."""

    snapshot_id: str
    log_seq: int
    held: Held
    adapters: tuple[tuple[str, str], ...]

    @property
    def lines(self) -> tuple[str, ...]:
        part = "in training snapshot" if self.held.split == "train" else "in the held-out set of snapshot"
        head = f"{part} {self.snapshot_id}, sealed at event {self.log_seq:,}: label {self.held.label_id}"
        return (
            f"{head} of recipe {self.held.recipe}",
            *(f"  adapter {adapter_id}: {status}" for adapter_id, status in self.adapters),
        )


def memberships(connection: duckdb.DuckDBPyConnection, text_id: str) -> list[Membership]:
    """In the order of sealing."""
    snapshots = rows(connection, "SELECT snapshot_id, log_seq FROM snapshots ORDER BY seq")
    if not snapshots:
        return []
    trained: dict[str, list[tuple[str, str]]] = {}
    for snapshot_id, adapter_id, status in rows(
        connection, "SELECT snapshot_id, adapter_id, status FROM adapters ORDER BY seq"
    ):
        trained.setdefault(snapshot_id, []).append((adapter_id, status))
    held = _held(connection, text_id, [position for _, position in snapshots])
    return [
        Membership(snapshot_id, position, label, tuple(trained.get(snapshot_id, ())))
        for (snapshot_id, position), label in zip(snapshots, held, strict=True)
        if label is not None
    ]


def _held(connection: duckdb.DuckDBPyConnection, text_id: str, positions: Sequence[int]) -> list[Held | None]:
    """At each position. Between two facts about the text nothing can change, so that thousands of snapshots cost little."""
    with _own_history(connection, text_id) as (own, changes):
        answers: dict[int, Held | None] = {}
        for last in sorted({bisect_right(changes, position) for position in positions}):
            if last:
                own.execute("UPDATE upto SET seq = ?", [changes[last - 1]])
            answers[last] = next((Held(*row) for row in rows(own, _HELD)), None) if last else None
    return [answers[bisect_right(changes, position)] for position in positions]


@contextmanager
def _own_history(
    connection: duckdb.DuckDBPyConnection, text_id: str
) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[int]]]:
    """The views on what concerns the text alone, up to the position in `upto`, and the positions where that changed."""
    with duckdb.connect(config={"threads": "1"}) as own:
        own.execute("CREATE SCHEMA raw; CREATE TABLE upto AS SELECT 0::BIGINT AS seq")
        changes: list[int] = []
        for table in (EVENTS, *TABLES):
            own.execute(f"CREATE TABLE raw.{table.name} ({columns_sql(table)})")
            if found := _facts(connection, table, text_id):
                own.executemany(f"INSERT INTO raw.{table.name} VALUES ({', '.join('?' * len(found[0]))})", found)  # noqa: S608
                changes += [row[0] for row in found]
        create_views(own, _in_own, temporary=False)
        yield own, sorted(set(changes))


def _facts(connection: duckdb.DuckDBPyConnection, table: Table, text_id: str) -> list[tuple[Any, ...]]:
    if (where := _OWN.get(table.name)) is None:
        return []
    columns = ", ".join(("seq", *(name for name, _ in table.columns)))
    sql = f"SELECT {columns} FROM raw_{table.name} WHERE {where}"  # noqa: S608 - our own names
    return connection.execute(sql, {"text": text_id}).fetchall()


def _in_own(table: Table) -> str:
    return f"SELECT * FROM raw.{table.name} WHERE seq <= (SELECT seq FROM upto)"  # noqa: S608 - our own names
