"""Reading filings in a child process: a filing is hostile, and one that crashes the parser must not end the service."""

import os
import resource
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
MEMORY_BYTES: Final = (
    4 << 30
)  # of address space; the largest filing at hand takes 0.3 GiB, made-up ones a hundred times their size
_TICK_S: Final = 0.2
_LONGEST: Final = 300  # characters of an error that are told
_T = TypeVar("_T")


class ParserCrashed(FinsdistillError):
    """The parser failed on this filing, or its process died or hung each time it was tried."""


@dataclass(frozen=True)
class _Unreadable:
    """FilingUnreadable on its way between processes."""

    reason: Reason
    detail: str


@dataclass(frozen=True)
class _Failed:
    """Any other error on its way between processes, memory that ran out among them."""

    why: str


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

    def _run(self, submit: Callable[[ProcessPoolExecutor], "Future[_T | _Unreadable | _Failed]"]) -> _T:
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
                if isinstance(found, _Failed):
                    raise ParserCrashed(f"the parser failed ({found.why}): please report this filing")
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
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(
        resource.RLIMIT_AS, (MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard), hard)
    )


def _identify(name: str, body: bytes, sidecar: bytes | None) -> Identity | _Unreadable | _Failed:
    return _told(lambda: identify(name, body, sidecar))


def _extract(path: Path, form: str | None, options: ChunkOptions) -> Extraction | _Unreadable | _Failed:
    return _told(lambda: extract(path.read_bytes(), form=form, options=options))


def _told(work: Callable[[], _T]) -> _T | _Unreadable | _Failed:
    """What `work` gives, or why it cannot: one filing that meets a bug must not end the service at every start. A disk that
    fails is not the filing's fault."""
    try:
        return work()
    except FilingUnreadable as why:
        return _Unreadable(why.reason, why.detail)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - a refusal with its reason
        return _Failed(f"{type(error).__name__}: {error}"[:_LONGEST])
