"""The plan, from the configured recipe and what is published."""

from collections.abc import Iterator
from typing import Final, Literal

import duckdb

from daemon.adopting import STANDINGS, Decision, Standing, why_apart
from daemon.labelling.recipes import STANDS
from daemon.planning.changes import changes
from daemon.planning.measuring import expected, measured
from daemon.planning.report import Choice, Measured, Plan, RecipeName
from daemon.planning.wanted import Declared, Wanted, completed, declared
from daemon.teachers.recipe import Recipe

_COUNTS: Final = """
SELECT count(*), (SELECT count(*) FROM pending),
    (SELECT count(DISTINCT text_id) FROM triplet_keys),
    count(*) FILTER (WHERE t.text_id IN (SELECT text_id FROM raw_labels WHERE recipe = $recipe)),
    count(*) FILTER (WHERE t.text_id IN (SELECT text_id FROM dead_letters WHERE recipe = $recipe)),
    count(*) FILTER (WHERE t.text_id IN (SELECT text_id FROM links WHERE NOT across)
        AND t.text_id NOT IN (SELECT text_id FROM triplet_keys))
FROM texts t
"""
# As the view `pending` counts when the recipe is active: no label in use, no dead letter of this recipe, and no other text
# that speaks for it.
_CALLS: Final = """
SELECT count(*) FROM texts t
ANTI JOIN (SELECT text_id FROM raw_labels WHERE list_contains($in_use, recipe)) l ON l.text_id = t.text_id
ANTI JOIN (SELECT text_id FROM dead_letters WHERE recipe = $recipe) d ON d.text_id = t.text_id
ANTI JOIN (SELECT text_id FROM links WHERE NOT across) n ON n.text_id = t.text_id
"""
# Where a text has labels of several recipes in use, the one of the recipe adopted last counts.
_STALE: Final = """
SELECT count(DISTINCT text_id) FROM triplet_keys
WHERE recipe <> $recipe AND (NOT list_contains($in_use, recipe)
    OR text_id IN (SELECT text_id FROM raw_labels WHERE recipe = $recipe))
"""


def plan(connection: duckdb.DuckDBPyConnection, wanted: Wanted) -> Plan:
    """`connection` has the published views. Raises PlanProblem."""
    known = declared(connection)
    recipe, assumed = completed(wanted, known)
    active = next((found for found in known if found.active), None)
    standing = _standing(connection, active, recipe)
    cost = measured(connection, recipe, active.recipe) if active else None
    ((texts, pending, in_use, labelled, dead, linked),) = connection.execute(
        _COUNTS, {"recipe": recipe.recipe_id}
    ).fetchall()
    return Plan(
        standing=standing,
        active=_name(active.recipe) if active else None,
        configured=_name(recipe),
        declared=any(found.name == recipe.recipe_id for found in known),
        whole=wanted.whole,
        assumed=assumed,
        tried=str(wanted.tried) if wanted.tried else None,
        texts=texts,
        pending=pending,
        in_use=in_use,
        labelled=labelled,
        dead=dead,
        linked=linked,
        changes=changes(active.recipe, recipe, assumed=assumed) if active else (),
        measured=cost,
        choices=tuple(_choices(connection, recipe, cost, wanted.price_per_mtok)) if standing == "decide" else (),
    )


def _standing(
    connection: duckdb.DuckDBPyConnection, active: Declared | None, recipe: Recipe
) -> Literal["same", "first", "decide"]:
    if active is not None and active.name == recipe.recipe_id:
        return "same"
    return "decide" if active is not None and connection.execute(STANDS).fetchall() else "first"


def _name(recipe: Recipe) -> RecipeName:
    return RecipeName(recipe=recipe.recipe_id, teacher=recipe.kind, model=recipe.model, toy=recipe.toy)


def _choices(
    connection: duckdb.DuckDBPyConnection, recipe: Recipe, cost: Measured | None, price_per_mtok: float | None
) -> Iterator[Choice]:
    known = [Standing(*row) for row in connection.execute(STANDINGS).fetchall()]
    kept = [found.recipe for found in known if found.in_set]
    ways: tuple[tuple[Decision, list[str], str | None], ...] = (
        ("relabel", [recipe.recipe_id], None),
        ("keep_old", [*kept, recipe.recipe_id], why_apart(recipe.toy, known)),
    )
    for decision, in_use, refused in ways:
        parameters = {"recipe": recipe.recipe_id, "in_use": in_use}
        ((stale,), (calls,)) = (connection.execute(sql, parameters).fetchall()[0] for sql in (_STALE, _CALLS))
        total = expected(cost, calls, price_per_mtok=price_per_mtok) if cost else None
        yield Choice(decision=decision, refused=refused, stale=stale, calls=calls, expected=total)
