"""A running service with a local language model: it hands the GPU over, and a dead worker costs nothing."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.driving import Home, Service
from tests.models import write_llama3


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """A model that says English sentences which end by themselves; without a GPU, so `exclusive` frees memory only."""
    return {
        "FINSDISTILL_TEACHER__KIND": "local",
        "FINSDISTILL_TEACHER__MODEL": str(write_llama3(tmp_path / "model", vocab=4096, english="ends")),
        "FINSDISTILL_TEACHER__DEVICE": "cpu",
        "FINSDISTILL_TEACHER__GPU": "exclusive",
    }


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path).configure(threshold=8)
    home.drop(1001, 2020, paragraphs=12)
    return home


@pytest.fixture
def service(home: Home, variables: dict[str, str]) -> Iterator[Service]:
    service = home.start(**variables)
    yield service
    service.process.kill()


def worker(home: Home) -> int | None:
    """The teacher's process, if there is one."""
    folder = (home.state / "work" / "teacher").resolve()
    here = (path for path in Path("/proc").glob("[0-9]*/cwd") if path.exists() and path.resolve() == folder)
    return next((int(path.parent.name) for path in here), None)


def send(home: Home, number: int) -> int:
    """Sends the signal to the teacher's process. Never to pid 0, which is everybody here."""
    found = worker(home)
    assert found is not None
    os.kill(found, number)
    return found


def pending(home: Home) -> int:
    return int(home.sql("SELECT count(*) AS n FROM pending")[0]["n"])


def test_a_worker_that_hangs_is_started_again_and_no_text_is_lost(home, variables):
    service = home.start(
        **variables | {"FINSDISTILL_TEACHER__PATIENCE_S": "8", "FINSDISTILL_TRAINER__THRESHOLD": "10000"}
    )
    service.until("labels_appended")
    home.drop(1002, 2020, paragraphs=8)
    service.until("labels_appending")
    hung = send(home, signal.SIGSTOP)
    home.drop(1003, 2020, paragraphs=8)
    service.until("filing_chunked")
    while pending(home):
        service.until("published")
    assert worker(home) not in {hung, None}
    assert service.end(signal.SIGTERM) == 0
    assert home.sql("SELECT count(*) AS n FROM dead_letters WHERE reason = 'engine_error'") == [{"n": 0}]


def test_a_model_that_answers_junk_leaves_dead_letters_with_its_words_and_the_service_ends_well(
    home, variables, tmp_path
):
    random = str(write_llama3(tmp_path / "random", vocab=4096))
    said = home.run(
        "run",
        "--once",
        **variables | {"FINSDISTILL_TEACHER__MODEL": random, "FINSDISTILL_TEACHER__CONSTRAINED": "false"},
    )
    assert said.returncode == 0, said.stderr[-2000:]
    assert pending(home) == 0
    (counted,) = home.sql("SELECT (SELECT count(*) FROM dead_letters) AS dead, (SELECT count(*) FROM texts) AS texts")
    assert counted["dead"] == counted["texts"] > 5
    assert home.sql("SELECT count(*) AS n FROM refusals WHERE raw = '' OR attempts > 3") == [{"n": 0}]


def test_the_teacher_leaves_before_a_training_comes_back_after_it_and_survives_its_worker(home, service):
    service.until("labels_appended")
    assert worker(home) is not None
    service.until("teacher_left_the_gpu")
    assert worker(home) is None
    service.until("training_started")
    assert worker(home) is None
    service.until("adapter_decided")

    home.drop(1002, 2020, paragraphs=14)
    service.until("labels_appending")
    send(home, signal.SIGKILL)
    service.until("adapter_decided")  # from labels that a second worker gave
    assert service.end(signal.SIGTERM) == 0
    assert home.sql("SELECT count(*) AS n FROM dead_letters WHERE reason = 'engine_error'") == [{"n": 0}]
