"""The real workers and the real trainer, on the toy pair and on models made on the spot."""

import json
from pathlib import Path

import pytest

from daemon.filing import ChunkOptions
from daemon.parts import plans_of
from daemon.settings import load_settings
from daemon.smoke.run import smoke
from daemon.smoke.texts import sample_texts, some_texts
from tests.acceptance.driving import Home
from tests.models import write_llama3, write_tinyllama
from trainer.child import own_folder

TOYS = '[edgar]\ncompanies = []\n[teacher]\nkind = "extractive"\n[student]\nbase = "seedling"\n'


def config(tmp_path, text=TOYS):
    path = tmp_path / "config.toml"
    path.write_text(f"[service]\nmin_free_gib = 0\nthreads = 1\n{text}")
    return path


def ran(tmp_path, text=TOYS):
    settings = load_settings(config(tmp_path, text), {})
    return smoke(settings, plans_of(settings), say=lambda what: None)


def levels(found):
    return {finding.check: finding.level for finding in found.findings}


def test_the_command_tries_chunks_of_the_state_and_writes_nothing_to_its_log(tmp_path):
    home = Home(tmp_path).configure()
    home.drop(1001, 2020, paragraphs=2)
    assert home.run("run", "--once").returncode == 0
    log = (home.state / "log.duckdb").read_bytes()
    done = home.run("doctor", "--smoke", "--json", OMP_NUM_THREADS="1")
    found = json.loads(done.stdout)["smoke"]
    assert (done.returncode, found["labelling"]["accepted"], found["training"]["steps"]) == (0, 3, 5), done.stderr
    assert (found["labelling"]["source"], found["training"]["stand_in"]) == ("state", False)
    assert (found["estimate"]["hours_to_label"], found["estimate"]["minutes_per_training"] > 0) == (0.0, True)
    assert not (home.state / "work" / "smoke").exists()
    assert (home.state / "log.duckdb").read_bytes() == log


LOCAL = """
[edgar]
companies = []
[teacher]
kind = "local"
model = "{teacher}"
device = "cpu"
gpu = "{gpu}"
max_rationale_tokens = 128
max_summary_tokens = 128
attempts = {attempts}
[student]
base = "{student}"
quantization = "nf4"
"""


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pair")
    return {
        "teacher": write_llama3(folder / "teacher", vocab=4096, english="ends"),
        "student": write_tinyllama(folder / "student", vocab=4096),
    }


def test_a_local_teacher_and_a_quantised_student_are_tried_like_any_other(tmp_path, pair):
    found = ran(tmp_path, LOCAL.format(**pair, gpu="share", attempts=6))
    assert levels(found) == {"labelling": "ok", "training": "ok", "estimate": "ok"}
    assert found.smoke.labelling.accepted == 3
    assert (found.smoke.labelling.source, found.smoke.training.steps) == ("samples", 5)
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]


def test_a_teacher_that_cannot_be_opened_is_a_problem_and_the_student_is_tried_all_the_same(tmp_path, pair):
    found = ran(tmp_path, LOCAL.format(teacher=tmp_path / "nothing", student=pair["student"], gpu="share", attempts=1))
    assert levels(found) == {"labelling": "problem", "training": "ok", "estimate": "ok"}
    assert (found.smoke.labelling, found.smoke.training.stand_in) == (None, True)


def test_a_local_teacher_without_a_gpu_is_a_problem_and_nothing_is_tried(tmp_path, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    found = ran(tmp_path, "[edgar]\ncompanies = []\n")
    assert levels(found) == {"smoke": "problem"}
    assert not (tmp_path / "state").exists()


def test_two_smoke_runs_do_not_share_a_folder(tmp_path):
    folder = tmp_path / "state" / "work" / "smoke"
    folder.mkdir(parents=True)
    with own_folder(folder):
        assert levels(ran(tmp_path)) == {"smoke": "problem"}


def test_without_a_state_the_texts_are_invented_samples(tmp_path):
    found = some_texts(tmp_path / "state", ChunkOptions())
    assert (found.source, len({text.text_id for text in found.texts})) == ("samples", 3)
    assert all(len(text.text) > 200 for text in found.texts)


@pytest.mark.parametrize("count", [1, 7, 64])
def test_as_many_different_samples_come_as_are_asked_for(count):
    assert len({text.text_id for text in sample_texts(ChunkOptions(), count)}) == count
