"""A clock that only waiting turns, so that an hour of back-off takes no time, and a gateway on it."""

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from daemon.edgar.gateway import Gateway
from daemon.sections import EdgarSettings
from daemon.standin import StandIn

AGENT = "finsdistill tests tests@example.com"


class HandTime(threading.Event):
    """`stop` and clock in one: who waits for the stop turns the clock, and sleeps no moment. `late_s`: how much longer
    each wait takes than was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 1000.0
        self.waits_s: list[float] = []
        self.late_s: Iterator[float] = iter(())
        self.meanwhile: Callable[[], None] | None = None

    def __call__(self) -> float:
        return self.now_s

    def wait(self, timeout: float | None = None) -> bool:
        if timeout:
            self.waits_s.append(timeout)
            self.now_s = max(self.now_s + timeout, math.nextafter(self.now_s, math.inf)) + next(self.late_s, 0.0)
            if self.meanwhile:
                self.meanwhile()
        return self.is_set()


@pytest.fixture
def time() -> HandTime:
    return HandTime()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A mirror with nothing in it but what a test writes."""
    mirror = tmp_path / "mirror"
    for name in ("submissions", "files", "Archives/edgar/data"):
        (mirror / name).mkdir(parents=True)
    return mirror


@pytest.fixture
def served(folder: Path) -> Iterator[Callable[..., StandIn]]:
    """Serves `folder` until the test ends; a thousand requests a second, because the clock of these tests is no real one."""
    with ExitStack() as running:
        yield lambda **options: running.enter_context(StandIn(folder, **{"requests_per_s": 1000} | options))


@pytest.fixture
def gateway_to(time: HandTime) -> Iterator[Callable[..., Gateway]]:
    """A gateway to a stand-in, on hand time, without jitter."""
    with ExitStack() as open_ones:

        def to(edgar: StandIn, **changes: Any) -> Gateway:
            urls = {"data_url": edgar.data_url, "www_url": edgar.www_url}
            gateway = Gateway(
                EdgarSettings(user_agent=AGENT, **urls | changes), stop=time, clock_s=time, jitter=lambda: 0.5
            )
            open_ones.callback(gateway.close)
            return gateway

        yield to
