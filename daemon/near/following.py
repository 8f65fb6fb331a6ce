"""The index, kept up with the log."""

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import structlog

from daemon.activity import Activity
from daemon.near.arrivals import Arrival, arrived, by_filing, newcomers
from daemon.near.bands import BANDS, Bands, Signed, signed
from daemon.near.cache import Cache
from daemon.near.index import Index
from daemon.near.judging import Newcomer, judge
from daemon.near.known import KnownTexts
from daemon.standing import Standing
from daemon.stopped import Stopped
from store.events import TextLinked
from store.ids import canonical_json, short_id
from store.records import Append
from store.states.texts.keys import keys_of

_SLICE: Final = 2_000  # texts read before it is looked whether the service ends: a second
_KEEP: Final = 100_000  # events, or a tenth of the log, after which the index is written again
_WHAT: Final = "comparing texts"
_TOLD: Final = """
SELECT text_id, to_text_id FROM raw.text_changes WHERE across AND text_id IN (SELECT unnest(?))
"""


class FollowedIndex:
    """Used by one thread. It holds every text that speaks for itself or is held out. `caught_up`: all that an older version
    put into the log was compared too."""

    def __init__(self, standing: Standing, *, folder: Path, activity: Activity, stop: threading.Event) -> None:
        self._log, self._standing = standing.log, standing
        self.known = KnownTexts(standing)
        self.caught_up = False
        self._cache = Cache(folder, standing.log)
        self._index: Index | None = None
        self._seq = self._kept = 0
        self._ready: dict[str, Bands] = {}  # signatures of texts that come next
        self._activity, self._stop = activity, stop

    def now(self) -> Index:
        """Raises Stopped."""
        if self._index is None:
            self._index, self._seq = self._cache.load()
            self._kept = self._seq
        head = self._log.head.seq
        try:
            while self._seq < head:
                self._go_on(self._index, head)
                if self._seq < head:
                    self._activity.show(_WHAT, self._seq, head)
                    if self._stop.is_set():
                        raise Stopped
        finally:
            self._activity.clear(_WHAT)
        self.caught_up = True
        return self._index

    def signed(self, new: Sequence[Newcomer]) -> Signed:
        """Kept for when they are in the log."""
        found = signed(one.text for one in new)
        self._ready = {one.text_id: found.bands[row] for row, one in enumerate(new)}
        return found

    def keep(self) -> None:
        """Written down, where something came since."""
        if self._index is None or self._seq <= self._kept:
            return
        try:
            self._cache.save(self._index, self._seq)
        except OSError as error:  # nothing is lost by it but time at the next start
            structlog.get_logger().warning("near_index_not_kept", reason=str(error), next="it is tried again later")
        self._kept = self._seq

    def _go_on(self, index: Index, head: int) -> None:
        arrivals, until = arrived(self._log, self._seq, head, limit=_SLICE)
        for group in by_filing(arrivals) if any(one.old for one in arrivals) else [arrivals]:
            if any(one.old for one in group):
                self._guard(index, group)
            self._add(index, group)
        self._seq = until
        if self._seq - self._kept > max(_KEEP, self._kept // 10):
            self.keep()

    def _guard(self, index: Index, group: Sequence[Arrival]) -> None:
        """What a version that compared no texts put into the log trains nobody near what is held out either."""
        here = index.slots.find(keys_of("".join(one.text_id for one in group).encode()))
        splits = {
            one.text_id: int(index.splits.values[slot])
            for one, slot in zip(group, here.tolist(), strict=True)
            if slot >= 0
        }
        if not (new := newcomers(group, splits)):
            return
        links = judge(new, self.signed(new), index, self.known, same=1)
        told = set(self._log.query(_TOLD, [[link.text_id for link in links]])) if links else set()
        events: tuple[TextLinked, ...] = tuple(link for link in links if (link.text_id, link.to_text_id) not in told)
        if events:
            key = short_id(canonical_json([(link.text_id, link.to_text_id) for link in events]))
            self._log.append(Append("log", events, f"guarded-{key}"))

    def _add(self, index: Index, arrivals: Iterable[Arrival]) -> None:
        """A training text that is linked needs nobody to be like it, unless somebody may have learned from it."""
        once = {(one.text_id, one.heldout): one for one in arrivals}
        names = list(dict.fromkeys(name for name, _ in once))
        about = self._standing.about(keys_of("".join(names).encode()))
        linked = {name for name, is_linked in zip(names, about.linked.tolist(), strict=True) if is_linked}
        left_out = linked - self.known.labelled(sorted(linked))
        wanted: dict[str, list[Arrival]] = {}
        for one in once.values():
            if one.heldout or one.text_id not in left_out:
                wanted.setdefault(one.text_id, []).append(one)
        if wanted:
            self._put(index, wanted)

    def _put(self, index: Index, wanted: dict[str, list[Arrival]]) -> None:
        keys = keys_of("".join(wanted).encode())
        here = index.slots.find(keys) >= 0
        bands = np.zeros((len(wanted), BANDS), np.uint32)
        for row, (name, (one, *_)) in enumerate(wanted.items()):
            if not here[row]:
                ready = self._ready.pop(name, None)
                bands[row] = signed([one.text]).bands[0] if ready is None else ready
        splits = np.array([sum({one.bit for one in those}) for those in wanted.values()], np.int64)
        seqs = np.array([those[0].seq for those in wanted.values()], np.int64)
        index.add(keys, seq=seqs, splits=splits, bands=bands)
