"""A teacher that dies, hangs, answers junk or runs out of memory never stops the service or loses a chunk."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from daemon.activity import Activity
from daemon.answers import limits
from daemon.handover import Handover
from daemon.labelling.breaker import Breaker
from daemon.labelling.budget import Budget
from daemon.labelling.pauses import Pauses
from daemon.labelling.recipes import Recipes
from daemon.labelling.verdicts import Rules
from daemon.standing import Standing
from daemon.steps.label import Guards, Label
from daemon.teachers.client import TeacherWorker
from daemon.teachers.extractive import ExtractiveSettings
from daemon.teachers.recipe import Recipe
from daemon.teachers.supervisor import Patience, SupervisedTeacher
from store.ids import text_id
from store.log import EventLog
from tests.builders import a_chunk, a_filing, a_log, a_requeue, an_adoption, put
from trainer.child import LOCK

CONFIGURED, OTHER = ExtractiveSettings().recipe(), ExtractiveSettings(max_summary_tokens=99).recipe()
RECIPE = CONFIGURED.recipe_id
SCRIPT = str(Path(__file__).with_name("failing_teacher.py"))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with a_log(tmp_path / "state") as log:
        put(log, a_filing())
        yield log


@pytest.fixture
def label(log: EventLog, tmp_path: Path) -> Iterator[Callable[..., Label]]:
    """The real step with a real worker process; `gpu` is shared unless a test hands one in."""
    steps: list[Label] = []

    def make(
        gpu: Handover | None = None,
        attempts: int = 3,
        recipe: Recipe = CONFIGURED,
        daily: int | None = None,
        whole: bool = True,
        early: bool = False,
    ) -> Label:
        command = [sys.executable, "-P", SCRIPT]
        recipes, pauses = Recipes(log, recipe, whole=whole), Pauses(log)
        guards = Guards(recipes, pauses, Breaker(), Budget(log, daily), look_again_s=0.0)
        activity = Activity()
        step = Label(
            Standing(log, activity, Event()),
            lambda approve: SupervisedTeacher(
                lambda: TeacherWorker(ExtractiveSettings(), tmp_path / "work", command=command),
                approve=approve,
                patience=Patience(silent_s=1.0),
                pause=lambda _failures: 0.0,
            ),
            guards=guards,
            rules=Rules(limits(256, 160), attempts),
            window=128,
            activity=activity,
            gpu=gpu or Handover(exclusive=False),
            early=early,
        )
        steps.append(step)
        return step

    yield make
    for step in steps:
        step.close()


def work(step: Label) -> None:
    while step.advance():
        pass


def chunks(log: EventLog, *texts: str) -> None:
    put(log, *(a_chunk(text, ordinal=number) for number, text in enumerate(texts)))


def outcome(log: EventLog, text: str) -> str:
    """`labelled`, or the dead letter's reason, of a text that is not pending any more."""
    assert not log.query("SELECT 1 FROM pending WHERE text_id = ?", [text_id(text)])
    dead = log.query("SELECT reason FROM dead_letters WHERE text_id = ?", [text_id(text)])
    labels = log.query("SELECT count(*) FROM raw.labels WHERE text_id = ?", [text_id(text)])
    assert labels[0][0] == (0 if dead else 1)
    return str(dead[0][0]) if dead else "labelled"


GOOD = ("Sales rose in the north.", "Sales rose in the south.", "Sales rose in the west.")


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


def pauses(log: EventLog) -> list[bool]:
    return [paused for (paused,) in log.query("SELECT paused FROM raw.pauses ORDER BY seq")]


def test_another_recipe_asks_the_same_texts_under_names_of_its_own(log, label):
    chunks(log, "junk only")
    work(label(attempts=1))
    work(label(attempts=1, recipe=OTHER))
    assert log.query("SELECT recipe FROM raw.refusals ORDER BY seq") == [(RECIPE,), (OTHER.recipe_id,)]


def test_a_changed_recipe_asks_nothing_until_a_person_has_decided(log, label):
    chunks(log, *GOOD)
    work(label())
    step = label(recipe=OTHER)
    work(step)
    assert step.paused is not None and "finsdistill plan" in step.paused and step.stuck() == step.paused
    assert log.query("SELECT DISTINCT recipe FROM raw.labels") == [(RECIPE,)] and pauses(log) == [True]


def test_after_the_decision_to_relabel_each_text_is_asked_once_more(log, label):
    chunks(log, *GOOD)
    work(label())
    step = label(recipe=OTHER)
    work(step)
    put(log, an_adoption(OTHER.recipe_id, decision="relabel"))
    work(step)
    counts = "SELECT recipe, count(*) FROM raw.labels GROUP BY recipe ORDER BY min(seq)"
    assert log.query(counts) == [(RECIPE, 3), (OTHER.recipe_id, 3)]
    assert pauses(log) == [True, False] and step.paused is None


def test_labels_that_are_kept_are_not_asked_again(log, label):
    chunks(log, *GOOD[:2])
    work(label())
    chunks(log, *GOOD)
    step = label(recipe=OTHER)
    work(step)
    put(log, an_adoption(OTHER.recipe_id, decision="keep_old"))
    work(step)
    assert log.query("SELECT count(*) FROM raw.labels") == [(3,)]
    assert log.query("SELECT count(*) FROM triplets") == [(3,)]


def test_a_restart_in_a_pause_does_not_tell_it_again(log, label):
    chunks(log, *GOOD)
    work(label())
    work(label(recipe=OTHER))
    work(label(recipe=OTHER))
    assert pauses(log) == [True]


def test_a_teacher_that_talks_only_nonsense_is_not_asked_everything(log, label):
    chunks(log, *(f"junk {number}" for number in range(400)))
    step = label(attempts=1)
    work(step)
    assert step.paused is not None and "200 not_json" in step.paused and pauses(log) == [True]
    (dead,) = log.query("SELECT count(*) FROM dead_letters")[0]
    assert 200 <= dead <= 200 + 128
    assert log.query("SELECT count(*) FROM pending") == [(400 - dead,)] and step.stuck() == step.paused


def test_the_tokens_of_a_day_bound_what_is_asked(log, label):
    chunks(log, *GOOD)
    step = label(daily=6)  # three texts of two tokens
    work(step)
    chunks(log, *GOOD, "Sales rose in the east.")
    work(step)
    assert step.paused is not None and "6 tokens were used today" in step.paused
    assert log.query("SELECT count(*) FROM pending") == [(1,)] and step.stuck() == step.paused


def test_a_teacher_that_must_say_first_who_it_is_is_not_opened_for_nothing(log, label, tmp_path):
    work(label(whole=False))
    assert not (tmp_path / "work").exists()
    chunks(log, *GOOD)
    work(label(whole=False))
    worker = (tmp_path / "work" / LOCK).read_text()
    work(label(whole=False))
    assert (tmp_path / "work" / LOCK).read_text() == worker
    assert log.query("SELECT count(*) FROM triplets") == [(3,)]


def test_a_server_that_is_the_old_one_again_labels_again(log, label, tmp_path):
    chunks(log, *GOOD[:2])
    work(label(whole=False))
    (tmp_path / "work" / "revision").write_text("2")
    chunks(log, *GOOD)
    step = label(whole=False, early=True)
    while step.paused is None:
        step.advance()
    (tmp_path / "work" / "revision").unlink()
    while step.paused is not None:
        step.advance()
    work(step)
    assert log.query("SELECT recipe, count(*) FROM raw.labels GROUP BY recipe") == [(step.wanted, 3)]


def test_what_a_server_was_asked_before_it_became_another_one_is_asked_again_of_that_one(log, label):
    """Nobody has to decide, as nothing is labelled yet; what the new one says is not the old one's."""
    chunks(log, "become 2", *GOOD)
    step = label(whole=False)
    work(step)
    (first, second) = log.query("SELECT recipe FROM raw.recipe_changes ORDER BY seq")
    assert log.query("SELECT recipe, count(*) FROM raw.labels GROUP BY recipe") == [(*second, 4)] and first != second


def test_a_decision_that_comes_while_texts_are_asked_ends_what_labels_them(log, label):
    """It was made about a server that has turned back since: its recipe is active, and the other one answers."""
    chunks(log, *GOOD)
    step = label()
    step.advance()
    put(log, an_adoption(OTHER.recipe_id, decision="relabel"))
    adopted = log.head.seq
    work(step)
    assert step.paused is not None and f"({OTHER.recipe_id[:8]})" in step.paused and pauses(log) == [True]
    assert log.query("SELECT count(*) FROM raw.labels WHERE seq > ?", [adopted]) == [(0,)]
