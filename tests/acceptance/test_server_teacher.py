"""The real command against servers that answer well and servers that do not: every text ends once, and no key is shown."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.answers import Accepted, limits, read_answer
from daemon.teachers.base import TeacherUnavailable
from daemon.teachers.client import TeacherWorker
from daemon.teachers.openai.settings import OpenAISettings
from daemon.teachers.protocol import ChunkRequest
from tests import llm_faults
from tests.acceptance.driving import Home
from tests.acceptance.serving import (
    KEY,
    KEY_ENV,
    all_published,
    calls,
    count,
    ends,
    files_with,
    labelled_by,
    on,
    query,
    texts_in,
    texts_with,
    until_labelled,
)
from tests.filings_of_texts import texts
from tests.llm_flavours import FLAVOURS
from tests.llm_server import LlmServer

# How the text with this number is answered for, how often; what becomes of it, and how often it is asked: with two
# attempts, four tries each where the server itself fails.
CASES = [
    (0, None, None, "labelled", 1),
    (1, llm_faults.too_many_requests("1"), 1, "labelled", 2),
    (2, llm_faults.too_many_requests(), 2, "labelled", 3),
    (3, llm_faults.busy, 1, "labelled", 2),
    (4, llm_faults.server_error(), 2, "labelled", 3),
    (5, llm_faults.server_error(), None, "engine_error", 8),
    (6, llm_faults.slow(0.4), None, "labelled", 1),
    (7, llm_faults.hangs, 1, "labelled", 2),
    (8, llm_faults.hangs, None, "engine_error", 2),
    (9, llm_faults.closes_early, 1, "labelled", 2),
    (10, llm_faults.closes_early, None, "engine_error", 8),
    (11, llm_faults.half_a_body, None, "engine_error", 8),
    (12, llm_faults.half_a_json, None, "engine_error", 2),
    (13, llm_faults.half_an_answer, None, "not_json", 2),
    (14, llm_faults.no_json, None, "engine_error", 2),
    (15, llm_faults.no_content, None, "not_json", 2),
    (16, llm_faults.no_usage, None, "labelled", 1),
    (17, llm_faults.ignores_the_schema, None, "not_json", 2),
    (18, llm_faults.huge, None, "engine_error", 2),
    (19, llm_faults.echoes_the_key_in_an_error, None, "engine_error", 2),
    (20, llm_faults.echoes_the_key_in_an_answer, None, "not_json", 2),
    (21, llm_faults.echoes_the_key_in_a_label, None, "labelled", 1),
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, LlmServer, LlmServer, list[str]]]:
    """One run over texts that each meet a fault of their own: the home, the server, the one it redirects to, what was said."""
    home = Home(tmp_path_factory.mktemp("broken"))
    with LlmServer("vllm", key=KEY) as server, LlmServer("sglang") as elsewhere:
        for number, fault, first, _, _ in CASES:
            if fault is not None:
                server.misbehave(fault, on=on(number), first=first)
        server.misbehave(llm_faults.redirects(f"http://127.0.0.1:{elsewhere.port}"), on=on(len(CASES)))
        labelled_by(home, server, api_key_env=KEY_ENV, attempts=2, timeout_s=2.0, patience_s=20)
        texts_in(home, len(CASES) + 1)
        run = home.run("run", "--once", **{KEY_ENV: KEY})
        assert run.returncode == 0, run.stderr[-3000:]
        shown = [home.run(*words) for words in (("status",), ("status", "--json"), ("dead-letters",))]
        yield home, server, elsewhere, [said for done in (run, *shown) for said in (done.stdout, done.stderr)]


@pytest.mark.parametrize(("number", "fault", "first", "end", "asked"), CASES, ids=[str(case[0]) for case in CASES])
def test_every_text_ends_once_whatever_the_server_does_to_it(broken, number, fault, first, end, asked):
    home, server, _, _ = broken
    found = ends(home)[number]
    assert (found.word, found.labels, calls(server)[number]) == (end, int(end == "labelled"), asked)


def test_a_redirect_is_not_followed_and_costs_one_text(broken):
    home, _, elsewhere, _ = broken
    assert ends(home)[len(CASES)].word == "engine_error"
    assert elsewhere.headers == []


def test_the_key_goes_to_the_server_and_nowhere_else(broken):
    home, server, _, said = broken
    assert server.keys == {f"Bearer {KEY}"}
    assert files_with(home.folder, KEY) == []
    assert texts_with([*said, all_published(home)], KEY) == []


def test_a_dead_letter_says_what_the_server_did(broken):
    home, *_ = broken
    found = [detail for (detail,) in query(home, "SELECT detail FROM dead_letters WHERE reason = 'engine_error'")]
    for words in (
        "device-side assert",
        "no answer within 2 s",
        "ended early",
        "no chat completion",
        "HTTP 307",
        "[key]",
    ):
        assert texts_with(found, words), words


# What each kind of server says of who answers.
WHO = {
    "vllm": ("/models/llama-3.1-8b", "vllm-0.15.1-5f3a9c21"),
    "sglang": ("/models/llama-3.1-8b", "5f3a9c21"),
    "llama.cpp": ("llama-3.1-8b.gguf, 8030261312 parameters in 4912898304 bytes", "b7100-5f3a9c21"),
    "ollama": ("5f3a9c21" * 8, "fp_ollama"),
}


def opened(server: LlmServer, folder: Path, **settings: str) -> TeacherWorker:
    """The teacher's own process."""
    return TeacherWorker(OpenAISettings.model_validate({"base_urls": [server.base_url]} | settings), folder)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_each_kind_of_server_says_who_it_is_and_answers_in_the_schema(tmp_path, flavour):
    (text,) = texts(1)
    with LlmServer(flavour) as server:
        worker = opened(server, tmp_path)
        worker.submit([ChunkRequest(request_id="r", text_id="t", text=text, attempt=1)])
        while worker.in_flight:
            heard = worker.outcomes(60)
        worker.close()
    assert (worker.info.revision, worker.info.fingerprint) == WHO[flavour]
    read = read_answer(heard[0].raw, text, limits=limits(256, 160))
    assert isinstance(read, Accepted) and not read.flags
    assert heard[0].prompt_tokens > 100 and heard[0].completion_tokens > 20


# What to switch on, in a word of each kind of server.
SWITCHES = {
    "vllm": "structured-outputs",
    "sglang": "--grammar-backend",
    "llama.cpp": "llama-server",
    "ollama": "Ollama",
}


def refusal(server: LlmServer, folder: Path, **settings: str) -> str:
    """What the teacher says instead of being ready."""
    worker = opened(server, folder, **settings)
    with pytest.raises(TeacherUnavailable) as said:
        worker.outcomes(60)
    worker.close()
    assert server.asked == 0
    return str(said.value)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_server_that_ignores_the_schema_gets_no_text_and_is_told_what_to_switch_on(tmp_path, flavour):
    with LlmServer(flavour) as server:
        said = refusal(server.mislead(llm_faults.ignores_the_schema), tmp_path)
    assert SWITCHES[flavour] in said and llm_faults.PROSE[:40] in said


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_model_the_server_does_not_have_is_refused_with_those_it_has(tmp_path, flavour):
    with LlmServer(flavour) as server:
        said = refusal(server, tmp_path, model="gpt-5")
    assert "'gpt-5'" in said and server.served.model in said


def test_a_key_that_is_not_there_is_named(tmp_path):
    with LlmServer("vllm", key=KEY) as server:
        assert "FINSDISTILL_NO_KEY, which is not set" in refusal(server, tmp_path, api_key_env="FINSDISTILL_NO_KEY")


def test_what_only_a_person_can_mend_ends_the_run_with_one_sentence(home):
    with LlmServer("sglang", key="sk-another-key-than-ours") as server:
        texts_in(labelled_by(home, server, api_key_env=KEY_ENV), 2)
        run = home.run("run", "--once", **{KEY_ENV: KEY})
    assert (run.returncode, server.asked) == (1, 0)
    assert "refuses the key" in run.stderr.splitlines()[-1] and "Traceback" not in run.stderr
    assert texts_with([run.stderr, run.stdout], KEY) == [] and files_with(home.folder, KEY) == []


def test_another_teacher_behind_the_same_address_labels_nothing_until_somebody_decides(home):
    with LlmServer("vllm") as server:
        texts_in(labelled_by(home, server, timeout_s=2.0, patience_s=20), 3)
        service = home.start()
        service.until("published")
        until_labelled(home, service, 3)
        server.stop()
        server.served.fingerprint = "another0"
        server.start()
        texts_in(home, 2, first=10)
        service.until("labelling_paused")
        service.until("published")
        assert "PAUSED" in home.run("status").stdout
        assert query(home, "SELECT count(*), count(DISTINCT recipe) FROM labels") == [(3, 1)]
        assert count(home, "recipes") == 2 and count(home, "recipes WHERE active") == 1

        assert home.run("adopt", "--keep-old").returncode == 0
        until_labelled(home, service, 5)
        assert service.end(signal.SIGTERM) == 0
    assert query(home, "SELECT count(*), count(DISTINCT recipe) FROM triplets") == [(5, 2)]
    fingerprints = "SELECT DISTINCT fingerprint FROM recipes JOIN labels USING (recipe) ORDER BY ALL"
    assert query(home, fingerprints) == [("vllm-0.15.1-5f3a9c21",), ("vllm-0.15.1-another0",)]
    assert {end.word for end in ends(home).values()} == {"labelled"}


def test_a_server_that_is_away_is_waited_for_and_no_text_is_the_worse_for_it(home):
    with LlmServer("ollama") as server:
        server.latency_s = 0.05
        texts_in(labelled_by(home, server, timeout_s=2.0, patience_s=20), 30)
        server.stop()
        service = home.start()
        service.until("labelling_paused")
        server.start()
        service.until("labels_appended", times=2)
        server.stop()
        server.start()
        until_labelled(home, service, 30)
        assert service.end(signal.SIGTERM) == 0
    assert {end.word for end in ends(home).values()} == {"labelled"} and count(home, "refusals") == 0
    assert sum(times > 1 for times in calls(server).values()) <= 8  # the window: twice the concurrency


def test_a_run_that_somebody_else_answers_again_and_again_ends_with_1_and_leaves_the_text_pending(home):
    with LlmServer("vllm") as server:
        server.misbehave(llm_faults.another_model("somebody/else"), on=on(3))
        texts_in(labelled_by(home, server, timeout_s=1.0, patience_s=10), 4)
        run = home.run("run", "--once")
    assert run.returncode == 1 and "somebody/else" in run.stderr.splitlines()[-1]
    assert count(home, "pending") >= 1 and count(home, "dead_letters") == 0


def test_a_server_that_forgets_the_schema_is_not_asked_everything_and_a_mended_one_does_the_rest(home):
    with LlmServer("llama.cpp") as server:
        server.misbehave(llm_faults.ignores_the_schema)
        texts_in(labelled_by(home, server, attempts=1), 300)
        run = home.run("run", "--once")
        assert run.returncode == 1 and "200 of the last 200 answers were unusable" in run.stderr.splitlines()[-1]
        assert "PAUSED       labelling: 200 of the last 200" in home.run("status").stdout
        assert 200 <= server.asked <= 200 + 8  # what was in flight: twice the concurrency
        server.behave()
        assert home.run("requeue", "--all").returncode == 0
        assert home.run("run", "--once").returncode == 0
    assert {end.word for end in ends(home).values()} == {"labelled"}
    assert query(home, "SELECT list(type ORDER BY seq) FROM events WHERE type LIKE 'Labelling%'") == [
        (["LabellingPaused", "LabellingResumed"],)
    ]
