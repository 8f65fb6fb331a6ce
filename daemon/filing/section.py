"""A section: the blocks under one Item, before they become text."""

from dataclasses import dataclass
from typing import Final

LAST_ITEMS: Final = frozenset({"13", "14", "15", "16"})


@dataclass(frozen=True)
class Section:
    """Blocks `start` to `stop` (exclusive) under one Item; item None outside all. `heading` says whether the first block
    is only the heading, and `titled` whether its words are the Item's. `covers` lists the Items of a heading over several
    (`Items 10, 11 and 12`), all of whose text goes to the first; without an item, those too few to be believed.
    `by_reference` text stands where its Item points to. `lists` says that exhibits or signatures may be among it."""

    item: str | None
    start: int
    stop: int
    heading: bool
    covers: tuple[str, ...] = ()
    by_reference: bool = False
    titled: bool = True
    lists: bool = False
