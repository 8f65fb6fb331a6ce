"""The state of all texts, kept up with the tables of a log."""

from collections.abc import Callable
from typing import Final

import duckdb

from store.states.texts.order import Order
from store.states.texts.reading import Reader
from store.states.texts.texts import Texts
from store.states.texts.window import Basis

SLICE: Final = 500_000  # events folded at a time; bounds the memory of a walk over the whole log


class Following:
    """Used by one thread at a time, on a connection of its own to tables that only grow. `seq`: how far it has read."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._reader = Reader(connection)
        self.seq = 0
        self._empty(Basis(None, (), 0))

    def begins_anew(self, until: int) -> bool:
        """Whether `advance` goes through the whole log: at first, and when a decision changes whose labels are in use."""
        return self.seq == 0 or "RecipeAdopted" in self._reader.types(self.seq, until)

    def advance(self, until: int, progress: Callable[[int], bool] = lambda _: True) -> bool:
        """Up to and including an event that is committed. `progress` is told how far it is and says whether to go on; False
        when it did not: then all begins anew."""
        if until <= self.seq:
            return True
        types = self._reader.types(self.seq, until)
        if self.seq == 0 or "RecipeAdopted" in types:
            self._empty(self._reader.basis(until))
            types = self._reader.types(0, until)
        known = self.seq
        self.seq = 0  # as long as it is half done
        self._reader.learn(known, until, types)
        if "SnapshotSealed" in types:
            self.texts.seal(self._reader.since(until))
        for after in range(known, until, SLICE):
            window = self._reader.window(after, min(after + SLICE, until), self.texts.basis, types)
            self.order.told(self.texts.fold(window))
            if not progress(min(after + SLICE, until)):
                self._empty(Basis(None, (), 0))
                return False
        if known:
            self._revise(known, until, types)
        self.seq = until
        return True

    def _empty(self, basis: Basis) -> None:
        self._reader.forget()
        self.texts = Texts(basis)
        self.order = Order(self.texts)
        self.seq = 0

    def _revise(self, known: int, until: int, types: frozenset[str]) -> None:
        """What the stretch says of older occurrences and labels. The first walk knew it from the beginning."""
        if types & {"ChunkRetired", "ChunkKept"}:
            self.order.told(self.texts.recount(self._reader.recounted(known, until)))
        if "LabelReviewed" in types:
            self.texts.review(self._reader.reviewed(known, until, since=self.texts.since))
