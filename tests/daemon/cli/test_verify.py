"""finsdistill verify and rebuild --verify on a small state: what is whole, what is damaged, and their exit codes."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from typer import Typer
from typer.testing import CliRunner

from daemon.blobs import Blobs
from daemon.cli import rebuild, verify
from daemon.lock import StateLock
from store.errors import StateUnusable
from store.events import SnapshotSealed
from store.publishing.publish import Publisher
from store.seal import seal
from store.snapshot import TRAIN
from tests.acceptance.driving import COMMAND
from tests.adapters import carded
from tests.builders import a_fetch, a_log, a_training, labelled, put
from trainer.run import CARD, CONFIG, TRAINED, WEIGHTS

SETTINGS = '[service]\nstate_dir = "{state}"\n[edgar]\ncompanies = []\n[teacher]\nkind = "extractive"\n'


@dataclass(frozen=True)
class Home:
    folder: Path

    @property
    def state(self):
        return self.folder / "state"

    def __call__(self, *words):
        app = Typer()
        for group in (verify, rebuild):
            group.register(app)
        return CliRunner().invoke(app, [*words, "--config", str(self.folder / "config.toml")])

    def command(self, *words):
        """The real one: its exit code and its sentence."""
        config = str(self.folder / "config.toml")
        done = subprocess.run([COMMAND, *words, "--config", config], capture_output=True, text=True, check=False)
        return done.returncode, done.stderr


def an_adapter(folder: Path) -> str:
    folder.mkdir(parents=True)
    (folder / WEIGHTS).write_bytes(b"weights")
    (folder / CONFIG).write_text("{}")
    name = carded(folder)
    folder.rename(folder.with_name(name))
    return name


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A state with one of each: a blob, an adapter, a snapshot, and what is published."""
    folder = tmp_path_factory.mktemp("whole")
    state = folder / "state"
    with a_log(state) as log:
        labelled(log, "Sales rose.", "Costs fell.")
        put(log, a_fetch(sha256=Blobs(state / "blobs").put(b"a filing")))
        sealed = seal(log, state / "snapshots", log_seq=log.head.seq, parent=None)
        put(log, sealed_event(sealed), a_training(an_adapter(state / "adapters" / "new")))
        Publisher(log, state)
    return folder


def sealed_event(manifest):
    return SnapshotSealed(**manifest.model_dump(include=set(SnapshotSealed.model_fields) - {"type", "v"}))


@pytest.fixture
def home(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "home")
    (tmp_path / "home" / "config.toml").write_text(SETTINGS.format(state=tmp_path / "home" / "state"))
    return Home(tmp_path / "home")


def flip(path: Path) -> None:
    """Early in the file, where no format leaves a byte unused."""
    data = bytearray(path.read_bytes())
    data[min(100, len(data) // 2)] ^= 0xFF
    path.write_bytes(data)


def one(home, pattern: str) -> Path:
    return next(path for path in sorted(home.state.glob(pattern)) if path.is_file())


def test_a_whole_state_is_counted(home):
    done = home("verify")
    assert done.exit_code == 0, done.output
    words = [line.split() for line in done.output.splitlines()]
    assert [(line[0], line[1]) for line in words[1:]] == [
        (words[1][0], "published"),
        ("1", "blobs:"),
        ("1", "adapters:"),
        ("1", "snapshots:"),
    ]
    assert words[0][:5] == ["11", "events", "of", "the", "log:"]


@pytest.mark.parametrize(
    ("pattern", "way_back"),
    [
        ("published/events/*.parquet", "the service makes it again"),
        ("published/labels/*.parquet", "the service makes it again"),
        ("blobs/*/*", "finsdistill restore DIR"),
        (f"adapters/*/{WEIGHTS}", "finsdistill restore DIR"),
        (f"adapters/*/{CARD}", "finsdistill restore DIR"),
        (f"adapters/*/{TRAINED}", "finsdistill restore DIR"),
        (f"snapshots/*/{TRAIN}", "remove the folder"),
    ],
)
@pytest.mark.parametrize("harm", [flip, Path.unlink])
def test_a_flipped_or_missing_file_is_named_with_the_way_back(home, pattern, way_back, harm):
    path = one(home, pattern)
    harm(path)
    done = home("verify")
    assert isinstance(done.exception, StateUnusable)
    assert "1 files are missing or damaged" in str(done.exception)
    assert way_back in str(done.exception)
    assert str(path.parent) in str(done.exception)


def test_while_the_service_runs_what_it_published_is_walked(home):
    lock = StateLock(home.state)
    try:
        done = home("verify")
        assert (done.exit_code, "of what is published; the service (process" in done.output) == (0, True)
        flip(one(home, "published/events/*.parquet"))
        assert "the service makes it again from the log when it starts" in str(home("verify").exception)
    finally:
        lock.release()


@pytest.mark.parametrize("words", [("verify",), ("rebuild",), ("rebuild", "--verify")])
def test_who_only_looks_makes_no_folder_of_a_mistyped_name(tmp_path, words):
    (tmp_path / "config.toml").write_text(SETTINGS.format(state=tmp_path / "sttae"))
    with pytest.raises(StateUnusable, match="sttae"):
        raise Home(tmp_path)(*words).exception
    assert not (tmp_path / "sttae").exists()


def test_an_altered_event_that_no_start_reads_again_is_found(home):
    with duckdb.connect(str(home.state / "log.duckdb")) as connection:
        connection.execute("UPDATE raw.events SET payload = replace(payload, 'Costs', 'Gains') WHERE seq = 6")
    done = home("verify")
    assert "is damaged at event 6" in str(done.exception)
    assert "finsdistill restore DIR" in str(done.exception)


def test_the_proof_names_every_table_and_what_it_leaves_out(home):
    done = home("rebuild", "--verify")
    assert done.exit_code == 0
    assert {"labels", "ledger.appends", "ledger.streams"} <= {line.split()[1] for line in done.output.splitlines()}
    assert "not compared, since no event tells them: ledger.cursors" in done.output


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda state: flip(state / "log.duckdb"), "a block of it is damaged"),
        (lambda state: (state / "log.duckdb").unlink(), "there was one .event 11 was acknowledged"),
        (lambda state: (state / "log.duckdb").write_bytes(b"no database" * 999), "it is no DuckDB file"),
    ],
    ids=["flipped", "deleted", "another file"],
)
def test_the_command_ends_with_3_and_one_sentence(home, harm, sentence):
    harm(home.state)
    code, words = home.command("run", "--once") if "there was" in sentence else home.command("verify")
    assert code == 3
    assert re.search(sentence, words)
    assert "restore the newest backup" in words
    assert len([line for line in words.splitlines() if line.startswith("finsdistill: ")]) == 1
