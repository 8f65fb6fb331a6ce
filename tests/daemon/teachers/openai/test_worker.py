"""The real worker process in front of loopback servers: what the daemon hears, and that no key is written anywhere."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daemon.teachers.base import TeacherUnavailable
from daemon.teachers.client import TeacherWorker, WorkerLeft
from daemon.teachers.openai.settings import OpenAISettings
from daemon.teachers.protocol import Reply
from tests import llm_faults as faults
from tests.daemon.teachers.openai.loopback import request
from tests.llm_server import LlmServer

KEY, LONG_S = "sk-loopback-3141", 30.0


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., TeacherWorker]]:
    monkeypatch.setenv("LOOPBACK_KEY", KEY)
    started: list[TeacherWorker] = []

    def begin(server: LlmServer, **changes: object) -> TeacherWorker:
        given = {"base_urls": [server.base_url], "api_key_env": "LOOPBACK_KEY"} | changes
        started.append(TeacherWorker(OpenAISettings.model_validate(given), tmp_path / "worker"))
        return started[-1]

    yield begin
    for worker in started:
        worker.kill()


def test_a_worker_answers_from_a_server_and_no_key_is_written_anywhere(start, tmp_path):
    with LlmServer("vllm", key=KEY) as server:
        server.misbehave(faults.echoes_the_key_in_an_error, on="1%").misbehave(
            faults.echoes_the_key_in_a_label, on="2%"
        )
        worker = start(server)
        texts = [request(f"Sales rose {i}%.") for i in range(3)]
        worker.submit(texts)
        replies: dict[str, Reply] = {}
        while worker.in_flight:
            replies |= {reply.request_id: reply for reply in worker.outcomes(LONG_S)}
        worker.close()
    assert [replies[text.text].type for text in texts] == ["answered", "failed", "answered"]
    assert (worker.info.fingerprint, server.keys) == ("vllm-0.15.1-5f3a9c21", {f"Bearer {KEY}"})
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert KEY not in str(replies) and KEY.encode() not in written


def test_a_worker_that_nobody_obeys_says_what_to_do(start):
    with LlmServer("ollama", key=KEY) as server, pytest.raises(TeacherUnavailable, match=r"Ollama 0\.5"):
        server.mislead(faults.ignores_the_schema)
        start(server).outcomes(LONG_S)


def test_a_worker_without_its_key_names_the_variable(start, monkeypatch):
    monkeypatch.delenv("LOOPBACK_KEY")
    with (
        LlmServer("vllm", key=KEY) as server,
        pytest.raises(TeacherUnavailable, match="LOOPBACK_KEY, which is not set"),
    ):
        start(server).outcomes(LONG_S)


@pytest.mark.parametrize(
    ("befalls", "words"),
    [
        (LlmServer.stop, "no server answers now"),
        (lambda server: server.misbehave(faults.another_fingerprint("b2")), "now answers as"),
    ],
)
def test_a_worker_whose_server_is_away_or_another_one_leaves_and_no_text_is_at_fault(start, befalls, words):
    with LlmServer("vllm", key=KEY) as server:
        worker, texts = start(server), [request(f"Sales rose {i}%.") for i in range(3)]
        while worker.info is None:
            worker.outcomes(LONG_S)
        befalls(server)
        worker.submit(texts)
        with pytest.raises(WorkerLeft, match=words) as left:
            worker.outcomes(LONG_S)
    assert left.value.in_flight == tuple(texts) and left.value.was_ready
