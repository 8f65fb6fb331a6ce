import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daemon.teachers.client import TeacherWorker
from daemon.teachers.extractive import ExtractiveSettings
from daemon.teachers.protocol import ChunkRequest

StartWorker = Callable[..., TeacherWorker]
AskFor = Callable[..., list[ChunkRequest]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartWorker]:
    """Starts the scripted worker in one run folder; ends every one of them afterwards."""
    script = str(Path(__file__).with_name("scripted_worker.py"))
    started: list[TeacherWorker] = []

    def begin(*arguments: str) -> TeacherWorker:
        command = [sys.executable, "-P", script, *arguments]
        started.append(TeacherWorker(ExtractiveSettings(), tmp_path / "worker", command=command))
        return started[-1]

    yield begin
    for worker in started:
        worker.kill()


@pytest.fixture
def ask() -> AskFor:
    """One request per text; the text is its own id, and so is the request."""

    def requests(*texts: str) -> list[ChunkRequest]:
        return [ChunkRequest(request_id=text, text_id=text, text=text, attempt=1) for text in texts]

    return requests
