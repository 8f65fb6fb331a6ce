"""What a server must show before it is asked about any text."""

import json

import pytest

from daemon.teachers.base import TeacherAway, TeacherUnavailable
from tests import llm_faults as faults
from tests.daemon.teachers.openai.loopback import Time, info_of, replies_of, request, teacher_at
from tests.llm_flavours import FLAVOURS, LlamaCpp, Served, SGLang
from tests.llm_server import LlmServer

KEY = "sk-loopback-3141"


@pytest.mark.parametrize(
    ("flavour", "revision", "fingerprint"),
    [
        ("vllm", "/models/llama-3.1-8b", "vllm-0.15.1-5f3a9c21"),
        ("sglang", "/models/llama-3.1-8b", "5f3a9c21"),
        ("llama.cpp", "llama-3.1-8b.gguf, 8030261312 parameters in 4912898304 bytes", "b7100-5f3a9c21"),
        ("ollama", "5f3a9c21" * 8, "fp_ollama"),
    ],
)
def test_each_kind_of_server_says_who_it_is_the_same_each_time(flavour, revision, fingerprint):
    with LlmServer(flavour) as server:
        first, again = (info_of(teacher_at(server.base_url)) for _ in range(2))
    assert (first.revision, first.fingerprint) == (revision, fingerprint) and first == again
    assert (first.model, first.licence) == ("meta-llama/Llama-3.1-8B-Instruct", "llama3.1")


def test_a_fingerprint_that_moves_by_itself_can_be_left_out():
    with LlmServer("vllm") as server:
        assert info_of(teacher_at(server.base_url, watch_fingerprint=False)).fingerprint is None


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_server_that_ignores_the_schema_is_told_apart_and_what_to_switch_on_is_said(flavour):
    advice = {"vllm": "--structured-outputs-config", "sglang": "--grammar-backend", "llama.cpp": "llama-server"}
    with LlmServer(flavour) as server, pytest.raises(TeacherUnavailable) as problem:
        server.mislead(faults.ignores_the_schema)
        info_of(teacher_at(server.base_url))
    assert advice.get(flavour, "Ollama 0.5") in str(problem.value) and server.base_url in str(problem.value)


@pytest.mark.parametrize(
    ("flavour", "told"), [("vllm", True), ("sglang", True), ("llama.cpp", True), ("ollama", False)]
)
def test_a_server_whose_context_holds_no_answer_is_told_so_before_every_text_fails(flavour, told):
    with LlmServer(flavour) as server:
        teacher = teacher_at(server.base_url, max_rationale_tokens=4096, max_summary_tokens=4096)
        if told:
            with pytest.raises(TeacherUnavailable, match=r"8192 tokens a request, and an answer alone may take 16444"):
                info_of(teacher)
        else:
            assert info_of(teacher).model


@pytest.mark.parametrize("status", [400, 422, 501])
def test_a_server_that_refuses_the_schema_itself_is_told_what_to_switch_on(status):
    words = "Grammar-based generation is not supported when the server is launched with --grammar-backend none"
    with LlmServer("sglang") as server, pytest.raises(TeacherUnavailable) as problem:
        server.mislead(faults.server_error(status, words))
        info_of(teacher_at(server.base_url))
    assert words in str(problem.value) and "not none" in str(problem.value) and "schema" in str(problem.value)


@pytest.mark.parametrize(("new", "asked"), [(True, {"/model_info"}), (False, {"/model_info", "/get_model_info"})])
def test_an_sglang_of_either_age_says_which_weights_it_has(new, asked, monkeypatch):
    page = SGLang.page
    monkeypatch.setattr(
        SGLang, "page", lambda self, at, served: None if new is (at[1] == "g") else page(self, at, served)
    )
    with LlmServer("sglang") as server:
        assert info_of(teacher_at(server.base_url)).revision == "/models/llama-3.1-8b"
    assert {path for path in server.paths if "model_info" in path} == asked


def test_a_llama_cpp_that_hides_its_file_is_known_by_its_sizes(monkeypatch):
    monkeypatch.setattr(LlamaCpp, "page", lambda self, at, served: None)
    with LlmServer("llama.cpp") as server:
        assert info_of(teacher_at(server.base_url)).revision == "8030261312 parameters in 4912898304 bytes"


def test_a_model_that_is_not_there_is_answered_with_those_that_are():
    with LlmServer("llama.cpp") as server, pytest.raises(TeacherUnavailable, match="only meta-llama/Llama-3"):
        info_of(teacher_at(server.base_url, model="llama-4"))
    assert server.canaries == 0  # llama.cpp would have answered for any name


@pytest.mark.parametrize("key", [None, "sk-another-one"])
def test_a_server_that_refuses_the_key_needs_a_person(key):
    with LlmServer("vllm", key=KEY) as server, pytest.raises(TeacherUnavailable, match="api_key_env") as problem:
        info_of(teacher_at(server.base_url, key=key))
    assert "sk-" not in str(problem.value)


def test_the_key_is_sent_with_every_request():
    with LlmServer("vllm", key=KEY) as server:
        info_of(teacher_at(server.base_url, key=KEY))
    assert server.keys == {f"Bearer {KEY}"}


@pytest.mark.parametrize(
    ("path", "words"),
    [("", "base_url"), ("/v2", "base_url"), ("/v1/chat", "base_url")],
)
def test_another_path_is_no_such_server(path, words):
    with LlmServer("vllm") as server, pytest.raises(TeacherUnavailable, match=words):
        info_of(teacher_at(server.base_url.removesuffix("/v1") + path))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.server_error(500), "CUDA error"),
        (faults.too_many_requests("7"), "Rate limit"),
        (faults.busy, "currently busy"),
        (faults.closes_early, "ended early"),
        (faults.half_a_body, "ended early"),
        (faults.hangs, "no answer within"),
    ],
)
def test_a_server_in_trouble_is_away_not_unusable(fault, words):
    with LlmServer("vllm") as server, pytest.raises(TeacherAway, match=words):
        server.mislead(fault)
        info_of(teacher_at(server.base_url, timeout_s=0.2))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.no_json, "does not answer as OpenAI's interface does"),
        (faults.half_a_json, "does not answer as OpenAI's interface does"),
        (faults.redirects("http://127.0.0.1:9/"), "HTTP 307"),
        (faults.huge, "longer than"),
        (faults.no_content, "answered nothing"),
        (faults.half_an_answer, "was asked for JSON"),
        (faults.echoes_the_key_in_an_error, r"Bearer \[key\]"),
    ],
)
def test_a_server_that_does_not_speak_the_language_needs_a_person(fault, words):
    with LlmServer("vllm", key=KEY) as server, pytest.raises(TeacherUnavailable, match=words) as problem:
        server.mislead(fault)
        info_of(teacher_at(server.base_url, key=KEY))
    assert KEY not in str(problem.value)


def test_an_answer_to_the_canary_that_the_limit_cut_is_enough():
    def babbles(question, reply):
        completion = json.loads(reply.body)
        completion["choices"][0] |= {"finish_reason": "length"}
        completion["choices"][0]["message"]["content"] = '{\n "rationale": "A balance sheet ' + "shows " * 240
        return faults.replace(reply, body=json.dumps(completion).encode())

    with LlmServer("vllm") as server:
        assert info_of(teacher_at(server.mislead(babbles).base_url)).fingerprint


def test_servers_of_one_teacher_must_be_the_same():
    different = Served(weights="/models/other")
    with LlmServer("vllm") as one, LlmServer(served=different) as other, pytest.raises(TeacherUnavailable) as problem:
        info_of(teacher_at(one.base_url, other.base_url))
    assert all(url in str(problem.value) for url in (one.base_url, other.base_url, "/models/other"))


def test_a_server_that_is_not_there_rests_while_the_others_work():
    with LlmServer("vllm") as there, LlmServer("vllm") as gone:
        gone.stop()
        (reply,) = replies_of(teacher_at(there.base_url, gone.base_url))
    assert reply.type == "answered"


def test_a_server_that_comes_back_is_asked_when_it_has_shown_again_who_it_is():
    time, texts = Time(), [request(f"Sales rose {i}%.") for i in range(40)]
    with LlmServer("vllm") as there, LlmServer("vllm") as late:
        late.stop()
        there.latency_s = 0.02
        teacher = teacher_at(there.base_url, late.base_url, time=time, concurrency=2)
        replies = replies_of(teacher, *texts, before=late.start)
    assert [reply.type for reply in replies] == ["answered"] * 40
    assert late.canaries == 1 and late.asked > 0


@pytest.mark.parametrize("change", [{"weights": "/models/other"}, {"fingerprint": "0"}, {"model": "another"}])
def test_a_server_that_comes_back_as_another_one_is_kept_out_and_that_is_said(change, capsys):
    texts = [request(f"Sales rose {i}%.") for i in range(40)]
    with LlmServer("vllm") as there, LlmServer("vllm", served=Served(**change)) as late:
        late.stop()
        there.latency_s = 0.02
        replies = replies_of(teacher_at(there.base_url, late.base_url, concurrency=2), *texts, before=late.start)
    assert {reply.type for reply in replies} == {"answered"} and late.asked == 0
    assert "server_kept_out" in capsys.readouterr().out


def test_nobody_there_is_said_with_every_server_and_its_reason():
    with LlmServer("vllm") as one, LlmServer("vllm") as other:
        one.stop()
        other.loading = True
        with pytest.raises(TeacherAway) as problem:
            info_of(teacher_at(one.base_url, other.base_url, "http://nowhere.invalid/v1"))
    assert all(word in str(problem.value) for word in (one.base_url, "Loading model", "nowhere.invalid"))
