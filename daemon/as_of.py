"""Which position of the log a person means by `--as-of`: a seq, or the last event of a moment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from store.errors import FinsdistillError

Wanted = int | datetime


class PositionUnusable(FinsdistillError):
    """There is no such position in what is published."""


@dataclass(frozen=True)
class Extent:
    """What is published: events 1 to `seq`, recorded from `first` to `last` (naive UTC; None while there is none)."""

    seq: int
    first: datetime | None
    last: datetime | None


def wanted_of(text: str) -> Wanted:
    """A whole number is a seq. A time without an offset is UTC, a date alone its first moment; times come back naive.

    Raises ValueError, saying what can be written."""
    if text.strip().isdecimal():
        return int(text)
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError) as cause:
        raise ValueError(
            f"{text!r} is neither the number of an event nor a time such as 2026-11-22, 2026-11-22T12:00 (UTC) or "
            "2026-11-22T12:00-05:00"
        ) from cause


def position_of(wanted: Wanted, extent: Extent, *, last_until: Callable[[datetime], int | None], now: datetime) -> int:
    """`last_until` gives the last event that was recorded at a moment or before it. Raises PositionUnusable."""
    if isinstance(wanted, int):
        if 1 <= wanted <= extent.seq:
            return wanted
        raise PositionUnusable(
            f"there is no event {wanted:,} to go back to: events 1 to {extent.seq:,} are published (a time is written "
            "like 2026-11-22T12:00)"
        )
    # Not "now": the same words would mean another dataset tomorrow. `last`: the machine's clock may have been set back.
    if wanted > max(now, extent.last or now):
        raise PositionUnusable(
            f"{_said(wanted)} is yet to come (it is {_said(now)} now): leave --as-of out for the newest, and write an "
            "offset such as +02:00 behind a local time"
        )
    found = last_until(wanted)
    if found is None:
        begun = f"the first one is of {_said(extent.first)}" if extent.first else "no event is published"
        raise PositionUnusable(f"nothing was recorded until {_said(wanted)}: {begun}")
    return found


def _said(moment: datetime) -> str:
    """To the microsecond, as events are: the first event's own moment can be given back."""
    return f"{moment.isoformat(sep=' ')} UTC"
