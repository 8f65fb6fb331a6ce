"""The whole story of one thing, from what is published: where it came from and what came of it. A new kind: one line here."""

from collections.abc import Callable
from typing import Final

import duckdb

from daemon.stories import filings, recipes, students, texts
from daemon.stories.reading import rows
from store.errors import FinsdistillError

__all__ = ["UnknownId", "story"]

_Tell = Callable[[duckdb.DuckDBPyConnection, str], list[str]]
_KINDS: Final[tuple[tuple[str, str, _Tell], ...]] = (
    ("label_id", "labels", texts.label),
    ("chunk_id", "occurrences", texts.chunk),
    ("text_id", "occurrences", texts.text),
    ("recipe", "recipes", recipes.recipe),
    ("accession", "filings", filings.filing),
    ("snapshot_id", "snapshots", students.snapshot),
    ("adapter_id", "adapters", students.adapter),
)


class UnknownId(FinsdistillError):
    """Nothing that is published has this id."""


def story(connection: duckdb.DuckDBPyConnection, wanted: str) -> list[str]:
    """Lines for the first kind of thing whose id starts with `wanted`. Raises UnknownId for none, or several."""
    for column, view, tell in _KINDS:
        found = _find(connection, view, column, wanted)
        if len(found) > 1:
            raise UnknownId(f"{wanted!r} is the start of {len(found)} or more ids in {view}: give more of it")
        if found:
            return tell(connection, found[0])
    raise UnknownId(
        f"no triplet, text, chunk, recipe, filing, snapshot or adapter is called {wanted!r}: see `finsdistill sql`"
    )


def _find(connection: duckdb.DuckDBPyConnection, view: str, column: str, start: str) -> list[str]:
    sql = f"SELECT DISTINCT {column} FROM {view} WHERE starts_with({column}, ?) LIMIT 3"  # noqa: S608 - our own names
    return [str(found) for (found,) in rows(connection, sql, start)]
