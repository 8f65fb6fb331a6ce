import os
import signal
from pathlib import Path

import pytest

from daemon.teachers.base import TeacherUnavailable
from daemon.teachers.client import TeacherWorker, WorkerDied, WorkerLeft
from daemon.teachers.protocol import MAX_LINE_BYTES, Answered, ChunkRequest, Failed, Reply

LONG_S = 20.0  # never waited for: every test ends as soon as the worker has said what is expected


def replies(worker: TeacherWorker, count: int) -> list[Reply]:
    heard: list[Reply] = []
    while len(heard) < count:
        heard += worker.outcomes(LONG_S)
    return heard


def death(worker: TeacherWorker) -> WorkerDied:
    with pytest.raises(WorkerDied) as died:
        while True:
            worker.outcomes(LONG_S)
    return died.value


def test_every_request_gets_one_reply(start, ask) -> None:
    worker = start()
    assert worker.submit(ask(*"abcde")) == []
    heard = replies(worker, 5)
    assert [(r.request_id, r.raw) for r in heard if isinstance(r, Answered)] == [(c, c) for c in "abcde"]
    assert worker.in_flight == () and worker.info is not None and worker.info.model == "scripted"


def test_a_teacher_that_needs_no_secret_gets_none(start, ask, monkeypatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hush")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials")
    worker = start()
    worker.submit(ask("a"))
    replies(worker, 1)  # by then it is a program of its own
    given = Path(f"/proc/{worker.pid}/environ").read_bytes()
    assert b"PATH=" in given and b"hush" not in given and b"/run/credentials" not in given


def test_what_a_library_prints_never_reaches_the_protocol(start, ask) -> None:
    worker = start()
    worker.submit(ask("print", "after"))
    assert [reply.request_id for reply in replies(worker, 2)] == ["print", "after"]
    worker.close()
    assert "a C library says hello" in (worker.folder / "worker.log").read_text()


def test_an_error_of_the_teacher_fails_the_requests_it_left_and_no_others(start, ask) -> None:
    worker = start()
    worker.submit(ask("fine"))
    worker.submit(ask("raise", "left"))
    heard = {reply.request_id: reply for reply in replies(worker, 3)}
    assert isinstance(heard["fine"], Answered)
    assert isinstance(heard["raise"], Failed) and "the engine broke" in heard["raise"].detail


def test_an_answer_longer_than_a_line_is_a_failure_of_that_request(start, ask) -> None:
    worker = start()
    worker.submit(ask("huge", "after"))
    huge, after = replies(worker, 2)
    assert isinstance(huge, Failed) and str(MAX_LINE_BYTES) in huge.detail
    assert isinstance(after, Answered)


def test_a_request_longer_than_a_line_is_answered_without_the_worker(start) -> None:
    worker = start()
    long = ChunkRequest(request_id="long", text_id="long", text="x" * MAX_LINE_BYTES, attempt=1)
    (failed,) = worker.submit([long])
    assert failed.request_id == "long" and worker.in_flight == ()


def test_thousands_of_requests_never_block_the_daemon_while_the_worker_is_busy(start, ask) -> None:
    worker = start()
    worker.submit(ask(*(f"{n} " + "x" * 1500 for n in range(2000))))
    assert len(replies(worker, 2000)) == 2000


def test_a_killed_worker_is_reported_after_what_it_had_answered_with_what_it_had_not(start, ask) -> None:
    worker = start()
    worker.submit(ask("first", "hang", "third"))
    assert [reply.request_id for reply in replies(worker, 1)] == ["first"]
    os.kill(worker.pid, signal.SIGKILL)
    died = death(worker)
    assert [request.text for request in died.in_flight] == ["hang", "third"]
    assert died.was_ready and "signal 9" in str(died)


def test_a_worker_that_cannot_load_dies_before_it_is_ready_and_its_log_says_why(start, ask) -> None:
    worker = start("not-ready")
    worker.submit(ask("a"))
    died = death(worker)
    assert not died.was_ready and "no memory for the model" in str(died)
    assert [request.text for request in died.in_flight] == ["a"]


def test_a_teacher_that_refuses_to_open_is_no_death_but_a_sentence_for_a_person(start) -> None:
    with pytest.raises(TeacherUnavailable, match="ask for access"):
        start("refuses").outcomes(LONG_S)


def test_an_answer_that_nobody_asked_for_ends_the_worker(start, ask) -> None:
    worker = start()
    worker.submit(ask("unasked"))
    died = death(worker)
    assert "nobody asked" in str(died) and not alive(worker.pid)


def test_a_control_c_in_the_terminal_does_not_reach_the_worker(start, ask) -> None:
    worker = start()
    worker.submit(ask("sigint", "after"))
    assert len(replies(worker, 2)) == 2


@pytest.mark.parametrize("text", ["fine", "hang"])
def test_closing_ends_the_worker_even_in_the_middle_of_a_text(start, ask, text: str) -> None:
    worker = start()
    worker.submit(ask("ready", text))
    replies(worker, 1)
    worker.close()
    assert not alive(worker.pid)


def test_a_worker_started_over_one_that_was_left_behind_ends_it(start, ask) -> None:
    orphan = start()
    orphan.submit(ask("a"))
    replies(orphan, 1)
    worker = start()
    worker.submit(ask("b"))
    assert len(replies(worker, 1)) == 1
    assert "signal 9" in str(death(orphan))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_teacher_that_leaves_after_an_answer_has_left_and_not_died(start, ask, tmp_path):
    worker = start()
    worker.submit(ask("a", f"leave {tmp_path / 'left'}", "b"))
    heard = []
    with pytest.raises(WorkerLeft, match="nobody listens there") as left:
        while True:
            heard += worker.outcomes(LONG_S)
    assert [reply.request_id for reply in heard] == ["a"] and len(left.value.in_flight) == 2
