"""From snapshot to outcome with students whose answers are written here."""

import pyarrow.parquet as pq
import pytest

from evaluator.errors import CannotScore
from evaluator.evaluate import evaluate
from evaluator.outputs import Output, SystemOutputs
from evaluator.spec import EvalDone, EvalProgress
from store.snapshot import HELDOUT, TRAIN
from store.task import TASKS


def students(**speech):
    """`speech`: system → what it says to a row, the same to every task."""

    def predict(spec, who, rows, *, tell):
        tell(EvalProgress(phase="predicting", done=0, total=1, system="base"))
        return [
            SystemOutputs(
                system,
                tuple(
                    Output(row.text_id, task, raw=say(row), tokens=5, hit_limit=False)
                    for task in TASKS[spec.objective]
                    for row in rows
                ),
                trimmed=0,
                seconds=2.0,
            )
            for system, say in speech.items()
        ]

    return predict


def perfect(row):
    return row.summary


def mute(row):
    return ""


@pytest.mark.parametrize(
    ("base", "challenger", "decided"),
    [
        (mute, perfect, ("promote", "better")),
        (perfect, perfect, ("hold", "not_better")),
        (perfect, mute, ("hold", "not_better")),
    ],
)
def test_without_a_champion_the_base_is_to_be_beaten(make_spec, tmp_path, base, challenger, decided):
    done = evaluate(make_spec(), tmp_path, students(base=base, challenger=challenger))
    assert (done.decision.action, done.decision.reason) == decided
    assert (done.comparison.against, done.champion_id) == ("base", None)


def test_with_a_champion_the_champion_is_to_be_beaten(make_spec, make_adapter, tmp_path):
    spec = make_spec(champion=make_adapter(2))
    done = evaluate(spec, tmp_path, students(base=mute, champion=perfect, challenger=perfect))
    assert (done.comparison.against, done.decision.reason) == ("champion", "not_better")
    assert done.champion_id == spec.champion.adapter_id


def test_few_texts_hold_however_good_the_challenger(make_spec, tmp_path):
    done = evaluate(make_spec(max_examples=29), tmp_path, students(base=mute, challenger=perfect))
    assert (done.n, done.left_out, done.decision.reason) == (29, 7, "too_few_heldout")


def test_nothing_left_to_score_on_is_unscored_and_asks_no_student(make_spec, tmp_path):
    snapshot = tmp_path / "snapshot"
    done = evaluate(make_spec(trained_on=(snapshot / TRAIN, snapshot / HELDOUT)), tmp_path, students())
    assert (done.n, done.dropped_trained_on, done.scores, done.per_example) == (0, 36, (), None)
    assert (done.decision.action, done.decision.reason) == ("unscored", "no_heldout")


def test_texts_an_adapter_was_trained_on_are_not_scored(make_spec, make_adapter, tmp_path, rows):
    spec = make_spec(challenger=make_adapter(1, trained=rows[0].text_id))
    done = evaluate(spec, tmp_path, students(base=mute, challenger=perfect))
    assert (done.n, done.dropped_trained_on) == (35, 1)


def test_a_snapshot_whose_rows_changed_is_refused(make_spec, tmp_path):
    spec = make_spec()
    (tmp_path / "snapshot" / HELDOUT).write_bytes((tmp_path / "snapshot" / TRAIN).read_bytes())
    with pytest.raises(CannotScore, match="seals it again"):
        evaluate(spec, tmp_path, students())


def test_the_same_evaluation_twice_gives_the_same_scores_and_file(make_spec, tmp_path):
    spec, speak = make_spec(), students(base=mute, challenger=lambda row: row.text)
    first, second = (evaluate(spec, tmp_path, speak) for _ in range(2))
    assert first.model_copy(update={"seconds": 0.0}) == second.model_copy(update={"seconds": 0.0})


def test_an_outcome_survives_the_trip_to_disk(make_spec, tmp_path):
    done = evaluate(make_spec(), tmp_path, students(base=mute, challenger=perfect))
    assert EvalDone.model_validate_json(done.model_dump_json()) == done


def test_rates_count_student_outputs(make_spec, tmp_path):
    done = evaluate(make_spec(), tmp_path, students(base=mute, challenger=perfect))
    assert (done.outputs, done.texts_per_s) == (36 * 2 * 2, 36 * 2 * 2 / 4.0)


def test_the_report_puts_baselines_beside_and_says_where_lead2_wins(make_spec, tmp_path):
    evaluate(make_spec(), tmp_path, students(base=mute, challenger=mute))
    report = (tmp_path / "report.md").read_text()
    lines = {line.split("|")[1].strip() for line in report.splitlines() if line.startswith("| ")}
    assert {"base", "challenger", "lead2", "random2", "self"} <= lines
    for name in ("Lead-2 (the first two sentences)", "Random-2 (two sentences drawn by lot)"):
        assert f"**{name} is at least as good as the challenger** on summary rouge1 (" in report
    assert "`toy`" in report and "**hold** (not_better)" in report and "by:company" in report


def test_the_report_says_when_lead2_is_beaten(make_spec, tmp_path):
    evaluate(make_spec(), tmp_path, students(base=mute, challenger=perfect))
    assert (
        "The challenger is ahead of Lead-2 (the first two sentences) on every summary metric."
        in (tmp_path / "report.md").read_text()
    )


def test_the_report_of_nothing_says_what_to_do(make_spec, tmp_path):
    evaluate(make_spec(trained_on=(tmp_path / "snapshot" / HELDOUT,)), tmp_path, students())
    assert "**unscored** (no_heldout)" in (tmp_path / "report.md").read_text()


def test_every_mean_can_be_made_again_from_the_file_of_single_scores(make_spec, tmp_path):
    done = evaluate(make_spec(), tmp_path, students(base=mute, challenger=lambda row: row.text))
    table = pq.read_table(tmp_path / done.per_example.path).to_pylist()
    for row in (row for row in done.scores if row.metric.startswith("rouge")):
        single = [one[row.metric] for one in table if (one["system"], one["field"]) == (row.system, row.field)]
        assert row.value == pytest.approx(sum(single) / row.n) and len(single) == row.n
    assert {one["answer"] for one in table if one["system"] == "base"} == {None}
    assert all(one["empty"] for one in table if one["system"] == "base")


def test_texts_near_those_an_adapter_was_trained_on_are_not_scored(make_spec, make_adapter, tmp_path, rows):
    near = ((rows[1].text_id, rows[0].text_id), (rows[2].text_id, "some text that trained nobody"))
    spec = make_spec(challenger=make_adapter(1, trained=rows[0].text_id), near=near)
    done = evaluate(spec, tmp_path, students(base=mute, challenger=perfect))
    assert (done.n, done.dropped_trained_on) == (34, 2)
