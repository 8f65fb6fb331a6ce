"""What is fetched next."""

from hypothesis import given
from hypothesis import strategies as st

from daemon.due import DueFiling, DueFilings


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 2)), max_size=30), st.integers(0, 6))
def test_the_one_that_is_taken_is_the_first_of_all_that_are_due(values, now_s):
    all_of_them = [DueFiling(n, f"{n}", filed, at_s, tried) for n, (at_s, filed, tried) in enumerate(values)]
    due = DueFilings()
    for filing in all_of_them:
        due.add(filing)
    wanted = sorted((f for f in all_of_them if f.at_s <= now_s), key=lambda f: f.rank)
    assert due.ready(now_s) == len(wanted)
    assert [due.take(now_s) for _ in wanted] == wanted
    assert due.take(now_s) is None


def test_one_that_is_given_back_comes_again_at_its_time_and_one_that_is_done_never():
    due, filing = DueFilings(), DueFiling(1, "a", 0, 0.0)
    due.add(filing)
    taken = due.take(0.0)
    assert taken is filing and due.any_by(0.0) and due.take(9.0) is None
    filing.at_s, filing.tried = 5.0, 1
    due.give_back(filing)
    assert (due.any_by(4.0), due.take(4.0), due.take(5.0)) == (False, None, filing)
    filing.done = True
    due.give_back(filing)
    assert not due.any_by(1e9)


def test_the_newest_comes_first_and_what_was_tried_waits_for_what_was_not():
    due = DueFilings()
    for seq, (filed, tried) in enumerate([(1, 0), (3, 1), (2, 0)]):
        due.add(DueFiling(seq, f"{seq}", filed, 0.0, tried))
    assert [due.take(0.0).filed for _ in range(3)] == [2, 1, 3]
