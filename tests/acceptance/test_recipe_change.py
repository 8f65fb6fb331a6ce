"""One changed word in the prompt: labelling waits, the plan says what each way costs, and a decision makes exactly that."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.driving import Home
from tests.acceptance.serving import ends, labelled_by, texts_in
from tests.llm_server import LlmServer

TEXTS = 6
PROMPT = "Explain the passage to an analyst. Answer with one JSON object of this schema:\n{schema}\n"


@pytest.fixture(scope="module")
def loopback() -> Iterator[LlmServer]:
    with LlmServer("vllm") as server:
        yield server


@pytest.fixture
def server(loopback: LlmServer) -> LlmServer:
    loopback.calls.clear()
    return loopback


@pytest.fixture(scope="module")
def labelled(loopback: LlmServer, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with one training set."""
    home = labelled_by(
        Home(tmp_path_factory.mktemp("labelled")), loopback, prompt_file="prompt.txt", price_per_mtok=2.0
    )
    config = home.folder / "config.toml"
    config.write_text(config.read_text().replace("threshold = 1000000", f"threshold = {TEXTS}"))
    prompt(home).write_text(PROMPT)
    texts_in(home, TEXTS)
    run = home.run("run", "--once")
    assert run.returncode == 0, run.stderr[-3000:]
    return home


@pytest.fixture
def changed(labelled: Home, tmp_path: Path) -> Home:
    """A copy of it, in whose prompt a word has changed since."""
    home = Home(tmp_path / "home")
    shutil.copytree(labelled.folder, home.folder)
    prompt(home).write_text(PROMPT.replace("an analyst", "a student"))
    return home


def prompt(home: Home) -> Path:
    return home.folder / "prompt.txt"


def planned(home: Home) -> dict[str, int]:
    """What the plan predicts: calls by decision."""
    plan = json.loads(home.run("plan", "--json").stdout)
    return {choice["decision"]: choice["calls"] for choice in plan["choices"]}


def manifests(home: Home) -> list[dict[str, object]]:
    """Oldest first."""
    found = [json.loads(path.read_bytes()) for path in (home.state / "snapshots").glob("*/manifest.json")]
    return sorted(found, key=lambda manifest: manifest["log_seq"])


def recipes(home: Home) -> list[str]:
    return [row["recipe"] for row in home.sql("SELECT recipe FROM recipes ORDER BY recorded_at")]


def test_nothing_is_asked_before_a_person_has_decided(changed: Home, server: LlmServer) -> None:
    run = changed.run("run", "--once")
    assert run.returncode == 1 and server.asked == 0
    assert "labelling waits: the configured recipe" in run.stderr and "finsdistill plan" in run.stderr
    assert "PAUSED       labelling: the configured recipe" in changed.run("status").stdout


def test_relabel_makes_exactly_the_calls_of_the_plan_and_the_next_snapshot_names_one_recipe(
    changed: Home, server: LlmServer
) -> None:
    changed.run("run", "--once")
    assert planned(changed)["relabel"] == TEXTS
    assert changed.run("relabel").returncode == 0
    run = changed.run("run", "--once")
    assert run.returncode == 0 and server.asked == TEXTS, run.stderr[-3000:]
    old, new = recipes(changed)
    counts = "SELECT recipe, count(*) AS n FROM labels GROUP BY recipe ORDER BY min(seq)"
    assert changed.sql(counts) == [{"recipe": old, "n": TEXTS}, {"recipe": new, "n": TEXTS}]
    assert changed.sql("SELECT DISTINCT recipe FROM triplets") == [{"recipe": new}]
    text = changed.sql("SELECT min(text_id) AS text FROM labels")[0]["text"]
    story = changed.run("explain", text).stdout
    assert story.index(f"recipe {old}") < story.index(f"recipe {new}") and story.count("raw answer") == 2
    assert [(manifest["recipe"], manifest["kept_recipes"]) for manifest in manifests(changed)] == [(old, []), (new, [])]


def test_keeping_the_old_labels_asks_only_what_has_none(changed: Home, server: LlmServer) -> None:
    texts_in(changed, 2, first=100)
    changed.run("run", "--once")
    assert planned(changed) == {"relabel": TEXTS + 2, "keep_old": 2}
    assert changed.run("adopt", "--keep-old").returncode == 0
    run = changed.run("run", "--once")
    assert run.returncode == 0 and server.asked == 2, run.stderr[-3000:]
    assert {end.word for end in ends(changed).values()} == {"labelled"}
    assert changed.sql("SELECT count(*) AS n, count(DISTINCT recipe) AS r FROM triplets") == [{"n": TEXTS + 2, "r": 2}]


def test_a_running_service_goes_on_as_soon_as_it_is_decided(changed: Home, server: LlmServer) -> None:
    service = changed.start()
    service.until("labelling_paused")
    decision = changed.run("relabel")
    assert "taken; labelling goes on" in decision.stdout, decision.stdout + decision.stderr
    service.until("labels_appended")
    service.process.terminate()
    assert service.process.wait(20) == 0
    pauses = changed.sql("SELECT type FROM events WHERE type LIKE 'Labelling%' ORDER BY seq")
    assert [row["type"] for row in pauses] == ["LabellingPaused", "LabellingResumed"]
