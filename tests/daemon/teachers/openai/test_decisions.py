"""What becomes of a request: the whole table."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.teachers.openai.decisions import (
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
    decide,
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
