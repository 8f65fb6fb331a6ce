import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.labelling.breaker import FIRST_S, LONGEST_S, WINDOW, Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def broken(clock: Clock) -> Breaker:
    breaker = Breaker(clock)
    for number in range(WINDOW):
        breaker.note("not_json" if number % 2 else None)
    return breaker


@pytest.mark.parametrize(
    ("failures", "reason", "room"),
    [
        (40, "not_json", None),  # exactly a fifth
        (41, "not_json", 0),
        (41, "engine_error", 0),
        (41, "schema", 0),
        (200, "declined", None),  # the text's own: it held nothing to say
        (200, "truncated", None),
        (200, "too_long", None),
    ],
)
def test_more_than_a_fifth_of_two_hundred_unusable_answers_stop_the_asking(failures, reason, room):
    breaker = Breaker(Clock())
    for number in range(WINDOW):
        breaker.note(reason if number < failures else None)
    assert breaker.room() == room


def test_a_hundred_and_ninety_nine_outcomes_prove_nothing():
    breaker = Breaker(Clock())
    for _ in range(WINDOW - 1):
        breaker.note("engine_error")
    assert breaker.room() is None
    breaker.note(None)
    assert breaker.room() == 0


def test_it_says_what_was_wrong():
    breaker = broken(Clock())
    assert breaker.why is not None and "100 of the last 200 answers were unusable (100 not_json)" in breaker.why


def test_after_a_while_one_text_is_tried_and_a_usable_answer_closes_it():
    clock = Clock()
    breaker = broken(clock)
    clock.now = FIRST_S
    assert breaker.room() == 1
    breaker.note(None)
    assert (breaker.room(), breaker.why) == (None, None)


def test_a_text_that_fails_again_doubles_the_wait_up_to_ten_minutes():
    clock, waits = Clock(), []
    breaker = broken(clock)
    for _ in range(7):
        began = clock.now
        while breaker.room() == 0:
            clock.now += 1.0
        waits.append(clock.now - began)
        breaker.note("schema")
    assert waits == [FIRST_S, 60, 120, 240, 480, LONGEST_S, LONGEST_S]


def test_answers_to_what_was_asked_before_it_opened_change_nothing():
    breaker = broken(Clock())
    breaker.note(None)
    assert breaker.room() == 0


@given(st.lists(st.sampled_from([None, "engine_error", "not_json", "declined"]), max_size=600))
def test_it_is_open_exactly_when_some_window_of_two_hundred_had_more_than_forty_failures(outcomes):
    breaker, seen = Breaker(Clock()), []
    for outcome in outcomes:
        breaker.note(outcome)
        seen.append(outcome in ("engine_error", "not_json"))
    windows = [sum(seen[start : start + WINDOW]) for start in range(len(seen) - WINDOW + 1)]
    assert (breaker.room() == 0) == any(failures > 40 for failures in windows)
