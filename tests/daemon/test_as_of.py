"""What a person may write behind `--as-of`, and which event it means."""

from datetime import datetime

import pytest

from daemon.as_of import Extent, PositionUnusable, position_of, wanted_of

NOON = datetime(2026, 11, 22, 12)
EXTENT = Extent(seq=3, first=NOON, last=datetime(2026, 11, 22, 14))
RECORDED = {1: NOON, 2: datetime(2026, 11, 22, 13), 3: datetime(2026, 11, 22, 14)}
NOW = datetime(2026, 11, 23)


def at(wanted):
    def last_until(moment):
        return max((seq for seq, recorded_at in RECORDED.items() if recorded_at <= moment), default=None)

    return position_of(wanted, EXTENT, last_until=last_until, now=NOW)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("2026-11-22", datetime(2026, 11, 22)),  # a day begins, it does not end
        ("2026-11-22T12:00", NOON),
        ("2026-11-22 12:00:00.000001", datetime(2026, 11, 22, 12, 0, 0, 1)),
        ("2026-11-22T12:00Z", NOON),
        ("2026-11-22T07:00-05:00", NOON),
    ],
)
def test_a_number_is_an_event_and_everything_else_a_time_in_utc(text, wanted):
    assert wanted_of(text) == wanted


@pytest.mark.parametrize("text", ["", "now", "-1", "1.5", "12:00", "2026-13-01", "0001-01-01T00:00+14:00", "٣x"])
def test_what_is_neither_is_told_what_to_write(text):
    with pytest.raises(ValueError, match="neither the number of an event nor a time"):
        wanted_of(text)


@pytest.mark.parametrize(
    ("wanted", "seq"),
    [
        (1, 1),
        (3, 3),
        (NOON, 1),  # to the microsecond
        (datetime(2026, 11, 22, 13, 30), 2),
        (datetime(2026, 11, 22, 20), 3),
        (NOW, 3),
    ],
)
def test_a_position_is_the_last_event_that_was_there(wanted, seq):
    assert at(wanted) == seq


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (4, "events 1 to 3 are published"),
        (0, "events 1 to 3 are published"),
        (2026, "a time is written like"),
        (datetime(2026, 11, 22), "the first one is of 2026-11-22 12:00:00 UTC"),
        (datetime(2026, 11, 23, 0, 0, 1), "yet to come"),
    ],
)
def test_a_position_that_is_not_there_is_refused_with_what_is(wanted, why):
    with pytest.raises(PositionUnusable, match=why):
        at(wanted)


def test_a_clock_that_was_set_back_hides_no_event():
    early = position_of(RECORDED[3], EXTENT, last_until=lambda _: 3, now=NOON)
    assert early == 3
