"""Exactly one recipe is active: which one is configured, and whether it may label."""

from typing import Final

from daemon.teachers.protocol import TeacherInfo
from daemon.teachers.recipe import Recipe
from store.events import RecipeAdopted, RecipeDeclared
from store.ids import canonical_json
from store.log import EventLog
from store.records import Append

# Labels in use, or a person's decision for the active recipe: neither gives way by itself. Asked of the log by the service,
# and of what is published by `plan`.
STANDS: Final = """
SELECT 1 FROM (SELECT 1 FROM raw_labels l SEMI JOIN recipe_set s ON s.recipe = l.recipe LIMIT 1)
UNION ALL SELECT 1 FROM recipes WHERE active AND decision <> 'first'
"""


class Recipes:
    """The configured recipe beside the active one. `met` and `settle` are called by one thread, the rest by any."""

    def __init__(self, log: EventLog, configured: Recipe, *, whole: bool) -> None:
        """Not `whole`: the teacher has to say who it is first. A whole one is settled at once, and nothing that is said
        changes it."""
        self._log, self.configured, self._whole = log, configured, whole
        self._wanted: Recipe | None = None
        self._active: str | None = None
        self._looked_at = -1
        if whole:
            self._settle(configured)

    @property
    def wanted(self) -> str | None:
        """The configured recipe's id; None until the teacher has said who it is."""
        return self._wanted.recipe_id if self._wanted else None

    @property
    def labels(self) -> bool:
        """Whether the configured recipe is the active one."""
        return self._wanted is not None and self._wanted.recipe_id == self._active

    @property
    def is_one_active(self) -> bool:
        """As far as was looked."""
        return self._active is not None

    @property
    def question(self) -> str | None:
        """What a person has to decide; None when nothing."""
        if self._wanted is None or self.labels or self._active is None:
            return None
        return (
            f"the configured recipe {self._wanted.recipe_id[:8]} ({self._wanted.kind}, {self._wanted.model}) is not the "
            f"active one ({self._active[:8]}): `finsdistill plan` shows what each way costs; decide with `finsdistill "
            "relabel` or `finsdistill adopt --keep-old`, or set [teacher] back and restart"
        )

    @property
    def may_go_on(self) -> bool:
        """Whether the active recipe is the configured one as far as is known before the teacher has said who it is."""
        rows = self._log.query("SELECT spec FROM recipes WHERE active")
        return bool(rows) and Recipe.model_validate_json(rows[0][0]).asks_like(self.configured)

    def met(self, info: TeacherInfo) -> bool:
        """The teacher said who it is: whether it may label."""
        recipe = self.configured if self._whole else self.configured.answered_by(info)
        if self._wanted is None or recipe.recipe_id != self._wanted.recipe_id:
            self._settle(recipe)
        return self.labels

    def look(self) -> None:
        """Reads the log again, if there is more in it: a person may have decided."""
        if (head := self._log.head.seq) != self._looked_at:
            self._looked_at = head
            ((self._active,),) = self._log.query("SELECT arg_max(recipe, seq) FROM raw.recipe_changes")

    def _settle(self, recipe: Recipe) -> None:
        """Declares the recipe, and adopts it where nothing in use has labels yet and nobody has decided: a mistyped model needs
        no decision."""
        stream = f"recipe-{recipe.recipe_id}"
        self._log.append(Append(stream, (_declared(recipe),), f"declared-{recipe.recipe_id}"))
        self.look()
        if self._active != recipe.recipe_id and not self._log.query(STANDS):
            adopted = RecipeAdopted(recipe=recipe.recipe_id, replaces=self._active, decision="first")
            self._log.append(Append(stream, (adopted,), f"adopted-first-{self._log.head.seq}"))
            self._active = recipe.recipe_id
        self._wanted = recipe


def _declared(recipe: Recipe) -> RecipeDeclared:
    return RecipeDeclared(
        recipe=recipe.recipe_id,
        teacher=recipe.kind,
        model=recipe.model,
        revision=recipe.revision,
        quantization=recipe.quantization,
        licence=recipe.licence,
        toy=recipe.toy,
        spec=canonical_json(recipe.model_dump(mode="json", exclude_none=True)),
    )
