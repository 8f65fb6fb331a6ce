"""Several appends in one transaction: what waits goes together, nobody waits for company, each gets its own answer."""

import queue
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest

from store.errors import AppendKeyReused, StateUnusable, StreamMoved
from store.events import CompanyUnwatched
from store.records import Append, Appended, prepared
from store.writer import _Request
from tests.builders import START, put


def gone(company: str) -> CompanyUnwatched:
    return CompanyUnwatched(company_id=company)


def together(log, *appends: Append) -> "list[Future[Appended]]":
    """All of them wait when the writer looks next: its own thread queues them, between two commits."""
    requests = [_Request(prepared(append)) for append in appends]
    waiting = iter(requests)
    log.on_commit(lambda _: [log._writer._waiting.put(request) for request in waiting])
    put(log, gone("first"), stream="first")
    wait([request.outcome for request in requests])
    return [request.outcome for request in requests]


def test_what_waits_while_a_commit_runs_becomes_one_commit(log):
    commits: list[int] = []
    log.on_commit(lambda head: commits.append(head.seq))
    together(log, *(Append("s", (gone(str(n)),), f"k{n}") for n in range(20)))
    assert commits == [2, 22]


def test_a_key_twice_in_one_commit_has_one_effect_and_both_hear_of_it(log):
    one, again, other = together(log, *(Append("s", (gone(name),), "k") for name in ("a", "a", "b")))
    assert (one.result(), again.result()) == (Appended(3, 3, repeated=False), Appended(3, 3, repeated=True))
    assert isinstance(other.exception(), AppendKeyReused)


def test_of_two_decisions_on_one_version_in_one_commit_the_second_is_refused(log):
    first, second = together(log, *(Append("s", (gone(name),), name, expect=0) for name in ("a", "b")))
    assert first.result().last_seq == 3
    assert isinstance(second.exception(), StreamMoved)
    assert (log.head.seq, log.version_of("s"), log.was_appended("b")) == (3, 1, False)


def test_a_lone_append_waits_for_no_other(monkeypatch, open_state):
    """The writer blocks only with nothing in its hands, and never for a while."""
    blocked: list[float | None] = []

    class Watched(queue.Queue):
        def get(self, block=True, timeout=None):
            if block:
                blocked.append(timeout)
            return super().get(block, timeout)

    monkeypatch.setattr("store.writer.queue.Queue", Watched)
    log = open_state()
    for number in range(5):
        put(log, gone(str(number)))
    log.close()
    assert blocked in ([None] * 5, [None] * 6)  # once an append; `close` may be there before the writer waits again


def test_a_refused_append_leaves_its_neighbours_in_the_same_commit_alone(log):
    put(log, gone("a"), stream="s", key="k")
    wrong = Append(stream="s", events=(gone("b"),), key="w", expect=0)
    with ThreadPoolExecutor(8) as pool:
        good = [pool.submit(put, log, gone(str(i)), stream=f"g{i}", key=f"g{i}") for i in range(20)]
        bad = [pool.submit(log.append, wrong) for _ in range(20)]
        wait([*good, *bad])
    assert sorted(done.result().first_seq for done in good) == list(range(3, 23))
    assert all(isinstance(done.exception(), StreamMoved) for done in bad)


def test_producers_that_claim_the_same_keys_at_once_are_given_one_answer_a_key(log):
    """Eight threads append the same forty batches, each in an order of its own, two batches a key."""
    batches = [Append("s", (gone(f"{n % 2}"), gone("x"))[: 1 + n % 2], f"k{n // 2}") for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        runs = [pool.submit(lambda at: [claim(log, b) for b in batches[at:] + batches[:at]], 5 * n) for n in range(8)]
        told = [one for run in runs for one in run.result(timeout=60)]
    answers = [(append.key, answer) for append, answer in told if answer is not None]
    positions = {(key, answer.first_seq, answer.last_seq) for key, answer in answers}
    assert len(positions) == len({key for key, *_ in positions}) == 20
    assert sum(not answer.repeated for _, answer in answers) == 20
    assert len(answers) == 8 * 20  # whoever came with the other events of a key was refused
    assert log.head.seq == 1 + sum(last - first + 1 for _, first, last in positions) == len(list(log.records()))


def claim(log, append: Append) -> tuple[Append, Appended | None]:
    try:
        return append, log.append(append)
    except AppendKeyReused:
        return append, None


def test_nobody_is_answered_before_the_head_has_moved(log):
    """A step that appends and then publishes must not miss its own events."""
    answered, early = threading.Event(), []
    log.on_commit(lambda _: early.append(answered.wait(0.2)))
    put(log, gone("a"))
    answered.set()
    assert (early, log.head.seq) == ([False], 2)


def test_what_waits_behind_a_failed_commit_is_refused_and_not_stored(log, open_state):
    """What comes later would stand on facts that are not there. The clock fails once, as any fault inside the writer."""
    behind = _Request(prepared(Append("s", (gone("b"),), "behind")))
    faults = iter([OSError("no clock")])

    def clock():
        for fault in faults:
            log._writer._waiting.put(behind)
            raise fault
        return START

    log._writer._clock = clock
    for request in (lambda: put(log, gone("a")), lambda: behind.outcome.result(timeout=20)):
        with pytest.raises(StateUnusable, match="no clock"):
            request()
    log.close()
    assert open_state().head.seq == 1
