"""Tiny models with random weights and the real templates, special tokens and ids, each written once a session."""

from pathlib import Path

import pytest

from tests.models import write_llama3, write_tinyllama


@pytest.fixture(scope="session")
def llama3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """128,256 tokens; it says anything."""
    return write_llama3(tmp_path_factory.mktemp("models") / "llama3")


@pytest.fixture(scope="session")
def english(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Says English sentences that end by themselves."""
    return write_llama3(tmp_path_factory.mktemp("models") / "english", vocab=4096, english="ends")


@pytest.fixture(scope="session")
def tinyllama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """32,000 tokens and zephyr's template, as a teacher."""
    return write_tinyllama(tmp_path_factory.mktemp("models") / "tinyllama")
