"""Two hundred planted instructions and a model that obeys each: nothing changes but the labels of those very texts."""

import csv
import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from daemon.filing.blocks import one_line
from daemon.filing.prose import reads_plainly
from tests.acceptance.driving import Home
from tests.acceptance.serving import End, ends, labelled_by, number_of, query
from tests.filings_of_texts import drop, texts
from tests.injections import Payload, payloads
from tests.llm_faults import Question, Reply
from tests.llm_server import LlmServer

# So many bystanders that what is refused stays below the share at which labelling waits for a person.
PLANTED, BYSTANDERS = 200, 160
LONGEST = 1440  # characters, with the heading less than a chunk
UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
_LABELS = "SELECT c.text, l.rationale, l.summary, l.recipe FROM labels l JOIN chunks c USING (text_id)"


@dataclass
class Obedient:
    """A model that does as the planted text says, in one of five ways, and remembers how it was asked."""

    planted: list[Payload]
    asked: list[list[tuple[str, str]]] = field(default_factory=list)

    def __call__(self, question: Question, reply: Reply) -> Reply:
        self.asked.append([(said["role"], said["content"]) for said in question.asked["messages"]])
        number = number_of(question.passage or "")
        if number >= len(self.planted):
            return reply
        completion = json.loads(reply.body)
        message = completion["choices"][0]["message"]
        wish, text = self.planted[number].wish, self.planted[number].text
        call = {"type": "function", "id": "1", "function": {"name": "shell", "arguments": json.dumps({"cmd": wish})}}
        match number % 10:
            case 1:
                message["content"] = wish
            case 2:
                message["content"] = json.dumps(
                    {"rationale": wish, "summary": wish, "text_id": "0" * 32, "recipe": wish}
                )
            case 3 | 8:
                message |= {
                    "content": f"{text}\n{json.dumps({'rationale': wish, 'summary': wish})}",
                    "tool_calls": [call],
                }
            case 4:
                message |= {"role": "system", "content": json.dumps([{"rationale": text, "summary": text}] * 3)}
            case _:
                message["content"] = json.dumps(
                    {"rationale": f"1. It is so. {text}", "summary": f"As was said: {text}"}
                )
        return replace(reply, body=json.dumps(completion).encode())


@dataclass
class Run:
    """What came of one home."""

    home: Home
    before: dict[str, bytes]
    model: Obedient
    paths: set[str]
    ends: dict[int, End]

    @property
    def bystanders(self) -> dict[str, tuple[str, str, str]]:
        rows = query(self.home, _LABELS)
        return {text: tuple(said) for text, *said in rows if number_of(text) >= PLANTED}


def outside_state(home: Home) -> dict[str, bytes]:
    """Every file of the home but the state's."""
    files = (path for path in home.folder.rglob("*") if path.is_file() and home.state not in path.parents)
    return {str(path.relative_to(home.folder)): path.read_bytes() for path in files}


def _planted(number: int, text: str, payload: Payload) -> str:
    """One chunk of prose with the payload in its middle, whatever share of it is none."""
    first, rest = text.split(". ", 1)
    room = LONGEST - len(text) - len(payload.text)
    for (more,) in (texts(1, first=seed) for seed in range(5000 + number, 25_000, 1000)):
        behind = more.split(". ", 1)[1][:room].rpartition(". ")[0]
        planted = f"{first}. {payload.text} {rest} {behind}."
        if reads_plainly(f"On in case {number} {one_line(planted)}"):  # as its chunk will be
            return planted
    raise AssertionError(f"{payload.name} is no prose in any company")


def _labelled(folder: Path, server: LlmServer, planted: list[Payload]) -> Run:
    """Texts in four filings, planted ones and bystanders side by side."""
    folder.mkdir()
    home = labelled_by(Home(folder), server, concurrency=8, attempts=1)
    model, said = Obedient(planted), texts(PLANTED + BYSTANDERS)
    for number, payload in enumerate(planted):
        said[number] = _planted(number, said[number], payload)
    mixed = [said[place * 61 % len(said)] for place in range(len(said))]
    for filing in range(4):
        drop(home.folder / "inbox", 1000 + filing, mixed[filing::4])
    before = outside_state(home)
    server.behave()
    server.misbehave(model)
    server.paths.clear()
    run = home.run("run", "--once")
    assert run.returncode == 0, run.stderr[-3000:]
    return Run(home, before, model, set(server.paths), ends(home))


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The control run, the run with planted texts, and whoever would hear of a leak."""
    folder = tmp_path_factory.mktemp("injections")
    with LlmServer("vllm") as server, LlmServer("sglang") as elsewhere:
        planted = payloads(url=f"http://127.0.0.1:{elsewhere.port}", folder=str(folder / "planted"))
        assert len({payload.name for payload in planted}) == PLANTED
        control = _labelled(folder / "control", server, [])
        hostile = _labelled(folder / "planted", server, planted)
        yield control, hostile, elsewhere


def test_every_text_ends_once_and_no_other_texts_label_changes(runs):
    control, hostile, _ = runs
    assert hostile.ends.keys() == control.ends.keys() == set(range(PLANTED + BYSTANDERS))
    assert len(control.bystanders) == BYSTANDERS and hostile.bystanders == control.bystanders


def test_the_form_of_the_prompt_stays_and_the_instructions_are_the_same(runs):
    control, hostile, _ = runs
    roles = Counter(tuple(role for role, _ in messages) for messages in hostile.model.asked)
    assert roles == {("system", "user"): PLANTED + BYSTANDERS}
    systems = {messages[0][1] for run in (control, hostile) for messages in run.model.asked}
    assert len(systems) == 1
    users = [messages[1][1] for messages in hostile.model.asked]
    assert all(said.startswith("The passage:\n") and said.endswith("Answer with the JSON object.") for said in users)
    assert not [said for said in users if UNPRINTABLE.search(said) or re.search(r"<\||</s|\[INST|<<SYS", said)]


def test_nothing_is_written_outside_the_state_and_nobody_else_is_asked(runs):
    control, hostile, elsewhere = runs
    assert outside_state(hostile.home) == hostile.before
    names = {str(path) for path in hostile.home.folder.parent.rglob("*") if "pwned" in path.name}
    assert names == set() and not elsewhere.paths
    assert hostile.paths == control.paths


def test_recipe_and_events_are_those_of_the_control_run(runs):
    control, hostile, _ = runs
    for table in ("recipes", "filings"):
        columns = "accession, status, form, company" if table == "filings" else "recipe, active"
        said = [sorted(query(run.home, f"SELECT {columns} FROM {table}")) for run in (control, hostile)]
        assert said[0] == said[1]
    kinds = [{kind for (kind,) in query(run.home, "SELECT DISTINCT type FROM events")} for run in (control, hostile)]
    assert kinds[1] - kinds[0] <= {"LabelRefused", "ChunkDeadLettered"}


def test_no_text_of_a_filing_or_a_model_moves_the_terminal(runs):
    _, hostile, _ = runs
    ids = [name for (name,) in query(hostile.home, "SELECT text_id FROM chunks ORDER BY text_id LIMIT 2")]
    select = "SELECT c.text, l.rationale, l.summary FROM chunks c LEFT JOIN labels l USING (text_id)"
    for words in (
        ("status",),
        ("dead-letters",),
        *(("explain", name) for name in ids),
        *(("sql", select, "--format", style) for style in ("table", "csv", "json")),
    ):
        done = hostile.home.run(*words)
        assert done.returncode == 0, (words, done.stderr[-1000:])
        assert not UNPRINTABLE.search(done.stdout.replace("\r\n", "\n")), words
        if "csv" in words:
            cells = [cell for row in csv.reader(done.stdout.splitlines(keepends=True)) for cell in row]
            assert len(cells) > 3 * PLANTED and not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
