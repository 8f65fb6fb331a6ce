"""Logs that are closed when the test is over: a connection left open holds the file and complains at exit."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from store.backups.contents import Backup, read_backup
from store.errors import StateUnusable
from store.log import EventLog, Limits, open_log
from tests.builders import Clock
from tests.kept import a_home

OpenState = Callable[..., EventLog]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def empty_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a log that holds nothing but its creation. A copy costs a third of making one."""
    folder = tmp_path_factory.mktemp("empty") / "state"
    open_log(folder, purpose="real", clock=Clock()).close()
    return folder


@pytest.fixture
def open_state(state: Path, clock: Clock, empty_log: Path) -> Iterator[OpenState]:
    """Opens the test's log, or another folder's; may be called again after `close`."""
    opened: list[EventLog] = []

    def open_it(folder: Path = state, **options: Any) -> EventLog:
        if folder == state and not folder.exists() and not options:
            shutil.copytree(empty_log, folder)
        values: dict[str, Any] = {"purpose": "real", "limits": Limits("512MiB", 1), "clock": clock}
        opened.append(open_log(folder, **values | options))
        return opened[-1]

    yield open_it
    for log in opened:
        with suppress(StateUnusable):  # also what the test made unusable
            log.close()


@pytest.fixture
def log(open_state: OpenState) -> EventLog:
    return open_state()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`state` with a log, and `backup` of it: to be copied from."""
    folder = tmp_path_factory.mktemp("home")
    a_home(folder)
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "backup"


@pytest.fixture
def made(home: Path, state: Path, place: Path) -> Backup:
    """In `place`; `state` is what it was made of."""
    shutil.copytree(home / "state", state)
    shutil.copytree(home / "backup", place)
    backup = read_backup(place)
    assert backup is not None
    return backup
