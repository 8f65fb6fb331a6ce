"""Reading back what was appended, so that the next start has little left to read before it is ready."""

from typing import Final

from store.log import EventLog

PIECE: Final = 5_000  # events: a tenth of a second, and the most that a kill leaves to the next start


class Walk:
    """Damage ends the service: what follows would stand on a broken chain."""

    def __init__(self, log: EventLog, piece: int = PIECE) -> None:
        self._log, self._piece = log, piece

    def advance(self) -> bool:
        """Raises StateUnusable at an event that does not follow from the one before."""
        if self._log.head.seq - self._log.verified < self._piece:
            return False  # each walk writes its mark, which is too dear for a few events
        return self._log.walk(self._piece) > 0

    @property
    def waiting(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing to end: closing the log reads back what is left."""
