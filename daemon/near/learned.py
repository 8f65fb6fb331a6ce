"""What a student may have learned before anybody knew that it is near a held-out text."""

from typing import Final

from store.log import EventLog

_PAIRS: Final = """
SELECT DISTINCT to_text_id, text_id FROM raw.text_changes
WHERE across AND linked AND seq <= ? AND text_id IN (SELECT text_id FROM raw.labels) ORDER BY to_text_id, text_id
"""


def near_learned(log: EventLog, until: int) -> tuple[tuple[str, str], ...]:
    """As of an event: ids of a held-out text and of one near it that has a label."""
    return tuple(log.query(_PAIRS, [until]))
