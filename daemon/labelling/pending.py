"""The texts that wait for a label, in the order they are asked."""

from collections import deque
from collections.abc import Collection
from typing import Final

from daemon.labelling.verdicts import Asked, Pending, asked
from store.log import EventLog

_KEYS: Final = 4096  # looked up at once

# Held-out texts come first: without their references no student could be scored.
_PENDING: Final = """
SELECT p.text_id, p.chunk_id, p.chunk_seq, p.reasons, p.tried, p.item, f.form, p.split
FROM pending p LEFT JOIN raw_filings f ON f.accession = p.accession
WHERE p.recipe = ? ORDER BY p.split = 'train', p.chunk_seq LIMIT ?
"""
_TEXTS: Final = "SELECT seq, json_extract_string(payload, '$.text') FROM raw.events WHERE seq IN (SELECT unnest(?))"


class PendingTexts:
    """Used by one thread."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._keys: deque[Pending] = deque()
        self._looked_at = -1

    def take(self, room: int, recipe: str, *, flying: Collection[str]) -> list[Asked]:
        """Up to `room` texts of the active `recipe`, none of `flying`, with what each is to be asked."""
        if not self._keys:
            self._look(recipe, flying)
        wanted = [self._keys.popleft() for _ in range(min(room, len(self._keys)))]
        texts = dict(self._log.query(_TEXTS, [[pending.chunk_seq for pending in wanted]])) if wanted else {}
        return [asked(pending, texts[pending.chunk_seq], recipe) for pending in wanted]

    def forget(self) -> None:
        """What was taken or looked up is to be looked up again."""
        self._keys.clear()
        self._looked_at = -1

    def _look(self, recipe: str, flying: Collection[str]) -> None:
        """What is pending changes only with the log, so an unchanged log is not asked again."""
        head = self._log.head.seq
        if head == self._looked_at:
            return
        self._looked_at = head
        rows = (Pending(*row) for row in self._log.query(_PENDING, [recipe, _KEYS]))
        self._keys.extend(pending for pending in rows if pending.text_id not in flying)
