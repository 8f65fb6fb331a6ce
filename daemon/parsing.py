"""Reading filings in a child process: a filing is hostile, and one that crashes the parser must not end the service."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import monotonic
from typing import Final, TypeVar

from daemon.filing import ChunkOptions, Extraction, FilingUnreadable, extract
from daemon.filing.errors import Reason
from daemon.identify import Identity, identify
from daemon.stopped import Stopped
from store.errors import FinsdistillError
from trainer.child import die_with

TRIES: Final = 2
PATIENCE_S: Final = 300.0  # the largest filing at hand, 16 MB on one line, takes a few seconds
_TICK_S: Final = 0.2
_T = TypeVar("_T")


class ParserCrashed(FinsdistillError):
    """The parser's process died, or hung, on this filing each time it was tried."""


@dataclass(frozen=True)
class _Unreadable:
    """FilingUnreadable on its way between processes."""

    reason: Reason
    detail: str


class Parser:
    """One child at a time. Used by one thread; `stop` may be set by any."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._pool: ProcessPoolExecutor | None = None

    def identify(self, name: str, body: bytes, sidecar: bytes | None) -> Identity:
        """Raises FilingUnreadable, ParserCrashed and Stopped."""
        return self._run(lambda pool: pool.submit(_identify, name, body, sidecar))

    def extract(self, path: Path, *, form: str | None, options: ChunkOptions) -> Extraction:
        """Raises FilingUnreadable, ParserCrashed and Stopped."""
        return self._run(lambda pool: pool.submit(_extract, path, form, options))

    def close(self) -> None:
        """Ends the child at once."""
        if self._pool is not None:
            for process in list((self._pool._processes or {}).values()):
                process.kill()
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _run(self, submit: Callable[[ProcessPoolExecutor], "Future[_T | _Unreadable]"]) -> _T:
        problem = ""
        for _ in range(TRIES):
            try:
                found = self._wait(submit(self._started()))
            except BrokenProcessPool:
                problem = "the parser's process died"
            except TimeoutError:
                problem = f"the parser took more than {PATIENCE_S:.0f} s"
            else:
                if isinstance(found, _Unreadable):
                    raise FilingUnreadable(found.reason, found.detail)
                return found
            self.close()
        raise ParserCrashed(f"{problem}, {TRIES} times: please report this filing")

    def _wait(self, future: "Future[_T]") -> _T:
        deadline = monotonic() + PATIENCE_S
        while not self._stop.is_set():
            try:
                return future.result(timeout=_TICK_S)
            except TimeoutError:
                if monotonic() > deadline:
                    raise
        self.close()
        raise Stopped

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # spawn: a fork of a process with threads and an open DuckDB is a fork of their locks.
            self._pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=_begin, initargs=(os.getpid(),))
        return self._pool


def _begin(parent: int) -> None:
    os.setsid()  # Ctrl-C in the terminal is for the daemon, which then ends us
    die_with(parent)


def _identify(name: str, body: bytes, sidecar: bytes | None) -> Identity | _Unreadable:
    try:
        return identify(name, body, sidecar)
    except FilingUnreadable as why:
        return _Unreadable(why.reason, why.detail)


def _extract(path: Path, form: str | None, options: ChunkOptions) -> Extraction | _Unreadable:
    try:
        return extract(path.read_bytes(), form=form, options=options)
    except FilingUnreadable as why:
        return _Unreadable(why.reason, why.detail)
