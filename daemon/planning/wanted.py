"""Which recipe the configuration asks for, as far as anybody but its teacher can say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
from pydantic import ValidationError

from daemon.teachers import TeacherSettings
from daemon.teachers.recipe import Recipe
from store.errors import FinsdistillError

_DECLARED: Final = """
SELECT r.recipe, r.spec, r.active, coalesce((SELECT arg_max(paused AND recipe = r.recipe, seq) FROM raw_pauses), false)
FROM recipes r ORDER BY r.recorded_at, r.seq
"""


class PlanProblem(FinsdistillError):
    """Nothing can be planned with this."""


@dataclass(frozen=True)
class Declared:
    """A recipe of the log. `paused`: labelling waits for a decision about it."""

    name: str
    recipe: Recipe
    active: bool
    paused: bool


@dataclass(frozen=True)
class Wanted:
    """What the configuration asks for. `whole`: nothing that a teacher reports of itself is missing in the recipe.
    `tried`: the prompt file that stands in for the configured one."""

    recipe: Recipe
    whole: bool
    price_per_mtok: float | None = None
    tried: Path | None = None


def wanted(teacher: TeacherSettings, prompt: Path | None = None) -> Wanted:
    """`teacher` as it is on this machine; `prompt` replaces its prompt file. Raises PlanProblem, PromptProblem."""
    chosen = teacher if prompt is None else teacher.model_copy(update={"prompt_file": prompt})
    recipe = chosen.recipe()
    if prompt is not None and recipe.prompt is None:
        raise PlanProblem(f"the {recipe.kind} teacher takes no prompt: leave --prompt out, or configure another kind")
    return Wanted(recipe, teacher.knows_its_teacher, teacher.price_per_mtok, prompt)


def declared(connection: duckdb.DuckDBPyConnection) -> list[Declared]:
    """Oldest first. Raises PlanProblem for a recipe that another version declared."""
    return [_declared(*row) for row in connection.execute(_DECLARED).fetchall()]


def _declared(name: str, spec: str, active: bool, paused: bool) -> Declared:
    try:
        return Declared(name, Recipe.model_validate_json(spec), active, paused)
    except ValidationError as cause:
        raise PlanProblem(f"recipe {name[:8]} was declared by another version of finsdistill: use that one") from cause


def completed(wanted: Wanted, declared: Sequence[Declared]) -> tuple[Recipe, bool]:
    """The recipe with what its teacher reports of itself, and whether that is an assumption."""
    if wanted.whole:
        return wanted.recipe, False
    if (answered := _last(found for found in declared if wanted.recipe.asks_like(found.recipe))) is not None:
        return answered.recipe, False
    before = next((found.recipe for found in declared if found.active), None)
    if before is None or (before.kind, before.model) != (wanted.recipe.kind, wanted.recipe.model):
        return wanted.recipe, True
    same = {"revision": before.revision, "fingerprint": before.fingerprint}
    return wanted.recipe.model_copy(update=same), True


def _last(alike: Iterable[Declared]) -> Declared | None:
    """Who answered last, of those that are asked alike: labelling waits for a decision about it, or goes on with it. The
    newest need not be it: a server may be again what it was."""
    found = list(enumerate(alike))
    return max(found, key=lambda entry: (entry[1].paused, entry[1].active, entry[0]))[1] if found else None
