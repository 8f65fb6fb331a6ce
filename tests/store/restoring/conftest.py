"""A backup, the state that it was made of, and another machine's empty folder."""

import shutil
from pathlib import Path

import pytest

from store.backups.contents import Backup, read_backup
from tests.kept import a_home


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    a_home(folder)
    return folder


@pytest.fixture
def place(tmp_path) -> Path:
    return tmp_path / "backup"


@pytest.fixture
def fresh(tmp_path) -> Path:
    """The state folder of another machine."""
    return tmp_path / "fresh"


@pytest.fixture
def made(home, state, place) -> Backup:
    """In `place`; `state` is what it was made of."""
    shutil.copytree(home / "state", state)
    shutil.copytree(home / "backup", place)
    backup = read_backup(place)
    assert backup is not None
    return backup
