"""What `predict` prints, and the real command on a state with a champion that was never seen by a service."""

import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from daemon.cli.predict import json_lines, text_lines
from daemon.pieces import Piece
from daemon.predicting import Asked
from evaluator.answering import StudentRef, StudentReply
from evaluator.spec import AdapterRef
from store.events import AdapterPromoted
from store.publishing.publish import Publisher
from tests.acceptance.driving import COMMAND, filing
from tests.adapters import write_adapter
from tests.builders import a_log, a_training, put

ADAPTER = "ab" * 16


def a_student(tmp_path, **changes):
    fields = {
        "base": "seedling", "base_revision": None, "base_fingerprint": None, "quantization": "none", "toy": True,
        "objective": "step_by_step", "max_tokens": 512, "adapter": AdapterRef(adapter_id=ADAPTER, folder=tmp_path),
    }  # fmt: skip
    return StudentRef(**(fields | changes))


def asked(summary="It rose.", rationale="1. Revenue rose.\n2. So it matters.", item="7", **changes):
    reply = {"trimmed": False, "hit_limit": False} | changes
    return Asked(Piece(item, "Revenue rose."), StudentReply(summary=summary, rationale=rationale, **reply))


def test_a_piece_is_shown_with_its_item_and_a_toy_is_called_one(tmp_path):
    assert text_lines([asked()], a_student(tmp_path)) == [
        "answered by adapter abababab on seedling (toy: it shows that the loop works, not what a student can do)",
        "",
        "piece 1 of 1 · Item 7",
        "  summary    It rose.",
        "  rationale  1. Revenue rose.\n             2. So it matters.",
    ]


def test_what_is_not_whole_says_so(tmp_path):
    student = a_student(tmp_path, toy=False, objective="summary", adapter=None)
    shown = text_lines([asked(summary=None, item=None, trimmed=True, hit_limit=True)], student)
    assert shown[0] == "answered by the base seedling"
    assert shown[2] == "piece 1 of 1 (the text's end did not fit; cut off at its longest length)"
    assert shown[3:] == ["  summary    (nothing that could be read)"]


def test_an_answer_never_moves_the_terminal(tmp_path):
    hostile = asked(summary="\x1b[2JRev\u202eenue\x07", rationale="\x9b31m")
    for lines in (text_lines([hostile], a_student(tmp_path)), json_lines([hostile], a_student(tmp_path))):
        assert not {"\x1b", "\u202e", "\x07", "\x9b"} & set("".join(lines))
    assert json.loads(json_lines([hostile], a_student(tmp_path))[0])["summary"] == "[2JRevenue"


def test_json_is_one_object_a_piece(tmp_path):
    assert [json.loads(line) for line in json_lines([asked(item=None)], a_student(tmp_path))] == [
        {
            "number": 1, "item": None, "text": "Revenue rose.", "summary": "It rose.",
            "rationale": "1. Revenue rose.\n2. So it matters.", "trimmed": False, "hit_limit": False,
            "adapter": ADAPTER, "base": "seedling", "toy": True,
        }
    ]  # fmt: skip


CONFIG = """
[edgar]
companies = []
[teacher]
kind = "extractive"
[student]
base = "seedling"
quantization = "none"
[evaluator]
max_summary_tokens = 16
max_rationale_tokens = 16
"""


@pytest.fixture
def home(tmp_path):
    (tmp_path / "config.toml").write_text(CONFIG)
    return tmp_path


def predict(home, *arguments, given=""):
    command = [COMMAND, "predict", *map(str, arguments)]
    return subprocess.run(command, cwd=home, input=given, capture_output=True, text=True, timeout=120, check=False)


def recorded(home, adapter_id, *, champion):
    """A state as a service leaves it behind that trained this adapter, with its figures published."""
    (home / "state").mkdir(exist_ok=True)
    with a_log(home / "state") as log:
        put(log, a_training(adapter_id))
        if champion:
            put(log, AdapterPromoted(adapter_id=adapter_id, replaces=None, by="person", reason=""))
        Publisher(log, home / "state").publish()


def test_without_a_champion_nothing_is_answered_and_the_base_only_when_it_is_named(home):
    nothing = predict(home, given="Revenue rose.")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert "--adapter base" in nothing.stderr
    recorded(home, ADAPTER, champion=False)
    assert "no adapter is champion yet" in predict(home, given="Revenue rose.").stderr
    assert "no adapter is called 'cd'" in predict(home, "--adapter", "cd").stderr


def test_the_untrained_base_answers_when_it_is_asked_for(home):
    (home / "t.jsonl").write_text('{"text": "Revenue rose by 5 percent."}\n{"text": "Cash fell."}\n')
    done = predict(home, "t.jsonl", "--adapter", "base", "--json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr, len(found)) == (0, "", 2)
    assert [(one["adapter"], one["toy"], one["text"]) for one in found][1] == (None, True, "Cash fell.")


def test_the_champion_answers_a_filing_chunk_by_chunk(home):
    made = write_adapter(home / "made", "seedling", seed=1, toy=True)
    shutil.copytree(made.folder, home / "state" / "adapters" / made.adapter_id)
    recorded(home, made.adapter_id, champion=True)
    (home / "filing.txt").write_text(filing(1, 2021, paragraphs=2))
    done = predict(home, "filing.txt")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"answered by adapter {made.adapter_id[:8]} on seedling (toy:")
    assert all(f"· Item {item}" in done.stdout for item in ("1", "1A", "7"))


# What a shell starts in the background is deaf to Ctrl-C, and so is all that it starts: a test run may be such a thing.
AT_A_TERMINAL = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_ctrl_c_ends_the_student_too(home):
    (home / "t.txt").write_text("Revenue rose by 5 percent. " * 3000)
    command = [sys.executable, "-c", AT_A_TERMINAL, COMMAND, "predict", "t.txt", "--adapter", "base"]
    scratch = home / "scratch"
    scratch.mkdir()
    asking = subprocess.Popen(command, cwd=home, env=os.environ | {"TMPDIR": str(scratch)})
    while not (locks := [path for path in scratch.glob("*/run/lock") if path.read_text().strip()]):
        with pytest.raises(subprocess.TimeoutExpired):
            asking.wait(0.05)
    student = int(locks[0].read_text())
    asking.send_signal(signal.SIGINT)
    assert asking.wait(30) != 0
    with pytest.raises(ProcessLookupError):
        os.kill(student, 0)
    assert list(scratch.iterdir()) == []
