"""What a text has taken so far: tokens, answers and time, from the answers in the log."""

from typing import Final

import duckdb

from daemon.planning.report import Expected, Measured
from daemon.teachers.recipe import Recipe

_NEWEST: Final = 1_000  # texts that the rate is measured on
_PAUSE_S: Final = 60.0  # between two commits of answers; longer, and nobody was asked
_BUSY_S: Final = 1.0  # of answering at least, for a rate
_OWN: Final = 50  # texts from which on a recipe speaks for itself

_TOKENS: Final = """
SELECT count(*), coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0), (
    SELECT count(*) FROM (SELECT text_id FROM raw_labels WHERE recipe = $recipe
        UNION SELECT text_id FROM dead_letters WHERE recipe = $recipe))
FROM (SELECT prompt_tokens, completion_tokens FROM raw_labels WHERE recipe = $recipe
    UNION ALL SELECT prompt_tokens, completion_tokens FROM raw_refusals WHERE recipe = $recipe)
"""
# Answers are committed in batches: each batch counts with the time since the one before it.
_RATE: Final = f"""
SELECT sum(texts), sum(gap_s) FROM (
    SELECT texts, epoch(recorded_at) - lag(epoch(recorded_at)) OVER (ORDER BY recorded_at) AS gap_s FROM (
        SELECT recorded_at, count(*) AS texts FROM (
            SELECT recorded_at FROM raw_labels WHERE recipe = $recipe
            UNION ALL SELECT recorded_at FROM raw_dead_letters WHERE recipe = $recipe AND NOT requeued
            ORDER BY recorded_at DESC LIMIT {_NEWEST}
        ) GROUP BY recorded_at
    )
) WHERE gap_s <= {_PAUSE_S}
"""  # noqa: S608 - our own numbers


def measured(connection: duckdb.DuckDBPyConnection, recipe: Recipe, active: Recipe) -> Measured | None:
    """Of the recipe itself where it has answered enough, else of the active one. None where there is nothing to measure, or
    only a toy, which says nothing about a model."""
    own = _measured(connection, recipe.recipe_id)
    if own is not None and own.texts >= _OWN:
        return own
    return _measured(connection, active.recipe_id) if active.toy == recipe.toy else None


def _measured(connection: duckdb.DuckDBPyConnection, recipe: str) -> Measured | None:
    ((answers, prompt, completion, texts),) = connection.execute(_TOKENS, {"recipe": recipe}).fetchall()
    if not texts:
        return None
    return Measured(
        recipe=recipe,
        texts=texts,
        answers=answers / texts,
        prompt_tokens=prompt / texts,
        completion_tokens=completion / texts,
        texts_per_hour=_texts_per_hour(connection, recipe),
    )


def _texts_per_hour(connection: duckdb.DuckDBPyConnection, recipe: str) -> float | None:
    ((texts, busy_s),) = connection.execute(_RATE, {"recipe": recipe}).fetchall()
    return None if busy_s is None or busy_s < _BUSY_S else texts * 3600 / busy_s


def expected(cost: Measured, calls: int, *, price_per_mtok: float | None) -> Expected:
    """Pure."""
    prompt, completion = round(calls * cost.prompt_tokens), round(calls * cost.completion_tokens)
    return Expected(
        prompt_tokens=prompt,
        completion_tokens=completion,
        hours=calls / cost.texts_per_hour if cost.texts_per_hour else None,
        price=None if price_per_mtok is None else (prompt + completion) * price_per_mtok / 1e6,
    )
