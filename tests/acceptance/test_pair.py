"""The default configuration from end to end on models of the right architecture and the wrong weights.

Both are 4-bit here. The teacher says English sentences that have nothing to do with the text, so nothing is learned; that
every step does its part is what is shown.
"""

import json
from pathlib import Path

import pytest

from store.task import Answer
from tests.acceptance.driving import Home
from tests.models import write_llama3, write_tinyllama

HELDOUT = ("2001", "2002")


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What differs from the configuration that `init` writes."""
    models = tmp_path_factory.mktemp("models")
    return {
        "FINSDISTILL_TEACHER__MODEL": str(write_llama3(models / "teacher", english="loops")),
        "FINSDISTILL_TEACHER__DEVICE": "cpu",
        "FINSDISTILL_TEACHER__QUANTIZATION": "nf4",
        "FINSDISTILL_STUDENT__BASE": str(write_tinyllama(models / "student")),
        "FINSDISTILL_TRAINER__THRESHOLD": "8",
        "FINSDISTILL_EVALUATOR__HELDOUT": json.dumps(HELDOUT),
        "FINSDISTILL_EVALUATOR__HELDOUT_SHARE": "0",
        "FINSDISTILL_EVALUATOR__MAX_EXAMPLES": "4",
        "FINSDISTILL_EDGAR__COMPANIES": "[]",
        "FINSDISTILL_SERVICE__LOG_FORMAT": "json",
    }


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, variables: dict[str, str]) -> Home:
    home = Home(tmp_path_factory.mktemp("pair"))
    (home.folder / "inbox").mkdir()
    assert home.run("init").returncode == 0
    home.drop(1001, 2020, paragraphs=8)
    for cik in HELDOUT:
        home.drop(int(cik), 2020, paragraphs=1)
    finished = home.run("run", "--once", **variables)
    assert finished.returncode == 0, finished.stderr[-3000:]
    return home


def test_the_teachers_labels_become_triplets_of_both_splits(done: Home, variables: dict[str, str]) -> None:
    found = {row["split"]: row["n"] for row in done.sql("SELECT split, count(*) AS n FROM triplets GROUP BY split")}
    assert found["train"] >= 8 and found["heldout"] >= 2


def test_every_answer_is_valid_and_nothing_follows_its_closing_brace(done: Home) -> None:
    raws = [row["raw"] for row in done.sql("SELECT raw FROM refusals UNION ALL SELECT raw FROM labels")]
    for raw in filter(None, raws):
        Answer.model_validate_json(raw)
    assert done.sql("SELECT count(*) AS n FROM refusals WHERE reason IN ('not_json', 'schema', 'truncated')") == [
        {"n": 0}
    ]


def test_a_greedy_answer_that_goes_in_circles_is_drawn_anew(done: Home) -> None:
    refused = {row["reason"] for row in done.sql("SELECT DISTINCT reason FROM refusals WHERE attempts = 1")}
    assert refused == {"degenerate"}
    assert {row["attempt"] for row in done.sql("SELECT DISTINCT attempt FROM labels")} <= {2, 3}


def test_the_recipe_says_what_labelled(done: Home, variables: dict[str, str]) -> None:
    (recipe,) = done.sql("SELECT teacher, model, quantization, toy FROM recipes WHERE active")
    model = variables["FINSDISTILL_TEACHER__MODEL"]
    assert recipe == {"teacher": "local", "model": model, "quantization": "nf4", "toy": False}


def test_the_student_is_trained_and_scored_on_the_default_objective(done: Home) -> None:
    adapters = done.sql("SELECT objective, rows, dropped, status FROM adapters")
    assert {row["objective"] for row in adapters} == {"step_by_step"} and {row["dropped"] for row in adapters} == {0}
    assert {row["status"] for row in adapters} == {"held"}
    scored = done.sql("SELECT DISTINCT system, field FROM metrics WHERE metric = 'rougeL'")
    assert {(row["system"], row["field"]) for row in scored} >= {("base", "summary"), ("challenger", "rationale")}


def test_the_student_predicts(done: Home, variables: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("Net sales rose 9% because more phones were sold. Costs fell.")
    (adapter, *_) = done.sql("SELECT adapter_id FROM adapters")
    said = done.run("predict", str(tmp_path / "text.txt"), "--adapter", adapter["adapter_id"], "--json", **variables)
    assert said.returncode == 0, said.stderr
    assert "summary" in json.loads(said.stdout.splitlines()[0])
