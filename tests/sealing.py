"""When a snapshot is due, said in SQL: what the service's own count is held to."""

from typing import Final

from store.log import EventLog

# Every `threshold`-th eligible label since the last snapshot. What was crossed during a training is one crossing, its last;
# after it the first one counts. Never before the last decision about recipes: what is in use changed with it.
_CROSSING: Final = """
SELECT CASE WHEN count(*) > 0
    THEN greatest(coalesce(max(seq) FILTER (WHERE seq < ?), min(seq)), (SELECT max(seq) FROM raw_recipe_changes)) END
FROM (SELECT seq, row_number() OVER (ORDER BY seq) AS place FROM triplet_keys WHERE eligible AND seq > ?)
WHERE place % ? = 0
"""


def eligible_since(log: EventLog, log_seq: int) -> int:
    """How many labels count towards the threshold since the snapshot at `log_seq` (0: since the start)."""
    (count,) = log.query("SELECT count(*) FROM triplet_keys WHERE eligible AND seq > ?", [log_seq])[0]
    return int(count)


def due_position(log: EventLog, *, since: int, threshold: int, busy_until: int) -> int | None:
    """Where the next snapshot is to be sealed: at a label that crossed a multiple of the threshold, or nowhere yet.

    `busy_until`: the event that ended the last training, 0 for none.
    """
    (position,) = log.query(_CROSSING, [busy_until, since, threshold])[0]
    return None if position is None else int(position)
