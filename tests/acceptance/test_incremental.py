"""A text is asked once, wherever and however often it occurs: appended, prepended, shuffled, twice, or after kill -9."""

import random
import signal
from collections.abc import Iterator

import pytest

from store.events import ChunkAppended, ChunkRetired
from store.ids import chunk_id
from store.log import open_log
from tests.acceptance.driving import Home
from tests.acceptance.serving import calls, count, ends, labelled_by, query, texts_in, until_labelled
from tests.builders import put
from tests.filings_of_texts import drop, texts
from tests.llm_server import LlmServer

CONCURRENCY = 4
WINDOW = 2 * CONCURRENCY  # texts that the worker has at once


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[LlmServer]:
    with LlmServer(request.param) as server:
        yield server


def shuffled(passages: list[str]) -> list[str]:
    return random.Random(7).sample(passages, len(passages))


# Filings that come in one after the other, and the texts that are new in each.
ARRIVALS = [
    ("20 texts", texts(20), 20),
    ("2 appended", [*texts(20), *texts(2, first=100)], 2),
    ("2 prepended", [*texts(2, first=200), *texts(20)], 2),
    ("2 among them, in another order", shuffled([*texts(20), *texts(2, first=300)]), 2),
    ("2 new ones", texts(2, first=400), 2),
    ("the same two in another filing", texts(2, first=400)[::-1], 0),
]


def rechunk(home: Home) -> None:
    """As a newer parser does that finds the same texts under another Item: each chunk goes, and comes under another id."""
    log = open_log(home.state, purpose="real")
    rows = log.query("SELECT payload FROM raw.events WHERE type = 'ChunkAppended' ORDER BY seq")
    old = [ChunkAppended.model_validate_json(payload) for (payload,) in rows]
    put(log, *(ChunkRetired(chunk_id=chunk.chunk_id, accession=chunk.accession, parser="p9") for chunk in old))
    put(log, *(chunk.model_copy(update={"item": "7", "chunk_id": _id_under_7(chunk)}) for chunk in old))
    log.close()


def _id_under_7(chunk: ChunkAppended) -> str:
    return chunk_id(chunk.accession, "7", chunk.text_id, 0)


@pytest.mark.parametrize("server", ["sglang"], indirect=True)
def test_only_new_texts_are_asked_whatever_the_order_of_arrival(home, server):
    labelled_by(home, server, concurrency=CONCURRENCY)
    service, asked = home.start(), {}
    for number, (name, passages, new) in enumerate(ARRIVALS):
        before = server.asked
        drop(home.folder / "inbox", 1000 + number, passages)
        while service.until("published") and count(home, "filings WHERE status = 'chunked'") <= number:
            pass
        until_labelled(home, service, before + new)
        asked[name] = server.asked - before
    assert service.end(signal.SIGTERM) == 0
    assert asked == {name: new for name, _, new in ARRIVALS}
    rechunk(home)
    assert home.run("run", "--once").returncode == 0  # and again: nothing is new
    assert server.asked == 28 and set(calls(server).values()) == {1}
    assert {end.word for end in ends(home).values()} == {"labelled"} and count(home, "labels") == 28
    assert count(home, "chunks WHERE NOT retired") == 20 + 3 * 22 + 2 * 2
    assert query(home, "SELECT DISTINCT item FROM triplets") == [("7",)]


@pytest.mark.parametrize("server", ["llama.cpp"], indirect=True)
def test_kill_9_half_way_wastes_no_more_than_was_in_flight(home, server):
    server.latency_s = 0.05
    labelled_by(home, server, concurrency=CONCURRENCY)
    texts_in(home, 40)
    service, labelled = home.start("--once"), 0
    while labelled < 20:
        labelled += service.until("labels_appended")["events"]
    service.end(signal.SIGKILL)
    again = home.run("run", "--once")
    assert again.returncode == 0, again.stderr[-3000:]
    assert {end.word for end in ends(home).values()} == {"labelled"}
    assert query(home, "SELECT count(*), count(DISTINCT text_id) FROM labels") == [(40, 40)]
    assert 40 <= server.asked <= 40 + WINDOW and max(calls(server).values()) <= 2
    proof = home.run("rebuild", "--verify")
    assert (proof.returncode, proof.stdout.count("WRONG")) == (0, 0)
