from datetime import UTC, datetime, timedelta

import pytest

from daemon.cron import cron_trigger
from daemon.ticking import poll_trigger

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def day(number: int, hour: int = 6, minute: int = 0) -> datetime:
    return datetime(2026, 11, number, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "then"),
    [
        ("0 6 * * 1-5", day(23)),  # Monday, as cron(5) counts; apscheduler's own 1 is Tuesday
        ("0 6 * * 1", day(23)),
        ("0 6 * * 0", day(22)),
        ("0 6 * * 7", day(22)),
        ("0 6 * * 0-2", day(22)),
        ("0 6 * * 5-7", day(22)),
        ("0 6 * * 2,4", day(24)),
        ("0 6 * * 1-5/2", day(23)),
        ("30 22 * * mon-fri", day(23, 22, 30)),
        ("*/15 * * * *", day(21, 12)),
    ],
)
def test_a_cron_line_means_what_cron_means_by_it_in_utc(line, then):
    assert poll_trigger(line).get_next_fire_time(None, SATURDAY) == then


@pytest.mark.parametrize("line", ["now", "0 6 * *", "0 6 * * 5-1", "0 6 * * 1-5/0", "0 6 * * 9", "99 6 * * *"])
def test_what_is_no_cron_line_is_refused(line):
    with pytest.raises(ValueError):
        cron_trigger(line)


def test_a_number_is_seconds_between_polls():
    trigger = poll_trigger(3600)
    first = trigger.get_next_fire_time(None, SATURDAY)
    assert trigger.get_next_fire_time(first, first) - first == timedelta(hours=1)
