"""The labels since the last snapshot, in the order of their events. Pure."""

import numpy as np

from store.states.texts.columns import Column
from store.states.texts.keys import Ints
from store.states.texts.window import Labels, Reviewed


class NewestLabels:
    """Few where students are trained; where none is, all there are, at 15 bytes each."""

    def __init__(self) -> None:
        self.slot, self.seq = Column(np.int32), Column(np.int64)
        self.rank, self.ok = Column(np.uint16), Column(np.bool_)

    def add(self, slots: Ints, rows: Labels, *, after: int) -> None:
        """Rows newer than all there are; of them those after a seq."""
        new = rows.seq > after
        for column, values in ((self.slot, slots), (self.seq, rows.seq), (self.rank, rows.rank), (self.ok, rows.ok)):
            column.extend(values[new])

    def review(self, reviewed: Reviewed) -> None:
        """Labels that are not here are passed over."""
        place = np.searchsorted(self.seq.values, reviewed.seq)
        here = np.flatnonzero(place < len(self.seq.values))
        here = here[self.seq.values[place[here]] == reviewed.seq[here]]
        self.ok.values[place[here]] = reviewed.ok[here]

    def forget(self, until: int) -> None:
        kept = self.seq.values > until
        for column in (self.slot, self.seq, self.rank, self.ok):
            column.keep(kept)
