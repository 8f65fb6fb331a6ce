"""Whether the teacher's servers can be asked, on servers of this machine that behave like real ones or like broken ones."""

from datetime import datetime

import pytest

from daemon.doctor.base import Finding, Machine, Patient
from daemon.doctor.models import licence
from daemon.doctor.server import in_the_open, server
from daemon.settings import Settings
from tests.llm_faults import hangs, ignores_the_schema
from tests.llm_flavours import Served
from tests.llm_server import LlmServer

KEY = "sk-hush-hush"
LLAMA = "meta-llama/Llama-3.1-8B-Instruct"


def patient(tmp_path, *urls, server_s=20.0, environment=None, **teacher):
    machine = Machine(environment or {}, datetime(2026, 11, 22), "ann", server_s=server_s)
    settings = Settings.model_validate({"teacher": {"kind": "openai", "base_urls": urls, **teacher}})
    return Patient(tmp_path / "config.toml", settings, lambda url: None, machine)


def looked(*arguments, **changes) -> list[Finding]:
    found = list(server(patient(*arguments, **changes)))
    assert KEY not in "".join(f"{finding!r}" for finding in found)
    assert {finding.check for finding in found} <= {"server"}
    return found


@pytest.mark.parametrize(
    ("flavour", "kind", "identity"),
    [
        ("vllm", "is vLLM and serves", f"{LLAMA} (/models/llama-3.1-8b, fingerprint vllm-0.15.1-5f3a9c21)"),
        ("sglang", "is SGLang and serves", f"{LLAMA} ("),
        ("llama.cpp", "is llama.cpp and serves", f"{LLAMA} ("),
        ("ollama", "is Ollama and serves", f"{LLAMA} ("),
    ],
)
def test_a_server_that_can_be_asked_is_told_with_who_it_is(tmp_path, flavour, kind, identity):
    with LlmServer(flavour) as one:
        (finding,) = looked(tmp_path, one.base_url)
    assert (finding.level, finding.do) == ("ok", None)
    assert finding.seen.startswith(f"{one.base_url} {kind}") and identity in finding.seen and "schema" in finding.seen


def test_a_server_that_nobody_started_is_a_problem_alone_and_a_warning_beside_another(tmp_path):
    with LlmServer() as one, LlmServer() as gone:
        gone.stop()
        (alone,) = looked(tmp_path, gone.base_url)
        there, absent = looked(tmp_path, one.base_url, gone.base_url)
    assert (alone.level, there.level, absent.level) == ("problem", "ok", "warning")
    assert gone.base_url in absent.seen and "waits" in alone.do and "others" in absent.do


@pytest.mark.parametrize(
    ("changes", "fault", "said"),
    [
        ({"model": "org/other"}, None, "has no model 'org/other'"),
        ({}, ignores_the_schema, "does not keep its answers to a schema"),
    ],
)
def test_a_server_that_cannot_teach_is_a_problem_that_says_why(tmp_path, changes, fault, said):
    with LlmServer() as one:
        if fault is not None:
            one.mislead(fault)
        (finding,) = looked(tmp_path, one.base_url, **changes)
    assert finding.level == "problem" and said in finding.seen and one.base_url in finding.seen


def test_a_server_that_hangs_is_waited_for_no_longer_than_said(tmp_path):
    with LlmServer() as one:
        one.mislead(hangs)
        (finding,) = looked(tmp_path, one.base_url, server_s=0.3)
    assert finding.level == "problem" and "says nothing for 0.3 s" in finding.seen


def test_servers_that_answer_as_different_models_are_a_problem(tmp_path):
    with LlmServer() as one, LlmServer(served=Served(weights="/models/other")) as other:
        *each, last = looked(tmp_path, one.base_url, other.base_url)
    assert [finding.level for finding in each] == ["ok", "ok"]
    assert last.level == "problem" and "/models/other" in last.seen and "the same" in last.do


@pytest.mark.parametrize(
    ("environment", "level", "said"),
    [
        ({}, "problem", "names VLLM_KEY, which is not set"),
        ({"VLLM_KEY": " "}, "problem", "names VLLM_KEY, which is not set"),
        ({"VLLM_KEY": "a b"}, "problem", "VLLM_KEY holds spaces"),
        ({"VLLM_KEY": KEY}, "ok", "names VLLM_KEY, and a key is there"),
    ],
)
def test_whether_there_is_a_key_is_told_and_the_key_is_not(tmp_path, environment, level, said):
    with LlmServer(key=KEY) as one:
        found = looked(tmp_path, one.base_url, environment=environment, api_key_env="VLLM_KEY")
    assert found[0].level == level and said in found[0].seen
    assert [finding.level for finding in found[1:]] == (["ok"] if level == "ok" else [])
    assert one.keys <= {f"Bearer {KEY}"}


def test_a_key_is_found_in_the_folder_that_systemd_fills(tmp_path):
    (tmp_path / "vllm_key").write_text(f"{KEY}\n")
    folder = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    with LlmServer(key=KEY) as one:
        found = looked(tmp_path, one.base_url, environment=folder, api_key_env="VLLM_KEY")
    assert [finding.level for finding in found] == ["ok", "ok"]


def test_a_key_that_a_server_refuses_is_a_problem(tmp_path):
    with LlmServer(key="sk-another-one") as one:
        _, finding = looked(tmp_path, one.base_url, environment={"VLLM_KEY": KEY}, api_key_env="VLLM_KEY")
    assert finding.level == "problem" and "refuses the key" in finding.seen


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("127.0.0.1", False),
        ("[::1]", False),
        ("localhost", False),
        ("gpu.localhost", False),
        ("10.1.2.3", False),
        ("vllm", False),
        ("gpu.internal", False),
        ("8.8.8.8", True),
        ("models.example.com", True),
    ],
)
def test_a_key_would_travel_unencrypted_to_strangers_alone(host, told):
    assert in_the_open([f"https://{host}/v1", f"http://{host}:8000/v1"]) == ([f"http://{host}:8000/v1"] if told else [])


def test_other_teachers_have_no_servers(tmp_path):
    machine = Machine({}, datetime(2026, 11, 22), "ann")
    settings = Settings.model_validate({"teacher": {"kind": "extractive"}})
    assert list(server(Patient(tmp_path, settings, lambda url: None, machine))) == []


@pytest.mark.parametrize(
    ("model", "level", "said"),
    [
        ("meta-llama/Meta-Llama-3-8B-Instruct", "warning", "forbids using the outputs of Meta-Llama-3-8B-Instruct"),
        (LLAMA, "ok", "which allows to train"),
        ("llama3:8b", "warning", "forbids using the outputs of llama3:8b"),
        ("llama3.1:8b-instruct-q8_0", "ok", "which allows to train"),
        ("house/own", "warning", "is not known"),
    ],
)
def test_the_licence_of_a_servers_model_is_told_by_its_name(tmp_path, model, level, said):
    (finding,) = licence(patient(tmp_path, "http://127.0.0.1:1/v1", model=model))
    assert finding.level == level and said in finding.seen
