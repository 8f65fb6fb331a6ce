"""What the outside world may ask of a running service."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stop_on_signals(stop: threading.Event) -> Iterator[None]:
    """SIGTERM and SIGINT ask for a stop; the handlers of before come back afterwards."""
    with _asks(stop, signal.SIGTERM, signal.SIGINT):
        yield


@contextmanager
def reload_on_signal(reload: threading.Event) -> Iterator[None]:
    """SIGHUP asks for the configuration to be read again."""
    with _asks(reload, signal.SIGHUP):
        yield


@contextmanager
def _asks(event: threading.Event, *numbers: signal.Signals) -> Iterator[None]:
    def ask(_number: int, _frame: FrameType | None) -> None:
        event.set()

    before = {number: signal.signal(number, ask) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
