"""What becomes of a request: the whole table."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.teachers.openai.decisions import (
    LONGEST_REST_S,
    TRIES,
    Again,
    Broken,
    Down,
    Fail,
    Got,
    Refused,
    Rest,
    TimedOut,
    TooLarge,
    Unreached,
    Use,
    backoff,
    decide,
    rest_of,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WORDS = b'{"error": {"message": "their words"}}'


@pytest.mark.parametrize(
    ("outcome", "decision", "words"),
    [
        (Got(200, b"{}"), Use, None),
        (Unreached("refused"), Down, "refused"),
        (Broken("Server disconnected"), Again, "Server disconnected"),
        (TimedOut(300), Fail, "no answer within 300 s"),
        (TooLarge(1 << 20), Fail, "1048576 bytes"),
        (Got(429, WORDS), Rest, "their words"),
        (Got(503, WORDS), Rest, "their words"),
        (Got(500, WORDS), Again, "their words"),
        (Got(502, b"<html>"), Again, "<html>"),
        (Got(504, WORDS), Again, "their words"),
        (Got(408, WORDS), Again, "their words"),
        (Got(400, WORDS), Fail, "their words"),
        (Got(413, WORDS), Fail, "their words"),
        (Got(422, WORDS), Fail, "their words"),
        (Got(307, b""), Fail, "HTTP 307"),
        (Got(204, b""), Fail, "HTTP 204"),
        (Got(401, WORDS), Refused, "refuses the key"),
        (Got(402, WORDS), Refused, "paid"),
        (Got(403, WORDS), Refused, "refuses this key"),
        (Got(404, WORDS), Refused, "does not know the model"),
        (Got(410, WORDS), Refused, "does not know the model"),
    ],
)
def test_what_came_of_a_request_decides_what_becomes_of_its_text(outcome, decision, words):
    decided = decide(outcome, tries=1, now=NOW)
    assert isinstance(decided, decision) and (words is None or words in decided.why)


@pytest.mark.parametrize("outcome", [Got(500, WORDS), Broken("reset")])
def test_a_server_that_fails_is_asked_four_times_and_then_the_text_fails(outcome):
    decided = [decide(outcome, tries=tries, now=NOW) for tries in range(1, TRIES + 1)]
    assert [type(each) for each in decided] == [Again, Again, Again, Fail]


@given(st.integers(300, 599) | st.integers(100, 299).filter(lambda status: status != 200), st.binary(max_size=4000))
def test_any_status_is_decided_in_few_words(status, body):
    decided = decide(Got(status, body, "soon"), tries=1, now=NOW)
    assert not isinstance(decided, Use) and len(decided.why) < 1300


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        (" 0 ", 0.0),
        ("100000", LONGEST_REST_S),
        ("9" * 5000, LONGEST_REST_S),
        ("-5", None),
        ("1.5", None),
        ("٣", None),  # a digit, but none of HTTP's
        ("soon", None),
        ("", None),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(days=9), usegmt=True), 0.0),
        (format_datetime(NOW + timedelta(days=9), usegmt=True), LONGEST_REST_S),
        ("Mon, 23 Nov 2026 12:00:30 -0000", 30.0),
        ("Mon, 99 Nov 2026 12:00:30 GMT", None),
    ],
)
def test_a_retry_after_is_seconds_or_a_date(header, seconds):
    assert rest_of(header, NOW) == seconds


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{1,20}") | st.datetimes().map(format_datetime))
def test_whatever_a_server_asks_for_is_within_bounds_or_nothing(header):
    seconds = rest_of(header, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_REST_S


@given(st.integers(1, 10**6), st.integers())
def test_a_back_off_doubles_up_to_a_minute_with_jitter(failures, seed):
    longest = min(60.0, 0.5 * 2.0 ** min(failures - 1, 30))
    assert longest / 2 <= backoff(failures, random.Random(seed)) <= longest
