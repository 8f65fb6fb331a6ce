"""The stories of a snapshot and of an adapter."""

from typing import Final

import duckdb

from daemon.stories.reading import IN_USE, rows

_SEALED: Final = ("log position", "recipe", "parent", "rows", "new rows", "sha256", "held-out rows")
_TRAINED: Final = (
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


def snapshot(connection: duckdb.DuckDBPyConnection, snapshot_id: str) -> list[str]:
    (row,) = rows(
        connection,
        "SELECT log_seq, recipe, parent, rows, new_rows, sha256, heldout_rows FROM snapshots WHERE snapshot_id = ?",
        snapshot_id,
    )
    adapters = rows(
        connection, "SELECT adapter_id, status FROM adapters WHERE snapshot_id = ? ORDER BY seq", snapshot_id
    )
    facts = [f"  {name}: {value}" for name, value in zip(_SEALED, row, strict=True)]
    kept = rows(
        connection,
        f"SELECT recipe FROM ({IN_USE}) WHERE snapshot_id = ? AND NOT active ORDER BY recipe",  # noqa: S608 - our own
        snapshot_id,
    )
    facts += [f"  kept beside it: recipe {recipe}" for (recipe,) in kept]
    return [
        f"snapshot {snapshot_id}",
        *facts,
        *(f"  adapter {adapter_id}: {status}" for adapter_id, status in adapters),
    ]


def adapter(connection: duckdb.DuckDBPyConnection, adapter_id: str) -> list[str]:
    (row,) = rows(
        connection,
        "SELECT status, reason, detail, base, toy, parent, start, objective, snapshot_id, rows, tokens, seconds "
        "FROM adapters WHERE adapter_id = ?",
        adapter_id,
    )
    facts = [f"  {name}: {value}" for name, value in zip(_TRAINED, row, strict=True) if value is not None]
    scores = rows(
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
