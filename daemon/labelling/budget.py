"""The tokens of a day, in UTC: what was used of them, and when labelling may go on."""

from datetime import datetime
from typing import Final

from store.log import EventLog, utc_now

_USED: Final = """
SELECT coalesce(sum(prompt_tokens + completion_tokens), 0) FROM (
    SELECT prompt_tokens, completion_tokens FROM raw.labels WHERE recorded_at >= ?
    UNION ALL SELECT prompt_tokens, completion_tokens FROM raw.refusals WHERE recorded_at >= ?
)
"""


class Budget:
    """Used by one thread. `daily_tokens` None: no bound. What is in flight when it is reached is finished and counted."""

    def __init__(self, log: EventLog, daily_tokens: int | None) -> None:
        self._log, self._daily = log, daily_tokens
        self._day = datetime.min  # noqa: DTZ901 - naive UTC like all times here
        self._used = 0

    @property
    def why(self) -> str | None:
        """Why labelling waits; None while there are tokens left."""
        if self._daily is None:
            return None
        self._look()
        if self._used < self._daily:
            return None
        return (
            f"{self._used:,} tokens were used today and daily_tokens is {self._daily:,}: labelling goes on at midnight UTC, "
            "or after a restart with a higher one"
        )

    def use(self, tokens: int) -> None:
        self._used += tokens

    def _look(self) -> None:
        """The log is asked once a day: what comes after is counted here."""
        today = utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
        if today != self._day:
            self._day = today
            self._used = int(self._log.query(_USED, [today, today])[0][0])
