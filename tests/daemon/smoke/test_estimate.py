import pytest

from daemon.smoke.estimate import Work, estimate
from daemon.smoke.figures import LabellingFigures, Smoke, TrainingFigures
from daemon.smoke.words import of_estimate, of_labelling, of_service, of_training

NOTHING = Work(pending=None, threshold=500, epochs=3, objective="summary")


def labelling(**changes):
    plain = {
        "teacher": "a teacher", "source": "state", "texts": 3, "accepted": 2, "refused": ("not_json: no",), "answers": 5,
        "seconds_to_load": 60.0, "seconds": 6.0, "prompt_tokens": 3000, "completion_tokens": 300,
    }  # fmt: skip
    return LabellingFigures(**(plain | changes))


def training(**changes):
    plain = {
        "base": "a base", "device": "a GPU", "stand_in": False, "steps": 5, "examples": 80, "tokens": 40_000,
        "seconds_to_start": 20.0, "seconds": 10.0,
    }  # fmt: skip
    return TrainingFigures(**(plain | changes))


def work(**changes):
    return Work(**({"pending": 1800, "threshold": 500, "epochs": 3, "objective": "step_by_step"} | changes))


def test_rates_are_of_what_was_accepted_and_of_the_steps_alone():
    assert (labelling().labels_per_s, labelling().seconds_per_text) == (pytest.approx(1 / 3), 2.0)
    assert (training().tokens_per_s, training().seconds_per_step) == (4000.0, 2.0)


@pytest.mark.parametrize(
    ("pending", "hours"),
    [
        (1800, (60 + 1800 * 2.0) / 3600),  # load once, then 6 s for each three texts
        (0, 0.0),  # not even the loading
        (None, None),
    ],
)
def test_hours_to_label_are_the_load_and_each_pending_text_with_its_attempts(pending, hours):
    assert estimate(labelling(), None, work(pending=pending)).hours_to_label == hours


@pytest.mark.parametrize(
    ("objective", "minutes"),
    [
        ("summary", (20 + 1500 * 500 / 4000) / 60),  # 500 rows, 3 epochs, 500 tokens an example
        ("step_by_step", (20 + 3000 * 500 / 4000) / 60),  # a row is two examples
    ],
)
def test_minutes_of_a_training_are_its_start_and_all_epochs_of_its_examples(objective, minutes):
    found = estimate(None, training(), work(objective=objective)).minutes_per_training
    assert found == pytest.approx(minutes)


def test_nothing_is_estimated_from_nothing():
    found = estimate(None, None, NOTHING)
    assert (found.hours_to_label, found.minutes_per_training, found.assumes) == (None, None, ())
    assert list(of_estimate(Smoke(labelling=None, training=None, estimate=found))) == []


def test_a_teacher_without_an_accepted_answer_gets_no_estimate():
    none = labelling(accepted=0, refused=("not_json: no",) * 3)
    assert estimate(none, None, work()).hours_to_label is None
    (finding,) = of_labelling(none)
    assert (finding.level, "not_json: no" in finding.seen) == ("problem", True)


def test_an_estimate_says_what_it_assumes():
    found = estimate(labelling(source="samples"), training(stand_in=True), work())
    (finding,) = of_estimate(Smoke(labelling=labelling(), training=training(), estimate=found))
    assert "at most 1.0 hours to label the 1,800 pending texts" in finding.seen
    assert "about 6.6 minutes for one training" in finding.seen
    assert all(words in finding.seen for words in ("invented samples", "stand-ins", "from scratch on 500 triplets"))


def test_without_a_state_the_estimate_is_for_a_thousand_texts():
    figures = Smoke(labelling=labelling(), training=None, estimate=estimate(labelling(), None, NOTHING))
    (finding,) = of_estimate(figures)
    assert "33.3 minutes to label each 1,000 texts" in finding.seen


def test_refused_texts_and_stand_ins_are_told():
    assert [finding.level for finding in of_labelling(labelling())] == ["ok", "warning"]
    (finding,) = of_training(training(stand_in=True))
    assert "stand-in" in finding.seen


@pytest.mark.parametrize(("pid", "levels"), [(None, []), (7, ["warning"])])
def test_a_running_service_shares_the_machine(pid, levels):
    assert [finding.level for finding in of_service(pid)] == levels
