"""Real recipes and what was said under them, read as `finsdistill plan` reads them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb

from daemon.planning.plan import plan
from daemon.planning.report import Plan
from daemon.planning.wanted import Wanted
from daemon.teachers.local.settings import LocalSettings
from daemon.teachers.recipe import Recipe
from store.events import Event, RecipeDeclared
from store.ids import canonical_json
from store.views import create_views, in_log
from tests.builders import a_filing, a_recipe, an_adoption
from tests.histories import in_memory

MODELS = tuple(LocalSettings(model=f"a/model-{letter}").recipe() for letter in "ABC")
A, B, C = MODELS


def declared(recipe: Recipe) -> RecipeDeclared:
    spec = canonical_json(recipe.model_dump(mode="json", exclude_none=True))
    return a_recipe(recipe.recipe_id, teacher=recipe.kind, model=recipe.model, toy=recipe.toy, spec=spec)


# Two filings, and A is the active recipe.
BEGUN: tuple[Event, ...] = (a_filing(), a_filing(2), declared(A), an_adoption(A.recipe_id))


@contextmanager
def tables(facts: Sequence[Event]) -> Iterator[duckdb.DuckDBPyConnection]:
    with in_memory(facts) as connection:
        create_views(connection, in_log(), temporary=True)
        yield connection


def planned(facts: Sequence[Event], recipe: Recipe, **changes: object) -> Plan:
    with tables(facts) as connection:
        return plan(connection, Wanted(**{"recipe": recipe, "whole": True} | changes))  # type: ignore[arg-type]
