"""Whether the pair's models are here or can be had."""

import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from daemon.credentials import CredentialProblem
from daemon.doctor.access import access, lacking
from daemon.doctor.base import Machine, Patient
from daemon.doctor.hub import hub_of
from daemon.settings import Settings
from trainer.seedling import SEEDLING_DIR

ROOT = Path(__file__).resolve().parents[3]
SHA = "8afb486c1db24fe5011ec46dfbe5b5dccdb575c2"


def looked(tmp_path, hub_url, *, teacher=None, student=None, hub_s=20.0, **environment):
    """Findings on one model, or on both; the other one is a toy."""
    machine = Machine(
        {"HOME": str(tmp_path), "HF_ENDPOINT": hub_url, **environment}, datetime(2026, 11, 22), "ann", hub_s=hub_s
    )
    sections = {
        "teacher": {"kind": "local", "model": teacher} if teacher else {"kind": "extractive"},
        "student": {"base": student or "seedling"},
    }
    settings = Settings.model_validate(sections)
    return list(access(Patient(tmp_path / "config.toml", settings, lambda url: None, machine)))


def in_cache(whole_model, home, name, revision):
    """As a download leaves it."""
    repo = home / ".cache/huggingface/hub" / f"models--{name.replace('/', '--')}"
    (repo / "refs").mkdir(parents=True)
    (repo / "refs/main").write_text(SHA)
    return Path(shutil.copytree(whole_model, repo / "snapshots" / revision))


def test_toys_need_nobody(tmp_path, hub):
    assert (looked(tmp_path, hub.url), hub.asked) == ([], [])


@pytest.mark.parametrize(
    ("model", "token", "level", "seen", "do"),
    [
        ("open/model", None, "ok", "can be downloaded, 16.0 GB at the first start", None),
        ("unweighed/model", None, "ok", "can be downloaded, at the first start", None),
        ("huge/model", None, "problem", "has room for", "HF_HOME"),
        ("gated/model", None, "problem", "gated, and no HF_TOKEN is set", "/gated/model, then set HF_TOKEN"),
        ("gated/model", "hf_stranger", "problem", "HF_TOKEN has no access", "ask for access at http"),
        ("gated/model", "hf_friend", "ok", "can be downloaded", None),
        ("open/model", "hf_bad", "problem", "refuses HF_TOKEN", "new token"),
        ("nobody/model", None, "problem", "no such model", "correct [teacher]"),
        ("nobody/model", "hf_friend", "problem", "no such model", "correct [teacher]"),
        ("bare/model", None, "problem", "no safetensors", "[teacher]"),
        ("ill/model", None, "warning", "did not answer (it answered 503)", "check the network"),
        ("portal/model", None, "warning", "did not answer", "check the network"),
        ("a/b/c", None, "problem", "neither a folder nor a name", "correct [teacher]"),
        ("/nowhere", None, "problem", "no such folder", "correct [teacher]"),
    ],
)
def test_what_the_hub_says_is_a_finding_and_the_token_is_none(tmp_path, hub, model, token, level, seen, do):
    (finding,) = looked(tmp_path, hub.url, teacher=model, **({"HF_TOKEN": token} if token else {}))
    assert (finding.check, finding.level) == ("access", level)
    assert seen in finding.seen and (do is None if finding.do is None else do in finding.do)
    assert "hf_" not in f"{finding.seen}{finding.do}"


def test_a_revision_that_is_not_there_is_told_from_a_model_that_is_not(tmp_path, hub):
    machine = Machine({"HOME": str(tmp_path), "HF_ENDPOINT": hub.url}, datetime(2026, 11, 22), "ann", hub_s=20.0)
    settings = Settings.model_validate(
        {"teacher": {"kind": "extractive"}, "student": {"base": "open/model", "revision": "gone"}}
    )
    (finding,) = access(Patient(tmp_path / "config.toml", settings, lambda url: None, machine))
    assert (finding.level, "revision gone is not" in finding.seen) == ("problem", True)


def test_a_well_known_model_is_asked_for_at_its_commit(tmp_path, hub):
    looked(tmp_path, hub.url, teacher="meta-llama/Meta-Llama-3-8B-Instruct")
    assert hub.asked[0][0].startswith(f"/api/models/meta-llama/Meta-Llama-3-8B-Instruct/revision/{SHA}")


def test_a_silent_hub_is_a_warning_for_both_models(tmp_path, hub):
    found = looked(tmp_path, hub.url, teacher="silent/one", student="silent/two", hub_s=0.3)
    assert [(finding.level, "did not answer" in finding.seen) for finding in found] == [("warning", True)] * 2


def test_no_hub_at_all_is_a_warning_with_its_reason(tmp_path, hub):
    (finding,) = looked(tmp_path, "http://ann:s3cret@127.0.0.1:9", teacher="open/model")
    assert (finding.level, "Connection refused" in finding.seen, "s3cret" in finding.seen) == ("warning", True, False)


@pytest.mark.parametrize("where", ["variable", "systemd", "login"])
def test_the_token_is_taken_from_where_the_service_takes_it(tmp_path, hub, where):
    (tmp_path / "hf_token").write_text("hf_friend\n")
    environment = {
        "variable": {"HF_TOKEN": "hf_friend"},
        "systemd": {"CREDENTIALS_DIRECTORY": str(tmp_path)},
        "login": {"HF_TOKEN_PATH": str(tmp_path / "hf_token")},
    }[where]
    (finding,) = looked(tmp_path, hub.url, teacher="gated/model", **environment)
    assert (finding.level, {token for _, token in hub.asked}) == ("ok", {"Bearer hf_friend"})


@pytest.mark.parametrize(
    ("model", "revision"), [("meta-llama/Meta-Llama-3-8B-Instruct", SHA), ("some/model", SHA)]
)  # a commit, and `main` by way of its ref
def test_what_was_downloaded_is_here_and_nobody_is_asked(tmp_path, hub, whole_model, model, revision):
    in_cache(whole_model, tmp_path, model, revision)
    (finding,) = looked(tmp_path, hub.url, teacher=model)
    assert (finding.level, "downloaded" in finding.seen, hub.asked) == ("ok", True, [])


def test_another_commit_or_half_a_download_is_not_the_model(tmp_path, hub, whole_model):
    in_cache(whole_model, tmp_path, "meta-llama/Meta-Llama-3-8B-Instruct", "0" * 40)
    (in_cache(whole_model, tmp_path, "some/model", SHA) / "model-00002-of-00002.safetensors").unlink()
    found = looked(tmp_path, hub.url, teacher="meta-llama/Meta-Llama-3-8B-Instruct", student="some/model")
    assert ["can be downloaded" in finding.seen for finding in found] == [True, True]


@pytest.mark.parametrize("variable", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_offline_only_the_cache_is_looked_at(tmp_path, hub, whole_model, variable):
    in_cache(whole_model, tmp_path, "some/model", SHA)
    here, missing = looked(tmp_path, hub.url, teacher="some/model", student="open/model", **{variable: "1"})
    assert (here.level, missing.level, "lacks config.json" in missing.seen, hub.asked) == ("ok", "problem", True, [])


def test_another_cache_is_looked_at_where_it_is_set(tmp_path, hub, whole_model):
    in_cache(whole_model, tmp_path, "some/model", SHA)
    (finding,) = looked(tmp_path, hub.url, teacher="some/model", HF_HOME=str(tmp_path / "other"), HF_HUB_OFFLINE="1")
    assert (finding.level, str(tmp_path / "other/hub") in finding.seen) == ("problem", True)


def test_a_whole_folder_is_a_model(tmp_path, hub, whole_model):
    (finding,) = looked(tmp_path, hub.url, student=str(whole_model))
    assert (finding.level, hub.asked) == ("ok", [])


def test_the_embedded_student_s_own_folder_lacks_nothing():
    assert lacking(SEEDLING_DIR) == ()  # one file of weights, without an index


@pytest.mark.parametrize("content", [b"hf_one hf_two", b"hf_\xff"])
def test_a_login_that_holds_no_token_is_a_problem_that_does_not_tell_it(tmp_path, content):
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(CredentialProblem, match="log in again") as problem:
        hub_of({"HF_TOKEN_PATH": str(tmp_path / "token")})
    assert "hf_" not in str(problem.value)


@pytest.mark.parametrize(
    ("damage", "missing"),
    [
        (lambda folder: (folder / "config.json").unlink(), ("config.json",)),
        (lambda folder: (folder / "tokenizer.json").rename(folder / "tokenizer.model"), ()),
        (lambda folder: (folder / "tokenizer.json").unlink(), ("tokenizer.json",)),
        (lambda folder: (folder / "model-00001-of-00002.safetensors").unlink(), ("model-00001-of-00002.safetensors",)),
        (lambda folder: (folder / "model.safetensors.index.json").unlink(), ("model.safetensors",)),
        (
            lambda folder: (folder / "model.safetensors.index.json").write_text("{"),
            ("a readable model.safetensors.index.json",),
        ),
    ],
)
def test_a_folder_says_what_it_lacks(whole_model, damage, missing):
    damage(whole_model)
    assert lacking(whole_model) == missing


def test_a_folder_that_lacks_something_is_a_problem(tmp_path, hub):
    (finding,) = looked(tmp_path, hub.url, teacher=str(tmp_path))
    assert (finding.level, "lacks config.json, tokenizer.json, model.safetensors" in finding.seen) == ("problem", True)


def test_asking_the_hub_loads_no_model_library():
    code = "import daemon.doctor, sys; sys.exit(any(m in sys.modules for m in ('torch', 'transformers')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
