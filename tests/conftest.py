"""What every test shares. pytest's options are in pyproject.toml, how tests are written is in CONTRIBUTING.md."""

import os
import socket
from collections.abc import Callable
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


def only_this_machine(connect: Callable[..., None]) -> Callable[..., None]:
    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise RuntimeError(f"a test tried to reach {address}: use a loopback server")
        connect(self, address)

    return guarded


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", only_this_machine(socket.socket.connect))


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What a test recorded for people to read, such as scores as they came; with xdist a print would be lost."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    for name, value in (found for report in reports for found in getattr(report, "user_properties", ())):
        terminalreporter.section(name)
        terminalreporter.write_line(str(value))
