"""How a story reads what is published, and how it says moments and what somebody wrote."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import duckdb


def rows(connection: duckdb.DuckDBPyConnection, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    return connection.execute(sql, list(parameters)).fetchall()


def moment(recorded_at: datetime) -> str:
    return f"{recorded_at:%Y-%m-%d %H:%M:%S} UTC"


def quoted(text: str, indent: int) -> Iterator[str]:
    """Behind a bar of its own: whatever a model or a filing says, it cannot pass for a line of the story."""
    return (f"{' ' * indent}| {line}" for line in text.split("\n"))
