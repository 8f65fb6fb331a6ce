"""A teacher that dies, hangs, answers junk or runs out of memory never stops the service or loses a chunk."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daemon.handover import Handover
from daemon.steps.label import Label
from store.ids import text_id
from store.log import EventLog
from tests.builders import a_requeue, put
from tests.daemon.steps.labelling import GOOD, RECIPE, a_log_with_a_filing, chunks, label_steps, work


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with a_log_with_a_filing(tmp_path / "state") as log:
        yield log


@pytest.fixture
def label(log: EventLog, tmp_path: Path) -> Iterator[Callable[..., Label]]:
    with label_steps(log, tmp_path / "work") as make:
        yield make


def outcome(log: EventLog, text: str) -> str:
    """`labelled`, or the dead letter's reason, of a text that is not pending any more."""
    assert not log.query("SELECT 1 FROM pending WHERE text_id = ?", [text_id(text)])
    dead = log.query("SELECT reason FROM dead_letters WHERE text_id = ?", [text_id(text)])
    labels = log.query("SELECT count(*) FROM raw.labels WHERE text_id = ?", [text_id(text)])
    assert labels[0][0] == (0 if dead else 1)
    return str(dead[0][0]) if dead else "labelled"


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("die now", "engine_error"),
        ("hang here", "engine_error"),
        ("junk only", "not_json"),
        ("oom at once", "engine_error"),
        ("cut short the first time", "labelled"),
    ],
)
def test_one_bad_text_costs_no_other_and_ends_as_an_event(log, label, text, end):
    chunks(log, GOOD[0], text, *GOOD[1:])
    work(label())
    assert [outcome(log, good) for good in GOOD] == ["labelled"] * 3
    assert outcome(log, text) == end


def test_a_worker_that_dies_once_costs_nothing(log, label, tmp_path):
    text = f"die-once {tmp_path / 'died'}"
    chunks(log, *GOOD, text)
    work(label())
    assert {outcome(log, one) for one in (*GOOD, text)} == {"labelled"} and (tmp_path / "died").exists()


def test_a_death_is_told(log, label, tmp_path):
    chunks(log, f"die-once {tmp_path / 'died'}")
    step = label()
    work(step)
    (trouble,) = step._activity.troubles()
    assert "the teacher's worker was killed by signal 9" in trouble.what


def test_every_way_to_fail_at_once_leaves_each_text_its_own_end(log, label):
    bad = {"die a": "engine_error", "junk b": "not_json", "hang c": "engine_error", "oom d": "engine_error"}
    chunks(log, GOOD[0], *bad, *GOOD[1:])
    work(label())
    assert {text: outcome(log, text) for text in bad} == bad
    assert {outcome(log, good) for good in GOOD} == {"labelled"}


def test_junk_is_asked_three_times_each_time_in_another_way_and_kept(log, label):
    chunks(log, "junk only")
    work(label())
    rows = log.query("SELECT attempt, reason, raw FROM raw.refusals ORDER BY seq")
    assert [(attempt, reason) for attempt, reason, _ in rows] == [(1, "not_json"), (2, "not_json"), (3, "not_json")]
    assert [raw.rsplit(" ", 1)[1] for _, _, raw in rows] == ["greedy", "sampled", "sampled"]


def test_a_truncated_answer_is_asked_for_briefly(log, label):
    chunks(log, "cut short the first time")
    work(label())
    assert log.query("SELECT reason FROM raw.refusals") == [("truncated",)]
    assert log.query("SELECT attempt FROM raw.labels") == [(2,)]


def test_a_requeued_text_that_fails_in_the_same_way_again_is_a_dead_letter_again(log, label):
    chunks(log, "oom at once")
    step = label(attempts=1)
    work(step)
    put(log, a_requeue("oom at once", recipe=RECIPE), stream=f"recipe-{RECIPE}")
    work(step)
    assert outcome(log, "oom at once") == "engine_error"
    assert log.query("SELECT count(*) FROM raw.refusals") == [(2,)]


def test_a_teacher_that_is_asked_to_leave_finishes_its_work_ends_and_comes_back(log, label, tmp_path):
    gpu = Handover(exclusive=True)
    step = label(gpu)
    chunks(log, *GOOD)
    step.advance()
    assert not gpu.claim()
    work(step)
    assert gpu.holder == "student" and {outcome(log, good) for good in GOOD} == {"labelled"}
    assert not running(tmp_path / "work")
    chunks(log, "Sales rose in the east.")
    work(step)
    assert log.query("SELECT count(*) FROM pending") == [(1,)]  # nothing is asked while the student has the GPU
    gpu.give_back()
    work(step)
    assert outcome(log, "Sales rose in the east.") == "labelled"


def running(folder: Path) -> list[str]:
    """Processes that work in `folder`."""
    own = [path for path in Path("/proc").glob("[0-9]*/cwd") if path.exists()]
    return [path.parent.name for path in own if path.resolve() == folder.resolve()]
