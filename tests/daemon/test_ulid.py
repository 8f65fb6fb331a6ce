"""Names of command files."""

from hypothesis import given
from hypothesis import strategies as st

from daemon import ulid
from daemon.ulid import ULID, Ulids, new_ulid


@given(st.lists(st.none(), min_size=2, max_size=20))
def test_names_have_26_characters_never_meet_and_sort_in_the_order_they_were_given(many):
    names = [new_ulid() for _ in many]
    assert all(ULID.fullmatch(name) for name in names)
    assert len(set(names)) == len(names)
    assert sorted(names) == names


def test_names_of_one_millisecond_and_of_a_clock_set_back_keep_their_order(monkeypatch):
    times = iter([5_000_000, 5_000_000, 4_000_000, 6_000_000])
    monkeypatch.setattr(ulid.time, "time_ns", lambda: next(times))
    make = Ulids()
    names = [make.new() for _ in range(4)]
    assert sorted(names) == names


def test_a_name_is_as_the_specification_says(monkeypatch):
    monkeypatch.setattr(ulid.time, "time_ns", lambda: 1_469_918_176_385_000_000)
    assert Ulids().new().startswith("01ARYZ6S41")  # the example of github.com/ulid/spec
