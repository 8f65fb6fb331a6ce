from collections.abc import Callable

import pytest

from daemon.teachers.base import TeacherUnavailable
from daemon.teachers.client import TeacherWorker
from daemon.teachers.protocol import Answered, Failed
from daemon.teachers.supervisor import (
    KILLS_ALLOWED,
    STARTS_ALLOWED,
    Killed,
    Outcome,
    Patience,
    SupervisedTeacher,
)

LONG_S = 20.0
AT_ONCE: Callable[[int], float] = lambda _failures: 0.0  # noqa: E731


def settle(teacher: SupervisedTeacher) -> dict[str, Outcome]:
    """Every pending text's outcome by its request id; a second outcome for one text is an error."""
    settled: dict[str, Outcome] = {}
    while teacher.pending:
        for outcome in teacher.outcomes(LONG_S):
            name = outcome.request.request_id if isinstance(outcome, Killed) else outcome.request_id
            assert name not in settled
            settled[name] = outcome
    teacher.close()
    return settled


def kinds(settled: dict[str, Outcome]) -> dict[str, str]:
    return {name: type(outcome).__name__ for name, outcome in settled.items()}


def test_without_a_death_every_text_is_answered(start, ask) -> None:
    teacher = SupervisedTeacher(start, pause=AT_ONCE)
    teacher.submit(ask("a", "b"))
    assert kinds(settle(teacher)) == {"a": "Answered", "b": "Answered"}
    assert teacher.deaths == 0 and teacher.info is not None


def test_a_text_that_kills_the_worker_twice_alone_is_the_only_one_lost(start, ask) -> None:
    teacher = SupervisedTeacher(start, pause=AT_ONCE)
    teacher.submit(ask("a", "b", "die", "c", "d"))
    settled = settle(teacher)
    assert kinds(settled) == {"a": "Answered", "b": "Answered", "die": "Killed", "c": "Answered", "d": "Answered"}
    assert teacher.deaths == 1 + KILLS_ALLOWED  # one among others, which proves nothing, then alone


def test_two_killers_among_others_are_both_found(start, ask) -> None:
    teacher = SupervisedTeacher(start, pause=AT_ONCE)
    teacher.submit(ask("die 1", "a", "die 2"))
    assert kinds(settle(teacher)) == {"die 1": "Killed", "a": "Answered", "die 2": "Killed"}


def test_a_death_that_does_not_come_again_costs_no_text(start, ask, tmp_path) -> None:
    teacher = SupervisedTeacher(start, pause=AT_ONCE)
    teacher.submit(ask("a", f"die-once {tmp_path / 'died'}", "b"))
    assert set(kinds(settle(teacher)).values()) == {"Answered"} and teacher.deaths == 1


def test_texts_submitted_while_suspects_are_tried_wait_for_their_turn(start, ask) -> None:
    teacher = SupervisedTeacher(start, pause=AT_ONCE)
    teacher.submit(ask("die 1", "die 2"))
    while teacher.deaths == 0:
        teacher.outcomes(LONG_S)
    teacher.submit(ask("late"))
    assert kinds(settle(teacher)) == {"die 1": "Killed", "die 2": "Killed", "late": "Answered"}


def test_a_worker_that_hangs_is_ended_and_its_text_found(start, ask) -> None:
    teacher = SupervisedTeacher(start, pause=AT_ONCE, patience=Patience(silent_s=0.3))
    teacher.submit(ask("hang", "a"))
    settled = settle(teacher)
    assert kinds(settled) == {"hang": "Killed", "a": "Answered"}
    assert isinstance(settled["hang"], Killed) and "silent" in settled["hang"].detail


def test_a_failure_that_the_teacher_reports_is_an_outcome_and_no_death(start, ask) -> None:
    teacher = SupervisedTeacher(start, pause=AT_ONCE)
    teacher.submit(ask("raise"))
    settled = settle(teacher)
    assert isinstance(settled["raise"], Failed) and teacher.deaths == 0


def test_a_requeued_killer_gets_its_chances_again(start, ask) -> None:
    teacher = SupervisedTeacher(start, pause=AT_ONCE)
    for _ in range(2):
        teacher.submit(ask("die"))
        assert kinds(settle(teacher)) == {"die": "Killed"}
    assert teacher.deaths == 2 * KILLS_ALLOWED


def test_a_worker_that_never_gets_ready_ends_in_a_sentence_for_a_person_and_blames_no_text(start, ask) -> None:
    teacher = SupervisedTeacher(lambda: start("not-ready"), pause=AT_ONCE)
    teacher.submit(ask("a", "b"))
    with pytest.raises(TeacherUnavailable, match=f"after {STARTS_ALLOWED} starts.*no memory for the model"):
        settle(teacher)
    assert teacher.pending == 2


def test_a_teacher_that_cannot_be_opened_is_not_started_again(start, ask) -> None:
    started: list[TeacherWorker] = []
    teacher = SupervisedTeacher(lambda: started.append(start("refuses")) or started[-1], pause=AT_ONCE)
    teacher.submit(ask("a"))
    with pytest.raises(TeacherUnavailable, match="ask for access"):
        settle(teacher)
    assert len(started) == 1


def test_the_restart_waits_for_the_back_off_and_the_caller_gets_its_time_back_meanwhile(start, ask, tmp_path) -> None:
    now, waits = [0.0], []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    teacher = SupervisedTeacher(start, pause=lambda failures: 7.0 * failures, clock=lambda: now[0], wait=wait)
    teacher.submit(ask(f"die-once {tmp_path / 'died'}"))
    while not teacher.deaths:
        teacher.outcomes(LONG_S)
    assert teacher.outcomes(5.0) == [] and now[0] == 5.0
    assert set(kinds(settle(teacher)).values()) == {"Answered"} and waits == [5.0, 2.0]


def test_an_idle_teacher_starts_no_worker(start) -> None:
    teacher = SupervisedTeacher(start)
    assert teacher.outcomes(0.0) == [] and teacher.info is None


def test_answers_carry_what_the_worker_said(start, ask) -> None:
    teacher = SupervisedTeacher(start)
    teacher.submit(ask("hello"))
    (answer,) = settle(teacher).values()
    assert isinstance(answer, Answered) and (answer.raw, answer.completion_tokens) == ("hello", 1)


def test_a_teacher_that_was_away_costs_no_text_an_attempt_or_a_suspicion(start, ask, tmp_path) -> None:
    teacher = SupervisedTeacher(start, pause=AT_ONCE)
    teacher.submit(ask("a", f"leave {tmp_path / 'left'}", "b"))
    assert set(kinds(settle(teacher)).values()) == {"Answered"}
    assert teacher.deaths == 0 and teacher.away is None


def test_nobody_is_asked_before_it_is_known_who_answers(start, ask) -> None:
    met: list[str] = []
    teacher = SupervisedTeacher(start, approve=lambda info: bool(met.append(info.model)), pause=AT_ONCE)
    teacher.submit(ask("a"))
    assert settle(teacher) == {} and met == ["scripted"]


def test_a_teacher_can_be_met_without_a_text(start) -> None:
    met: list[str] = []
    teacher = SupervisedTeacher(start, approve=lambda info: not met.append(info.model), pause=AT_ONCE)
    while not met:
        teacher.meet(LONG_S)
    teacher.meet(LONG_S)
    assert met == ["scripted"] and teacher.pending == 0
    teacher.close()


def test_a_teacher_that_cannot_be_opened_any_more_is_away_and_its_texts_wait(start, ask, tmp_path) -> None:
    marker = tmp_path / "left"
    teacher = SupervisedTeacher(lambda: start("refuses-after", str(marker)), pause=AT_ONCE)
    teacher.submit(ask("a", f"leave {marker}"))
    while teacher.away is None:
        teacher.outcomes(LONG_S)
    assert teacher.away == "the model is gone" and teacher.pending == 1
    teacher.close()


def test_a_teacher_that_asks_to_be_left_alone_is_left_alone_and_is_away_at_once(start, ask, tmp_path) -> None:
    now = [0.0]
    teacher = SupervisedTeacher(start, pause=AT_ONCE, clock=lambda: now[0], wait=lambda _seconds: None)
    teacher.submit(ask(f"rest {tmp_path / 'left'}"))
    while teacher.away is None:
        teacher.outcomes(LONG_S)
    now[0] = 299.0
    assert teacher.outcomes(LONG_S) == [] and teacher.pending == 1
    now[0] = 300.0
    assert set(kinds(settle(teacher)).values()) == {"Answered"} and teacher.away is None
