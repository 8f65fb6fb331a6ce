"""What the published tables say about an export: its recipes, what stays out of it, and an adapter's own rows."""

from dataclasses import dataclass
from typing import Any, Final

import duckdb

from daemon.exporting.manifest import AdapterOrigin, LeftOut, ParentAdapter, RecipeUsed
from daemon.promotion import named, runs_until_now
from daemon.teachers.recipe import Recipe
from store.errors import FinsdistillError, StateUnusable
from store.events import AdapterTrained
from store.seal import SOUND
from store.states.runs import TYPES, Runs
from store.upcast import event_of

_RECIPES: Final = """
SELECT recipe, active, teacher, model, revision, licence, toy, spec FROM recipes WHERE in_set ORDER BY active DESC, recipe
"""
_LEFT_OUT: Final = f"""
SELECT count(*) FILTER (split = 'both'), count(*) FILTER (split <> 'both' AND NOT ({SOUND})) FROM triplet_keys
"""  # noqa: S608 - our own names
_SNAPSHOT: Final = """
SELECT s.log_seq, s.sha256, s.heldout_sha256, s.rows, s.new_rows, coalesce(p.log_seq, 0)
FROM raw_snapshots s LEFT JOIN raw_snapshots p ON p.snapshot_id = s.parent WHERE s.snapshot_id = ? LIMIT 1
"""


class NothingToExport(FinsdistillError):
    """There are no triplets at this position."""


@dataclass(frozen=True)
class Log:
    log_id: str
    purpose: str


@dataclass(frozen=True)
class Used:
    """A recipe whose labels are in use; `whole` for who asks about its licence."""

    shown: RecipeUsed
    whole: Recipe


def log_of(connection: duckdb.DuckDBPyConnection) -> Log:
    return Log(*_row(connection, "SELECT log_id, purpose FROM raw_log_info ORDER BY seq LIMIT 1"))


def recipes_in_use(connection: duckdb.DuckDBPyConnection) -> tuple[Used, ...]:
    """The active one first. Raises NothingToExport for none, StateUnusable for one that another version declared."""
    found = connection.execute(_RECIPES).fetchall()
    if not found:
        raise NothingToExport("nothing was labelled yet at this position: let the service run, or name a later one")
    return tuple(_used(*row) for row in found)


def _used(recipe: str, *values: Any) -> Used:
    *shown, spec = values
    names = ("active", "teacher", "model", "revision", "licence", "toy")
    try:
        whole = Recipe.model_validate_json(spec)
    except ValueError as cause:
        raise StateUnusable(
            f"recipe {recipe[:8]} was declared by another version of finsdistill: export with that one"
        ) from cause
    return Used(RecipeUsed(recipe=recipe, **dict(zip(names, shown, strict=True))), whole)


def left_out(connection: duckdb.DuckDBPyConnection) -> LeftOut:
    both, unsound = _row(connection, _LEFT_OUT)
    return LeftOut(both_splits=both, unsound=unsound)


def adapter_origin(connection: duckdb.DuckDBPyConnection, start: str) -> AdapterOrigin:
    """Of the adapter whose id begins with `start`, in what is published now. Raises PromotionRefused for none, or
    several."""
    rows = connection.execute(
        "SELECT seq, payload FROM events WHERE list_contains(?, type) ORDER BY seq", [list(TYPES)]
    ).fetchall()
    runs = runs_until_now((seq, event_of(payload)) for seq, payload in rows)
    adapter = named(runs, start)
    _, sha256, heldout_sha256, total, new, since = _row(connection, _SNAPSHOT, adapter.snapshot_id)
    return AdapterOrigin(
        adapter_id=adapter.adapter_id,
        snapshot_id=adapter.snapshot_id,
        base=adapter.base,
        start=adapter.start,
        toy=adapter.toy,
        since=since,
        sha256=sha256,
        heldout_sha256=heldout_sha256,
        rows=total,
        new_rows=new,
        trained_rows=adapter.rows,
        parents=tuple(_parent(connection, parent) for parent in _ancestors(runs, adapter)),
    )


def sealed_at(connection: duckdb.DuckDBPyConnection, snapshot_id: str) -> int:
    """The log position of a snapshot."""
    position: int = _row(connection, _SNAPSHOT, snapshot_id)[0]
    return position


def _ancestors(runs: Runs, adapter: AdapterTrained) -> list[AdapterTrained]:
    """The nearest first."""
    trained = {known.adapter_id: known for known in runs.adapters}
    found: list[AdapterTrained] = []
    parent = adapter.parent
    while parent in trained and trained[parent] not in found:
        found.append(trained[parent])
        parent = trained[parent].parent
    return found


def _parent(connection: duckdb.DuckDBPyConnection, adapter: AdapterTrained) -> ParentAdapter:
    log_seq, sha256, *_ = _row(connection, _SNAPSHOT, adapter.snapshot_id)
    return ParentAdapter(adapter_id=adapter.adapter_id, snapshot_id=adapter.snapshot_id, log_seq=log_seq, sha256=sha256)


def _row(connection: duckdb.DuckDBPyConnection, sql: str, *parameters: object) -> tuple[Any, ...]:
    row: tuple[Any, ...] = connection.execute(sql, list(parameters)).fetchall()[0]
    return row
