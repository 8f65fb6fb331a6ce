"""How a story reads what is published, and how it says moments and what somebody wrote."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import duckdb

# Each snapshot with each recipe whose labels were in use when it was sealed: those adopted since the last decision that did
# not keep the labels of before.
IN_USE: Final = """
SELECT DISTINCT s.snapshot_id, s.log_seq, s.rows, s.seq, c.recipe, c.recipe = s.recipe AS active
FROM snapshots s JOIN (
    SELECT t.snapshot_id, max(c.seq) AS begun FROM snapshots t JOIN raw_recipe_changes c
    ON c.seq <= t.log_seq AND c.decision <> 'keep_old' GROUP BY t.snapshot_id
) b ON b.snapshot_id = s.snapshot_id JOIN raw_recipe_changes c ON c.seq BETWEEN b.begun AND s.log_seq
"""


def rows(connection: duckdb.DuckDBPyConnection, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    return connection.execute(sql, list(parameters)).fetchall()


def moment(recorded_at: datetime) -> str:
    return f"{recorded_at:%Y-%m-%d %H:%M:%S} UTC"


def quoted(text: str, indent: int) -> Iterator[str]:
    """Behind a bar of its own: whatever a model or a filing says, it cannot pass for a line of the story."""
    return (f"{' ' * indent}| {line}" for line in text.split("\n"))
