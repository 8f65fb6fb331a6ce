"""How a section of a filing is put together from sentences."""

from dataclasses import dataclass
from typing import Literal

Only = Literal["goods", "services"]


@dataclass(frozen=True)
class Para:
    """One of `leads`, then `count` of `pool`, in an order of chance."""

    leads: tuple[str, ...]
    pool: tuple[str, ...] = ()
    count: int = 0


@dataclass(frozen=True)
class Topic:
    """A sub-heading (`a|b`: one of them) and its paragraphs. `only`: left out of the filings of the other companies."""

    heading: str
    paras: tuple[Para, ...]
    only: Only | None = None
