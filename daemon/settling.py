"""Exactly one recipe is active: what becomes of the configured one when the service starts."""

import structlog

from daemon.teachers.recipe import Recipe
from store.events import RecipeAdopted, RecipeDeclared
from store.ids import canonical_json
from store.log import EventLog
from store.records import Append


def settle_recipe(log: EventLog, recipe: Recipe) -> str | None:
    """Declares the configured recipe, and adopts it where none has labelled yet: a mistyped model needs no decision.

    Why labelling must pause, when another one is active and has labels.
    """
    stream = f"recipe-{recipe.recipe_id}"
    declared = RecipeDeclared(
        recipe=recipe.recipe_id,
        teacher=recipe.kind,
        model=recipe.model,
        revision=recipe.revision,
        quantization=recipe.quantization,
        licence=recipe.licence,
        toy=recipe.toy,
        spec=canonical_json(recipe.model_dump(mode="json", exclude_none=True)),
    )
    log.append(Append(stream, (declared,), f"declared-{recipe.recipe_id}"))
    active = next((found for (found,) in log.query("SELECT recipe FROM recipes WHERE active")), None)
    if active == recipe.recipe_id:
        return None
    if active is None or not log.query("SELECT 1 FROM raw.labels WHERE recipe = ? LIMIT 1", [active]):
        adopted = RecipeAdopted(recipe=recipe.recipe_id, replaces=active, decision="first")
        log.append(Append(stream, (adopted,), f"adopted-first-{log.head.seq}"))
        return None
    why = (
        f"the configured recipe {recipe.recipe_id[:8]} ({recipe.kind}, {recipe.model}) is not the active one "
        f"({active[:8]}): labelling waits; set the [teacher] of before again, or give the new one a state_dir of its own"
    )
    structlog.get_logger().warning("labelling_paused", reason=why)
    return why
