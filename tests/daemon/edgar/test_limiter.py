"""Not more than the limit in any second, however late a thread wakes and whoever asks."""

import threading
from bisect import bisect_left
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.edgar.limiter import Limiter
from daemon.stopped import Stopped
from tests.daemon.edgar.conftest import HandTime

IDLE_S = st.floats(0, 3) | st.just(0.0)


def most_in_a_second(times_s):
    return max(bisect_left(times_s, start + 1.0) - place for place, start in enumerate(times_s))


@given(
    per_s=st.sampled_from([0.5, 1, 3, 8, 10]),
    idle_s=st.lists(IDLE_S, min_size=1, max_size=60),
    late_s=st.lists(st.floats(0, 0.4), max_size=60),
    pauses_s=st.lists(st.floats(0, 5) | st.none(), max_size=60),
)
def test_no_second_holds_more_than_the_limit(per_s, idle_s, late_s, pauses_s):
    time = HandTime()
    time.late_s = iter(late_s)
    limiter, left = Limiter(per_s, stop=time, clock_s=time), []
    for nth, idle in enumerate(idle_s):
        time.now_s += idle
        if nth < len(pauses_s) and pauses_s[nth] is not None:
            limiter.pause(pauses_s[nth])
        limiter.wait()
        left.append(time.now_s)
    assert most_in_a_second(left) <= max(1, per_s)
    assert all(after - before >= 1 / per_s for before, after in pairwise(left))


def test_who_slept_saves_nothing_up(time):
    limiter, left = Limiter(10, stop=time, clock_s=time), []
    time.now_s += 3600
    for _ in range(30):
        limiter.wait()
        left.append(time.now_s)
    assert most_in_a_second(left) == 10


def test_a_pause_also_holds_back_who_waits_already(time):
    limiter = Limiter(1, stop=time, clock_s=time)
    limiter.wait()
    time.meanwhile = lambda: (limiter.pause(60), setattr(time, "meanwhile", None))
    before = time.now_s
    limiter.wait()
    assert time.now_s - before >= 60


def test_a_shorter_pause_ends_no_longer_one(time):
    limiter, before = Limiter(8, stop=time, clock_s=time), time.now_s
    limiter.pause(100)
    limiter.pause(1)
    limiter.wait()
    assert time.now_s - before == pytest.approx(100)


def test_threads_share_one_limit():
    limiter, began = Limiter(200, stop=threading.Event()), monotonic()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: limiter.wait(), range(101)))
    assert monotonic() - began >= 100 / 200  # the first leaves at once, the others one by one


def test_a_stop_ends_every_wait_at_once():
    stop, limiter, ended = threading.Event(), None, []
    limiter = Limiter(0.001, stop=stop)
    limiter.wait()

    def wait():
        try:
            limiter.wait()
        except Stopped:
            ended.append(monotonic())

    threads = [threading.Thread(target=wait) for _ in range(4)]
    for thread in threads:
        thread.start()
    stop.set()
    for thread in threads:
        thread.join(5)
    assert len(ended) == 4
