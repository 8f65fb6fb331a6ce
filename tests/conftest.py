"""What every test shares. pytest's options are in pyproject.toml, how tests are written is in CONTRIBUTING.md."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# No test may reach a model hub; a library that tries fails at once and says what it wanted.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A slow machine is no bug of ours; examples are the same in every run, so that a red test is red for everyone.
settings.register_profile("repeatable", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def edgar() -> Path:
    """Real captures from EDGAR, beside the checkout and never in it."""
    folder = ROOT.parent / "shared" / "edgar"
    if not folder.is_dir():
        pytest.skip(f"no real filings at {folder}")
    return folder
