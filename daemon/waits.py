"""How long to wait before asking again: what a server asks for, and a back-off of our own. Pure."""

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

FIRST_S: Final = 0.5
LONGEST_S: Final = 60.0


def backoff(failures: int, rng: random.Random) -> float:
    """Seconds to wait after so many failures in a row (1 or more): doubling from 0.5 to 60, times 0.5 to 1.

    Jittered, so that many services on one broken server do not come back together.
    """
    return min(LONGEST_S, FIRST_S * 2.0 ** min(failures - 1, 16)) * (0.5 + rng.random() / 2)


def retry_after(value: str | None, *, now: datetime, longest_s: float) -> float | None:
    """Seconds from 0 to `longest_s` of a Retry-After header (RFC 9110: seconds, or an HTTP date); None of any other.

    A time without a zone is UTC.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), longest_s)
    try:
        seconds = (_in_utc(parsedate_to_datetime(text)) - _in_utc(now)).total_seconds()
    except (ValueError, OverflowError):  # the latter for a year that no calendar has
        return None
    return min(max(0.0, seconds), longest_s)


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
