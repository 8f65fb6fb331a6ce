"""Another machine's empty folder."""

from pathlib import Path

import pytest


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """The state folder of another machine."""
    return tmp_path / "fresh"
