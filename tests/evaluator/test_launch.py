"""The real child process, once for each way it can end."""

import hashlib
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from evaluator.launch import finished, start
from evaluator.spec import EvalDone, EvalFailed


def test_a_child_scores_and_decides_and_leaves_every_output(make_spec, make_adapter, tmp_path):
    spec, run_dir = make_spec(champion=make_adapter(2)), tmp_path / "run"
    running = start(run_dir, spec)
    outcome = running.outcome()
    assert isinstance(outcome, EvalDone), outcome
    assert (outcome.n, outcome.clusters, outcome.outputs) == (36, 9, 36 * 3 * 2)
    assert outcome.comparison.against == "champion" and outcome.decision.reason in ("better", "not_better")
    assert {row.system for row in outcome.scores} == {"base", "champion", "challenger", "lead2", "random2", "self"}
    assert {row.value for row in outcome.scores if row.system == "self"} == {1.0}
    table = pq.read_table(run_dir / outcome.per_example.path)
    assert table.num_rows == outcome.per_example.rows == 36 * (3 * 2 + 2 + 2)
    assert hashlib.sha256((run_dir / outcome.per_example.path).read_bytes()).hexdigest() == outcome.per_example.sha256
    assert "`toy`" in (run_dir / "report.md").read_text()
    assert running.progress().phase == "scoring"
    assert finished(run_dir, spec) == outcome and finished(run_dir, spec.model_copy(update={"seed": 8})) is None


def test_a_child_that_cannot_score_says_why(make_spec, tmp_path):
    outcome = start(tmp_path / "run", make_spec(trained_on=(tmp_path / "gone.parquet",))).outcome()
    assert isinstance(outcome, EvalFailed)
    assert outcome.reason == "trained_on_unreadable"


def test_a_child_that_is_killed_is_a_failed_evaluation(make_spec, tmp_path):
    running = start(tmp_path / "run", make_spec())
    running.stop(grace_s=0)
    outcome = running.outcome()
    assert isinstance(outcome, EvalFailed) and outcome.reason == "killed"
    assert finished(tmp_path / "run", running.spec) is None


def test_what_the_daemon_imports_loads_no_torch():
    light = "evaluator.launch, evaluator.spec, evaluator.gate, evaluator.metrics, evaluator.evaluate, evaluator.report"
    code = f"import sys, {light}; sys.exit(any(m in sys.modules for m in ('torch', 'transformers', 'peft')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("arguments", [[], ["a", "b"]])
def test_wrong_arguments_are_a_usage_error(arguments):
    assert subprocess.run([sys.executable, "-m", "evaluator", *arguments], check=False).returncode == 2
