"""How long to wait: what a server asks for, and a back-off of our own."""

import random
from datetime import datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.waits import backoff, retry_after

NOW = datetime(2026, 11, 22, 12, 0)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("999999999", 3600.0),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sunday, 22-Nov-26 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 13:00:30 +0100", 30.0),
        ("Sun, 22 Nov 2026 12:00:30 -0000", 30.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Wed, 22 Nov 2056 11:00:00 GMT", 3600.0),
        ("Fri, 31 Dec 9999 23:59:59 -0100", 3600.0),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("Sun, 99 Nov 2026 12:00:30 GMT", None),
        ("Sun, 22 Nov 2026 12:00:30 +9999999", None),
        ("Sun, 22 Nov 99999999999999999999 12:00:30 GMT", None),
        ("٣", None),
        ("9" * 400, 3600.0),
        ("9" * 10_000, 3600.0),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_never_more_than_the_longest(header, seconds):
    assert retry_after(header, now=NOW, longest_s=3600) == seconds


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{1,20}") | st.datetimes().map(format_datetime))
def test_whatever_a_server_asks_for_is_within_bounds_or_nothing(header):
    seconds = retry_after(header, now=NOW, longest_s=300)
    assert seconds is None or 0 <= seconds <= 300


@pytest.mark.parametrize(
    ("failures", "shortest", "longest"), [(1, 0.25, 0.5), (2, 0.5, 1), (5, 4, 8), (8, 30, 60), (10_000, 30, 60)]
)
def test_the_back_off_doubles_to_a_minute_and_is_jittered(failures: int, shortest: float, longest: float) -> None:
    seconds = [backoff(failures, random.Random(seed)) for seed in range(50)]
    assert shortest <= min(seconds) < max(seconds) <= longest
