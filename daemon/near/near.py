"""What chunking asks for the links of new texts; and the step that takes links back where the one that speaks is gone."""

import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog

from daemon.activity import Activity
from daemon.near.arrivals import arrival_of, first_of, newcomers
from daemon.near.following import FollowedIndex
from daemon.near.judging import judge
from daemon.standing import Standing
from daemon.stopped import Stopped
from store.events import ChunkAppended, Event, TextLinked, TextUnlinked
from store.ids import canonical_json, short_id
from store.records import Append
from store.states.texts.keys import keys_of

_CHANGED: Final = """
SELECT DISTINCT text_id FROM raw.chunks
WHERE chunk_id IN (SELECT chunk_id FROM raw.chunk_changes WHERE seq > ? AND seq <= ?)
"""
_SPOKEN_FOR: Final = """
SELECT text_id, speaker FROM (
    SELECT text_id, arg_max(to_text_id, seq) AS speaker, arg_max(linked, seq) AS linked FROM raw.text_changes
    WHERE NOT across GROUP BY text_id
) WHERE linked AND speaker IN (SELECT unnest(?)) ORDER BY text_id
"""


class Near:
    """Used by the thread that chunks. `same`: the similarity from which one label speaks for two texts, 1 for never."""

    def __init__(
        self, standing: Standing, *, same: float, folder: Path, activity: Activity, stop: threading.Event
    ) -> None:
        self._log, self._standing, self._same = standing.log, standing, same
        self._index = FollowedIndex(standing, folder=folder, activity=activity, stop=stop)
        self._settled = 0  # chunks that were changed up to this event were looked at

    @property
    def is_ready(self) -> bool:
        """Whether every text of the log was compared, also those of a version that compared none."""
        return self._index.caught_up

    def links(self, events: Iterable[Event]) -> tuple[TextLinked, ...]:
        """What is to be appended together with the chunks among these events. Raises Stopped."""
        index = self._index.now()
        chunks = [arrival_of(event) for event in events if isinstance(event, ChunkAppended)]
        names = list(dict.fromkeys(chunk.text_id for chunk in chunks))
        if not names:
            return ()
        about = self._standing.about(keys_of("".join(names).encode()))
        spoken_for = {name for name, linked in zip(names, about.linked.tolist(), strict=True) if linked}
        new = [
            replace(one, sound=False) if one.text_id in spoken_for else one
            for one in newcomers(chunks, dict(zip(names, about.splits.tolist(), strict=True)))
        ]
        return tuple(judge(new, self._index.signed(new), index, self._index.known, same=self._same)) if new else ()

    def advance(self) -> bool:
        """Whether a link was taken back."""
        try:
            self._index.now()
            return self._settle()
        except Stopped:
            return False

    @property
    def waiting(self) -> bool:
        return False

    def close(self) -> None:
        self._index.keep()

    def _settle(self) -> bool:
        """Texts whose speaker is gone need labels of their own, or another speaker; one may speak for the others."""
        head = self._log.head.seq
        changed = [name for (name,) in self._log.query(_CHANGED, [self._settled, head])]
        stands = self._standing.about(keys_of("".join(changed).encode())).stands.tolist()
        gone = [name for name, stand in zip(changed, stands, strict=True) if not stand]
        orphans = dict(self._log.query(_SPOKEN_FOR, [gone])) if gone else {}
        if orphans:
            free = [TextUnlinked(text_id=name, to_text_id=to, across=False) for name, to in orphans.items()]
            events: tuple[Event, ...] = (*free, *self._judged_anew(list(orphans)))
            self._log.append(Append("log", events, f"unlinked-{short_id(canonical_json([head, *orphans]))}"))
            structlog.get_logger().info("texts_unlinked", texts=len(orphans), linked_anew=len(events) - len(free))
        self._settled = head
        return bool(orphans)

    def _judged_anew(self, names: list[str]) -> list[TextLinked]:
        """The newest text speaks for the others: while a log is read again, the older ones are the next to go."""
        stands = self._standing.about(keys_of("".join(names).encode())).stands
        sound = {name for name, stand in zip(names, stands.tolist(), strict=True) if stand}
        new = [
            one if one.text_id in sound else replace(one, sound=False)
            for one in reversed(newcomers(first_of(self._log, names), {}))
        ]
        return judge(new, self._index.signed(new), self._index.now(), self._index.known, same=self._same)
