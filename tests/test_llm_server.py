"""The loopback servers are what they say: four kinds that answer well, and broken ones that are broken in one way each."""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from daemon.answers import Accepted, limits, read_answer
from store.task import Answer
from tests import llm_faults
from tests.llm_flavours import FLAVOURS
from tests.llm_server import LlmServer

ROOT = Path(__file__).resolve().parents[1]
TEXT = "Net sales rose 9% or $33.9 billion in 2022. Operating expenses were $51.3 billion because of higher costs."
SCHEMA = {
    "type": "json_schema",
    "json_schema": {"name": "answer", "strict": True, "schema": Answer.model_json_schema()},
}
KEY = "sk-loopback-3141"


def ask(
    server: LlmServer, path: str, asked: object = None, *, key: str | None = None, timeout_s: float = 5
) -> tuple[http.client.HTTPResponse, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout_s)
    body = None if asked is None else json.dumps(asked)
    connection.request("GET" if body is None else "POST", path, body, {"Authorization": f"Bearer {key}"} if key else {})
    response = connection.getresponse()
    read = response.read()
    connection.close()
    return response, json.loads(read) if read.startswith(b"{") else read


def about(text: str, **other: object) -> dict[str, object]:
    shown = [{"role": "user", "content": f"The passage:\n{text}\n\nEnd of the passage. Answer."}]
    return {"model": "meta-llama/Llama-3.1-8B-Instruct", "messages": shown, "response_format": SCHEMA, **other}


def complete(server: LlmServer, text: str = TEXT, **other: object) -> tuple[http.client.HTTPResponse, Any]:
    return ask(server, "/v1/chat/completions", about(text, **other), key=server.key)


@pytest.fixture(params=FLAVOURS)
def server(request: pytest.FixtureRequest) -> Iterator[LlmServer]:
    with LlmServer(request.param) as server:
        yield server


@pytest.fixture
def vllm() -> Iterator[LlmServer]:
    with LlmServer("vllm", key=KEY) as server:
        yield server


def test_an_answer_is_in_the_schema_grounded_and_the_same_each_time(server):
    first, again = (complete(server)[1]["choices"][0]["message"]["content"] for _ in range(2))
    read = read_answer(first, TEXT, limits=limits(256, 160))
    assert isinstance(read, Accepted) and read.grounded and not read.flags and first == again
    assert server.calls == {TEXT: 2}


def test_every_server_says_who_it_is_in_its_own_way(server):
    (card,) = ask(server, "/v1/models")[1]["data"]
    assert card["owned_by"] == {"llama.cpp": "llamacpp", "ollama": "library"}.get(
        server.flavour.name, server.flavour.name
    )
    completion = complete(server)[1]
    assert (card["id"], completion["model"]) == (server.served.model, server.served.model)
    assert ("system_fingerprint" in completion) == (server.flavour.name != "sglang")


def test_a_model_that_is_not_there_is_refused_or_answered_for(server):
    response, body = complete(server, model="gpt-5")
    checked = server.flavour.checks_model
    assert response.status == (404 if checked else 200)
    assert checked or body["model"] == ("gpt-5" if server.flavour.name == "sglang" else server.served.model)


def test_a_prompt_beyond_the_context_is_refused_but_by_the_one_that_cuts_it(server):
    assert complete(server, "a word " * 10_000)[0].status == (200 if server.flavour.name == "ollama" else 400)


def test_an_answer_over_its_token_limit_is_cut_and_says_so(server):
    choice = complete(server, max_tokens=8)[1]["choices"][0]
    assert (choice["finish_reason"], len(choice["message"]["content"])) == ("length", 32)


def test_without_a_schema_it_speaks_prose(server):
    content = complete(server, response_format=None)[1]["choices"][0]["message"]["content"]
    assert content == llm_faults.PROSE


def test_a_wrong_key_is_refused_for_a_listing_too(server):
    server.key = KEY
    assert ask(server, "/v1/chat/completions", about(TEXT), key="sk-other")[0].status == 401
    assert ask(server, "/v1/models")[0].status == 401
    assert ask(server, "/v1/models", key=KEY)[0].status == 200
    assert server.keys == {"Bearer sk-other", None, f"Bearer {KEY}"}


def test_while_it_loads_it_says_so(server):
    server.loading = True
    assert complete(server)[0].status == 503


# What a client sees: a status, or how reading failed.
BROKEN = [
    (llm_faults.too_many_requests("1"), 429),
    (llm_faults.server_error(), 500),
    (llm_faults.busy, 503),
    (llm_faults.redirects("http://example.invalid"), 307),
    (llm_faults.echoes_the_key_in_an_error, 400),
    (llm_faults.hangs, TimeoutError),
    (llm_faults.closes_early, ConnectionResetError),
    (llm_faults.half_a_body, http.client.IncompleteRead),
    (llm_faults.half_a_json, json.JSONDecodeError),
]


@pytest.mark.parametrize(("fault", "seen"), BROKEN)
def test_a_fault_hits_the_texts_it_was_meant_for_and_no_other(vllm, fault, seen):
    vllm.misbehave(fault, on="Net sales")
    asked = about(TEXT)
    if isinstance(seen, int):
        assert ask(vllm, "/v1/chat/completions", asked, key=KEY)[0].status == seen
    else:
        with pytest.raises(seen):
            ask(vllm, "/v1/chat/completions", asked, key=KEY, timeout_s=0.2)
    assert complete(vllm, "We depend on one supplier of the parts that we need.")[0].status == 200


# What the answer is then, as the ladder reads it.
MISSAID = [
    (llm_faults.ignores_the_schema, llm_faults.PROSE),
    (llm_faults.no_content, None),
    (llm_faults.echoes_the_key_in_an_answer, f"I was asked with the key {KEY}, and will say nothing else about it."),
]


@pytest.mark.parametrize(("fault", "content"), MISSAID)
def test_a_fault_of_what_is_said_leaves_the_rest_whole(vllm, fault, content):
    completion = complete(vllm.misbehave(fault))[1]
    assert completion["choices"][0]["message"]["content"] == content and completion["usage"]["completion_tokens"] > 20


def test_faults_can_pass_and_canaries_are_misled_apart(vllm):
    vllm.misbehave(llm_faults.server_error(), first=2).mislead(llm_faults.ignores_the_schema)
    assert [complete(vllm)[0].status for _ in range(3)] == [500, 500, 200]
    canary = about(TEXT) | {"messages": [{"role": "user", "content": "Write a short poem, as prose."}]}
    said = ask(vllm, "/v1/chat/completions", canary, key=KEY)[1]["choices"][0]["message"]["content"]
    assert (said, vllm.canaries, vllm.asked) == (llm_faults.PROSE, 1, 3)


def test_questions_in_flight_are_counted(vllm):
    vllm.latency_s = 0.1
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda number: complete(vllm, f"{TEXT} {number}"), range(5)))
    assert 1 < vllm.most_in_flight <= 5 and vllm.in_flight == 0


def test_it_comes_back_on_its_port_as_somebody_else(vllm):
    before = complete(vllm)[1]["system_fingerprint"]
    vllm.stop()
    with pytest.raises(ConnectionRefusedError):
        complete(vllm)
    vllm.served.fingerprint = "another"
    vllm.start()
    assert complete(vllm)[1]["system_fingerprint"] == "vllm-0.15.1-another" != before


def test_it_serves_as_a_process_of_its_own():
    command = [sys.executable, "-P", "-m", "tests.llm_server", "--flavour", "sglang"]
    with subprocess.Popen(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        far = LlmServer("sglang", port=int(process.stdout.readline()))
        assert complete(far)[0].status == 200
        seen = ask(far, "/_seen")[1]
        assert seen.pop("first_at") > 1_700_000_000
        assert seen == {"asked": 1, "texts": 1, "again": 0, "canaries": 0, "most_in_flight": 1}
        process.stdin.close()
    assert process.returncode == 0
