"""Two years of a company and a held-out one with nearly the same words: only what is new is asked, and nothing leaks."""

import json

import pytest

from tests.acceptance.driving import Home
from tests.acceptance.serving import calls, labelled_by, query
from tests.filings_of_texts import drop, texts
from tests.llm_server import LlmServer

TRAINING, HELDOUT = 1, 2
OLD = texts(10)
# Next year: five stay, three change a word, one changes a figure, one is new.
NEXT = [
    *OLD[:5],
    *(text.replace("is to be said", "has to be said") for text in OLD[5:8]),
    OLD[8].replace("In case 8", "In case 808"),
    *texts(1, first=900),
]
SHARED = [OLD[0].replace("is to be said", "shall be said"), *texts(2, first=700)]


@pytest.fixture
def server():
    with LlmServer("sglang") as server:
        yield server


def arrive(home: Home, number: int, passages: list[str], cik: int) -> None:
    """A filing of that company, read until nothing is pending."""
    known = drop(home.folder / "inbox", number, passages).with_suffix(".htm.json")
    known.write_text(json.dumps(json.loads(known.read_text()) | {"cik": cik}))
    done = home.run("run", "--once")
    assert done.returncode == 0, done.stderr


def test_next_year_costs_what_is_new_and_a_held_out_company_s_words_train_nobody(home, server):
    config = labelled_by(home, server).folder / "config.toml"
    config.write_text(config.read_text().replace("heldout = []", f'heldout = ["{HELDOUT}"]'))
    arrive(home, 1, OLD, TRAINING)
    assert sum(calls(server).values()) == 10
    arrive(home, 2, NEXT, TRAINING)
    assert sum(calls(server).values()) == 12
    figures = json.loads(home.run("status", "--json").stdout)
    assert (figures["chunks"], figures["texts"], figures["linked"], figures["pending"]) == (20, 15, 3, 0)
    assert "8 chunks (40.0%) need no label of their own: 5 equal another, 3 nearly" in home.run("status").stdout
    arrive(home, 3, SHARED, HELDOUT)
    assert query(home, "SELECT count(*) FROM triplets WHERE split = 'train'") == [(11,)]
    assert query(home, "SELECT text LIKE '%In case 0 %' FROM triplets WHERE split = 'both'") == [(True,)]
