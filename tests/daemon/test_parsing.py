"""One filing cannot end the service: the parser's process has a bound on its memory, and its errors become refusals."""

import resource
import threading
from collections.abc import Iterator

import pytest

from daemon.filing import FilingUnreadable
from daemon.parsing import MEMORY_BYTES, Parser, ParserCrashed, _Failed, _told, _Unreadable


@pytest.fixture
def parser() -> Iterator[Parser]:
    made = Parser(threading.Event())
    yield made
    made.close()


def test_the_parsers_process_has_a_bound_on_its_memory(parser: Parser) -> None:
    soft, _ = parser._run(lambda pool: pool.submit(resource.getrlimit, resource.RLIMIT_AS))
    assert 0 < soft <= MEMORY_BYTES


def test_memory_that_runs_out_is_one_filings_and_the_next_one_is_read(parser: Parser) -> None:
    with pytest.raises(ParserCrashed, match="MemoryError"):
        parser._run(lambda pool: pool.submit(_told, _takes_too_much))
    assert parser.identify("a.htm", b"FORM 10-K", None).form == "10-K"


def _takes_too_much() -> int:
    return len(bytearray(2 * MEMORY_BYTES))


def _unreadable() -> int:
    raise FilingUnreadable("pdf", "it is one")


def test_a_bug_is_told_and_a_failing_disk_is_not_the_filings_fault() -> None:
    assert _told(lambda: 1) == 1
    assert _told(lambda: 1 // 0) == _Failed("ZeroDivisionError: integer division or modulo by zero")
    assert _told(_unreadable) == _Unreadable("pdf", "it is one")
    with pytest.raises(OSError, match="no such"):
        _told(lambda: _raise(OSError("no such disk")))


def _raise(error: Exception) -> None:
    raise error
