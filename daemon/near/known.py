"""What the log says of texts, for judging new ones."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from daemon.near.index import names_of
from daemon.near.judging import Seen
from daemon.standing import Standing
from store.states.texts.keys import Keys

# The bounds leave out whole blocks before anything is joined.
_TEXTS: Final = """
SELECT seq, json_extract_string(payload, '$.text') FROM raw.events
WHERE seq IN (SELECT unnest(?)) AND seq BETWEEN ? AND ?
"""
_LABELLED: Final = "SELECT DISTINCT text_id FROM raw.labels WHERE text_id IN (SELECT unnest(?))"


class KnownTexts:
    """Used by one thread. Texts that were read stay, up to a limit: boilerplate is asked for again and again."""

    _KEPT: Final = 5_000

    def __init__(self, standing: Standing) -> None:
        self._log, self._standing = standing.log, standing
        self._texts: dict[int, str] = {}

    def texts(self, seqs: Sequence[int]) -> Mapping[int, str]:
        missing = [seq for seq in seqs if seq not in self._texts]
        if missing:
            if len(self._texts) > self._KEPT:
                self._texts = {seq: self._texts[seq] for seq in seqs if seq in self._texts}
            self._texts.update(self._log.query(_TEXTS, [missing, min(missing), max(missing)]))
        return self._texts

    def seen(self, keys: Keys) -> Seen:
        """Raises Stopped when the service ends meanwhile."""
        found = self._standing.about(keys)
        barred = names_of(keys.at(np.flatnonzero(found.barred)))
        taught = self.labelled(barred)
        settled = np.zeros(len(keys), np.bool_)
        settled[found.barred] = [name not in taught for name in barred]
        speaks = np.where(found.stands & ~found.linked, found.splits, 0).astype(np.uint8)
        return Seen(speaks=speaks, settled=settled)

    def labelled(self, names: Sequence[str]) -> set[str]:
        """Those with a label, whether it is in use or not."""
        return {name for (name,) in self._log.query(_LABELLED, [list(names)])} if names else set()
