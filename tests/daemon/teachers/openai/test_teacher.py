"""One text in front of servers that answer well, and of broken ones: it is answered, or fails with the reason."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.teachers.base import TeacherAway
from daemon.teachers.openai.transport import MOST_BYTES
from tests import llm_faults as faults
from tests.daemon.teachers.openai.loopback import Time, renamed, replies_of, reply_of, request, teacher_at
from tests.llm_flavours import FLAVOURS
from tests.llm_server import LlmServer

KEY = "sk-loopback-3141"


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_server_answers_in_the_schema_and_counts_tokens(flavour):
    with LlmServer(flavour) as server:
        reply = reply_of(teacher_at(server.base_url))
    assert json.loads(reply.raw)["summary"] == "Sales rose 9%. Costs fell."
    assert reply.prompt_tokens > 100 and reply.completion_tokens > 10 and not reply.truncated


def test_as_many_texts_are_asked_at_once_as_may_be_and_no_more():
    with LlmServer("vllm") as server:
        server.groups, server.latency_s = [7, 7, 7, 7], 0.02  # it answers when so many wait, and a little later
        replies = replies_of(teacher_at(server.base_url, concurrency=7), *(request(f"Sales {i}.") for i in range(28)))
    assert {reply.type for reply in replies} == {"answered"} and server.most_in_flight == 7
    assert server.asked == 28


@pytest.mark.parametrize(
    ("fault", "asked", "words"),
    [
        (faults.server_error(500), 4, "CUDA error: device-side assert triggered, 4 times"),
        (faults.server_error(502, "Bad Gateway"), 4, "Bad Gateway"),
        (faults.closes_early, 4, "ended early"),
        (faults.half_a_body, 4, "ended early"),
        (faults.hangs, 1, "no answer within 0.2 s"),
        (faults.slow(9), 1, "no answer within 0.2 s"),
        (faults.half_a_json, 1, "no chat completion"),
        (faults.no_json, 1, "no chat completion"),
        (faults.huge, 1, f"longer than {MOST_BYTES} bytes"),
        (faults.redirects("http://127.0.0.1:9"), 1, "HTTP 307"),
        (faults.server_error(400, "too long"), 1, "HTTP 400: too long"),
        (faults.server_error(422, "no seed"), 1, "HTTP 422: no seed"),
    ],
)
def test_a_server_that_fails_at_a_text_costs_that_text_one_attempt_and_no_other(fault, asked, words):
    with LlmServer("vllm") as server:
        server.misbehave(fault, on="Bad.")
        teacher = teacher_at(server.base_url, timeout_s=0.2)
        bad, good = replies_of(teacher, request("Bad."), request("Good."))
    assert (bad.type, bad.reason, good.type) == ("failed", "engine_error", "answered") and words in bad.detail
    assert server.calls["Bad."] == asked and len(bad.detail) <= 2000


@pytest.mark.parametrize(
    "fault", [faults.server_error(500), faults.server_error(504), faults.closes_early, faults.half_a_body]
)
def test_a_server_that_fails_three_times_is_asked_again_with_growing_pauses(fault):
    time = Time()
    with LlmServer("vllm") as server:
        server.misbehave(fault, first=3)
        assert reply_of(teacher_at(server.base_url, time=time)).type == "answered"
    first, second, third = time.slept
    assert 0.25 <= first <= 0.5 <= second <= 1 <= third <= 2


@pytest.mark.parametrize("fault", [faults.no_content, faults.ignores_the_schema, faults.half_an_answer])
def test_what_a_server_says_instead_of_an_answer_is_the_readers_to_judge(fault):
    with LlmServer("vllm") as server:
        assert reply_of(teacher_at(server.misbehave(fault).base_url)).type == "answered"


def test_a_server_that_counts_nothing_counts_as_nothing():
    with LlmServer("vllm") as server:
        reply = reply_of(teacher_at(server.misbehave(faults.no_usage).base_url))
    assert (reply.prompt_tokens, reply.completion_tokens) == (0, 0)


def test_an_answer_that_the_limit_cut_is_truncated():
    with LlmServer("vllm") as server:
        long = request("word " * 2000)
        reply = reply_of(teacher_at(server.base_url, max_rationale_tokens=32, max_summary_tokens=32), long)
    assert reply.truncated


def test_no_proxy_of_the_environment_gets_a_text_or_the_key(monkeypatch):
    with LlmServer("vllm", key=KEY) as server, LlmServer("vllm") as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert reply_of(teacher_at(server.base_url, key=KEY)).type == "answered"
    assert proxy.paths == {}


def test_a_redirect_gets_neither_text_nor_key():
    with LlmServer("vllm", key=KEY) as server, LlmServer("vllm") as other:
        server.misbehave(faults.redirects(other.base_url.removesuffix("/v1")))
        assert "HTTP 307" in reply_of(teacher_at(server.base_url, key=KEY)).detail
    assert other.paths == {}


FAULTS = {
    "none": (None, "answered"),
    "busy": (faults.too_many_requests("2"), "answered"),
    "fails twice": (faults.server_error(), "answered"),
    "closes early": (faults.closes_early, "answered"),
    "half a body": (faults.half_a_body, "answered"),
    "half a json": (faults.half_a_json, "failed"),
    "no json": (faults.no_json, "failed"),
    "refuses": (faults.server_error(400), "failed"),
    "prose": (faults.ignores_the_schema, "answered"),
}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(sorted(FAULTS)), min_size=1, max_size=12), st.integers(1, 2), st.integers(1, 4))
def test_every_text_is_settled_once_whatever_befalls_it_and_its_neighbours(plan, times, concurrency):
    texts = [request(f"Text {n}.") for n in range(len(plan))]
    with LlmServer("vllm") as server:
        for text, name in zip(texts, plan, strict=True):
            if (fault := FAULTS[name][0]) is not None:
                server.misbehave(fault, on=text.text, first=times)
        replies = replies_of(teacher_at(server.base_url, concurrency=concurrency), *texts)
    assert [reply.request_id for reply in replies] == [text.request_id for text in texts]
    assert [reply.type for reply in replies] == [FAULTS[name][1] for name in plan]


@pytest.mark.parametrize("fault", [faults.another_model("gpt-5"), faults.another_fingerprint("b2")])
def test_an_answer_of_somebody_else_is_not_used(fault):
    with LlmServer("vllm") as server, pytest.raises(TeacherAway, match=f"{server.base_url} now answers as"):
        reply_of(teacher_at(server.misbehave(fault).base_url))


def test_a_fingerprint_that_nobody_watches_may_change():
    with LlmServer("vllm") as server:
        teacher = teacher_at(server.misbehave(faults.another_fingerprint("b2")).base_url, watch_fingerprint=False)
        assert reply_of(teacher).type == "answered"


def test_a_model_that_is_gone_and_a_key_that_is_withdrawn_are_looked_at_anew():
    with LlmServer("vllm") as server, pytest.raises(TeacherAway, match="does not know the model"):
        reply_of(teacher_at(server.base_url), before=renamed(server, model="another"))
    with LlmServer("vllm", key=KEY) as server, pytest.raises(TeacherAway, match="refuses the key"):
        reply_of(teacher_at(server.base_url, key=KEY), before=lambda: setattr(server, "key", "sk-another-key"))


@pytest.mark.parametrize(
    "fault",
    [faults.echoes_the_key_in_an_error, faults.echoes_the_key_in_an_answer, faults.echoes_the_key_in_a_label],
)
def test_the_key_leaves_the_teacher_in_no_reply(fault, capsys):
    with LlmServer("vllm", key=KEY) as server:
        reply = reply_of(teacher_at(server.misbehave(fault).base_url, key=KEY))
    out, err = capsys.readouterr()
    assert KEY not in f"{reply}{out}{err}" and "[key]" in str(reply)
