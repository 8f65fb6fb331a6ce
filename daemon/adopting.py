"""Which recipe is active by a person's decision. What the service decides by itself is `daemon/labelling/recipes.py`'s."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import structlog

from daemon.commands import Adopt, Relabel
from store.errors import FinsdistillError
from store.events import RecipeAdopted
from store.log import EventLog
from store.records import Append

Decision = Literal["relabel", "keep_old"]
STANDINGS: Final = "SELECT recipe, toy, active, in_set FROM recipes"


class AdoptionRefused(FinsdistillError):
    """This recipe cannot become the active one, or not in this way, as things stand."""


class AdoptionWaits(FinsdistillError):
    """It is not known yet which recipe is the configured one."""

    def __init__(self) -> None:
        super().__init__("the teacher has not said yet who answers, so nothing can be decided about its recipe")


@dataclass(frozen=True)
class Standing:
    """A declared recipe; `in_set` when its labels are in use."""

    recipe: str
    toy: bool
    active: bool
    in_set: bool


def why_apart(toy: bool, declared: Iterable[Standing]) -> str | None:
    """Why labels of such a recipe may not be used beside those in use now; None when they may."""
    if all(other.toy == toy for other in declared if other.in_set):
        return None
    return "a toy's labels and a model's never stand in one set: only `finsdistill relabel` goes from one to the other"


def adoption(recipe: str, decision: Decision, declared: Sequence[Standing], *, wanted: str) -> RecipeAdopted:
    """`wanted` is the configured recipe as the running service knows it. Raises AdoptionRefused."""
    new = next((found for found in declared if found.recipe == recipe), None)
    active = next((found.recipe for found in declared if found.active), None)
    if new is None:
        raise AdoptionRefused(f"no recipe {recipe[:8]} was ever declared: `finsdistill plan` shows the configured one")
    if new.active:
        raise AdoptionRefused(f"recipe {recipe[:8]} is the active one already: there is nothing to decide")
    if recipe != wanted:
        raise AdoptionRefused(
            f"recipe {recipe[:8]} is not the one that the running service is configured with ({wanted[:8]}): restart the "
            "service if [teacher] or its prompt has changed, look at `finsdistill plan` and decide again"
        )
    if active is None:
        raise AdoptionRefused("no recipe is active yet, and the service adopts the first one by itself: just run it")
    if decision == "keep_old" and (why := why_apart(new.toy, declared)) is not None:
        raise AdoptionRefused(why)
    return RecipeAdopted(recipe=recipe, replaces=active, decision=decision)


@dataclass(frozen=True)
class Adopting:
    """Records what people decide. `wanted`: the configured recipe, None while a teacher elsewhere has not said who it is.
    `settled` is called when a decision stands in the log: labelling goes on."""

    log: EventLog
    wanted: Callable[[], str | None]
    settled: Callable[[], None]

    def relabel(self, command: Relabel, *, key: str) -> None:
        """Raises AdoptionRefused, AdoptionWaits, and StreamMoved when somebody else decided meanwhile: decide again."""
        self._decide(command.recipe, "relabel", key=key)

    def keep_old(self, command: Adopt, *, key: str) -> None:
        """As `relabel`."""
        self._decide(command.recipe, "keep_old", key=key)

    def _decide(self, recipe: str, decision: Decision, *, key: str) -> None:
        if not self.log.was_appended(key):
            self._adopt(recipe, decision, key=key)
        self.settled()  # also for a command that comes again: it may have been cut off between the log and here

    def _adopt(self, recipe: str, decision: Decision, *, key: str) -> None:
        wanted = self.wanted()
        if wanted is None:
            raise AdoptionWaits
        stream = f"recipe-{recipe}"
        version = self.log.version_of(stream)  # before anything that the decision is made on is read
        declared = [Standing(*row) for row in self.log.query(STANDINGS)]
        event = adoption(recipe, decision, declared, wanted=wanted)
        self.log.append(Append(stream, (event,), key, expect=version))
        structlog.get_logger().info("recipe_adopted", recipe=recipe, replaces=event.replaces, decision=decision)
