"""The real child process: a student's replies are what the evaluator would score."""

import subprocess
import sys

import pytest

from evaluator.adapters import contestants
from evaluator.answer import main
from evaluator.answering import (
    AnswerSpec,
    CannotAnswer,
    NoReplies,
    StudentRef,
    StudentReply,
    adapted,
    merged,
    read_outcome,
    start,
    write_outcome,
)
from evaluator.predict import predict
from store.task import read_student
from trainer.run import SPEC
from trainer.spec import TrainingProblem


def a_spec(student, texts):
    limits = {"max_new_tokens_summary": 8, "max_new_tokens_rationale": 12}
    return AnswerSpec(student=student, texts=tuple(texts), batch_size=16, threads=1, **limits)


def replies_here(run_dir, spec):
    """As the child works, without the ten seconds of a process that imports torch."""
    run_dir.mkdir()
    (run_dir / SPEC).write_text(spec.model_dump_json())
    return main([str(run_dir)]), read_outcome(run_dir)


def the_base(base_dir, **changes):
    fields = {"base_revision": None, "base_fingerprint": None, "quantization": "none", "objective": "summary"}
    return StudentRef(**(fields | {"base": str(base_dir), "max_tokens": 384, "adapter": None, "toy": True} | changes))


def test_an_adapter_answers_as_it_is_scored(make_spec, make_adapter, rows, tmp_path):
    ref, few = make_adapter(1), rows[:5]
    scored = predict(make_spec(challenger=ref), contestants(make_spec(challenger=ref)), few, tell=lambda _: None)[-1]
    answering = start(tmp_path / "run", a_spec(adapted(ref), [row.text for row in few]))
    replies = answering.replies()
    assert [one.summary for one in replies] == [read_student("summary", o.raw).summary for o in scored.outputs[:5]]
    assert [one.rationale for one in replies] == [
        read_student("rationale", o.raw).rationale for o in scored.outputs[5:]
    ]
    assert any(one.summary for one in replies)
    assert (answering.progress().done, answering.progress().total) == (10, 10)


def test_the_base_answers_without_an_adapter_and_a_text_too_long_is_said_to_be(base_dir, tmp_path):
    student = the_base(base_dir)
    status, done = replies_here(tmp_path / "run", a_spec(student, ["Cash fell.", "Cash fell. " * 500]))
    assert status == 0
    assert [one.trimmed for one in done.replies] == [False, True]
    assert [one.rationale for one in done.replies] == [None, None]


def test_a_base_whose_weights_changed_answers_nothing(base_dir, tmp_path):
    student = the_base(base_dir, base_fingerprint="sha256:other")
    status, failed = replies_here(tmp_path / "run", a_spec(student, ["Cash fell."]))
    assert status == 1
    assert "put the old weights back" in failed.detail


def test_a_base_that_is_not_there_is_one_sentence(tmp_path):
    _, failed = replies_here(tmp_path / "run", a_spec(the_base(tmp_path / "gone"), ["Cash fell."]))
    assert "cannot be loaded" in failed.detail
    assert "\n" not in failed.detail


def test_what_a_child_could_not_do_reaches_who_asked(tmp_path):
    answering = start(tmp_path / "run", a_spec(the_base(tmp_path / "gone"), ["Cash fell."]))
    answering.stop(grace_s=0)
    write_outcome(tmp_path / "run", NoReplies(detail="memory does not hold it"))
    with pytest.raises(CannotAnswer, match="memory does not hold it"):
        answering.replies()


def test_a_child_that_is_killed_is_no_silence(base_dir, tmp_path):
    answering = start(tmp_path / "run", a_spec(the_base(base_dir), ["Cash fell."]))
    answering.stop(grace_s=0)
    with pytest.raises(CannotAnswer, match="left no outcome"):
        answering.replies()


def test_a_damaged_adapter_is_not_asked(make_adapter):
    ref = make_adapter(1)
    (ref.folder / "adapter_config.json").write_text("{}")
    with pytest.raises(TrainingProblem, match="its files were changed"):
        adapted(ref)


def test_the_answers_of_two_tasks_are_one_reply():
    summary = StudentReply(summary="s", rationale=None, trimmed=False, hit_limit=True)
    rationale = StudentReply(summary=None, rationale="r", trimmed=True, hit_limit=False)
    assert merged([summary, rationale]) == StudentReply(summary="s", rationale="r", trimmed=True, hit_limit=True)


def test_wrong_arguments_are_a_usage_error_and_starting_loads_no_torch():
    assert subprocess.run([sys.executable, "-m", "evaluator.answer"], check=False).returncode == 2
    code = "import sys, evaluator.answering, evaluator.answer; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
