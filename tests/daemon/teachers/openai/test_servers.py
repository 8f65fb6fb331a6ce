"""When a server rests, for how long, and when nobody is there any more. The clock moves only for who sleeps."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.teachers.base import TeacherAway
from tests import llm_faults as faults
from tests.daemon.teachers.openai.loopback import Time, replies_of, reply_of, request, teacher_at
from tests.llm_flavours import Ollama
from tests.llm_server import LlmServer


@dataclass(frozen=True)
class WeightsAsDigest(Ollama):
    def page(self, path, served):
        return super().page(path, replace(served, fingerprint=served.weights))


TEXTS = [request(f"Sales rose {i}%.") for i in range(12)]


@pytest.mark.parametrize(
    ("header", "pause"),
    [("7", 7.0), ("Mon, 23 Nov 2026 12:00:09 GMT", 9.0), ("29.5", None), (None, None), ("0", None)],
)
def test_a_server_that_is_too_busy_rests_for_as_long_as_it_says_and_the_text_loses_nothing(header, pause):
    time = Time()
    with LlmServer("vllm") as server:
        server.misbehave(faults.too_many_requests(header), first=1)
        assert reply_of(teacher_at(server.base_url, time=time)).type == "answered"
    (slept,) = time.slept
    assert slept == pause if pause else 0.25 <= slept <= 0.5


def test_a_server_that_stays_busy_rests_longer_each_time():
    time = Time()
    with LlmServer("vllm") as server:
        server.misbehave(faults.busy, first=5)
        assert reply_of(teacher_at(server.base_url, time=time)).type == "answered"
    assert [0.5 * 2**n / 2 <= slept <= 0.5 * 2**n for n, slept in enumerate(time.slept)] == [True] * 5


def test_the_whole_server_rests_not_only_the_text():
    time = Time()
    with LlmServer("vllm") as server:
        server.misbehave(faults.too_many_requests("20"), on="rose 3%", first=1)
        # One after the other, so that what comes behind the refusal can be told from what was asked beside it.
        replies = replies_of(teacher_at(server.base_url, time=time, concurrency=1), *TEXTS)
    assert {reply.type for reply in replies} == {"answered"} and server.asked == 13
    assert time.slept == [20.0]


@pytest.mark.parametrize("groups", [(4, 4), (4, 8, 8, 8)])
def test_a_busy_server_gets_half_as_many_texts_at_once_and_then_one_more_with_each_answer(groups):
    with LlmServer("vllm") as server:
        server.misbehave(faults.too_many_requests("1"), on="Sales", first=1)
        server.groups, server.latency_s = list(groups), 0.02  # it answers when so many wait, and a little later
        texts = [*TEXTS[:8], *(request(f"Costs fell {i}%.") for i in range(sum(groups) - 8))]
        replies = replies_of(teacher_at(server.base_url, concurrency=8), *texts)
    assert {reply.type for reply in replies} == {"answered"} and server.asked == 8 + len(texts)
    assert server.most_unearned == 4 and server.most_in_flight <= 8


@pytest.mark.parametrize("header", ["31", "300", "99999999", "Mon, 30 Nov 2026 12:00:00 GMT"])
def test_a_server_that_asks_for_more_than_the_bound_is_away_at_once(header):
    with LlmServer("vllm") as server, pytest.raises(TeacherAway, match="Rate limit") as away:
        server.misbehave(faults.too_many_requests(header))
        reply_of(teacher_at(server.base_url))  # (65 - 5) / 2: it may wait for 30 s
    assert server.asked == 1 and 30 < away.value.seconds <= 300  # and the worker's next start waits for as long


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(["1", "2", "7", None, "0"]), st.integers(1, 6))
def test_a_server_that_is_always_busy_is_away_before_the_worker_counts_as_hung(header, texts):
    time = Time()
    with LlmServer("vllm") as server, pytest.raises(TeacherAway):
        server.misbehave(faults.too_many_requests(header))
        replies_of(teacher_at(server.base_url, time=time), *TEXTS[:texts])
    assert sum(time.slept[:-1]) <= 30  # the last rest was too long, and nobody waited for its end


def test_while_others_are_answered_a_text_may_wait_for_long():
    time, answered = Time(), set()

    def one_every_25_s(question, reply):
        if time.now // 25 in answered:
            return faults.too_many_requests("25")(question, reply)
        answered.add(time.now // 25)
        return reply

    with LlmServer("vllm") as server:
        server.misbehave(one_every_25_s)
        replies = replies_of(teacher_at(server.base_url, time=time), *TEXTS)
    assert {reply.type for reply in replies} == {"answered"} and time.now == 25 * 11


def test_a_server_that_goes_away_leaves_its_texts_to_the_others():
    with LlmServer("vllm") as one, LlmServer("vllm") as other:
        replies = replies_of(teacher_at(one.base_url, other.base_url), *TEXTS, before=other.stop)
    assert {reply.type for reply in replies} == {"answered"} and (one.asked, other.asked) == (12, 0)


def test_the_last_server_that_goes_away_is_nobodys_fault():
    with LlmServer("vllm") as server, pytest.raises(TeacherAway, match="no server answers now"):
        reply_of(teacher_at(server.base_url), before=server.stop)


def swapped(server, time, *, idle_s):
    """Between two texts the server is started again with another file behind the same name: nothing else gives it away."""

    def change():
        time.now += idle_s
        server.stop()
        server.served = replace(server.served, weights="/models/another")
        server.start()

    return change


@pytest.mark.parametrize("flavour", ["vllm", "sglang", "llama.cpp", "ollama"])
def test_a_server_that_rested_and_is_another_one_now_gets_no_text(flavour):
    time = Time()
    with LlmServer(flavour) as server, pytest.raises(TeacherAway, match="another"):
        server.served = replace(server.served, fingerprint="the-build")
        if flavour == "ollama":
            server.flavour = WeightsAsDigest()
        reply_of(teacher_at(server.base_url, time=time), before=swapped(server, time, idle_s=2))
    assert server.asked == 0


@pytest.mark.parametrize("fault", [faults.closes_early, faults.half_a_body, faults.busy, faults.server_error(502)])
def test_after_any_trouble_a_server_is_looked_at_before_it_gets_another_text(fault):
    with LlmServer("llama.cpp") as server, pytest.raises(TeacherAway, match=r"another\.gguf"):

        def dies(question, reply):
            server.served = replace(server.served, weights="/models/another")
            return fault(question, reply)

        server.misbehave(dies, first=1)
        reply_of(teacher_at(server.base_url))
    assert server.asked == 1


def test_a_server_that_is_asked_all_the_time_is_not_looked_at_again():
    with LlmServer("llama.cpp") as server:
        replies_of(teacher_at(server.base_url, concurrency=2), *TEXTS)
    assert (server.paths["/v1/models"], server.canaries) == (1, 1)


def test_a_server_that_was_only_idle_is_looked_at_once_however_many_texts_come():
    time = Time()
    with LlmServer("llama.cpp") as server:
        teacher = teacher_at(server.base_url, time=time)
        replies = replies_of(teacher, *TEXTS, before=lambda: setattr(time, "now", 2.0))
    assert {reply.type for reply in replies} == {"answered"}
    assert (server.paths["/v1/models"], server.canaries) == (2, 1)


def test_one_of_several_that_came_back_as_another_gets_no_text_while_the_rest_work():
    time = Time()
    with LlmServer("llama.cpp") as one, LlmServer("llama.cpp") as other:
        change = swapped(other, time, idle_s=2)
        replies = replies_of(teacher_at(one.base_url, other.base_url, time=time), *TEXTS, before=change)
    assert {reply.type for reply in replies} == {"answered"} and (one.asked, other.asked) == (12, 0)


def test_texts_are_shared_out_evenly():
    with LlmServer("vllm") as one, LlmServer("sglang") as other:
        one.latency_s = other.latency_s = 0.02
        other.flavour = one.flavour
        replies_of(teacher_at(one.base_url, other.base_url), *TEXTS)
    assert (one.asked, other.asked) == (6, 6)


def test_a_text_that_one_server_fails_at_goes_to_another():
    with LlmServer("vllm") as one, LlmServer("vllm") as other:
        one.misbehave(faults.server_error())
        replies = replies_of(teacher_at(one.base_url, other.base_url), *TEXTS)
    assert {reply.type for reply in replies} == {"answered"} and other.asked == 12
