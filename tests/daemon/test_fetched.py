"""Which filing is read next."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.fetched import FetchedFilings
from store.events import Event, FilingFetched, FilingRefused
from store.log import EventLog, open_log
from store.records import Append


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    opened = open_log(tmp_path, purpose="real")
    yield opened
    opened.close()


def fetched(accession: str, sha256: str = "a") -> FilingFetched:
    return FilingFetched(accession=accession, sha256=sha256 * 64, size=1, url="u", modified_us=None, alias_of=None)


def refused(accession: str, reason: str) -> FilingRefused:
    return FilingRefused(
        accession=accession, reason=reason, detail="", sha256=None, size=None, url="u", modified_us=None
    )


def put(log: EventLog, *events: Event) -> None:
    for event in events:
        log.append(Append("log", (event,), f"{log.head.seq}"))


def test_the_one_fetched_first_is_read_first_and_what_comes_later_after_it(log):
    put(log, fetched("b"), fetched("a"))
    filings = FetchedFilings(log)
    assert filings.oldest(()) == "b"
    put(log, fetched("c"))
    filings.drop("b")
    assert (filings.oldest(()), filings.oldest({"a"}), filings.oldest({"a", "c"})) == ("a", "c", None)


def test_what_was_refused_since_waits_no_more_and_other_bytes_under_its_name_change_nothing(log):
    put(log, fetched("a"), fetched("b"), refused("a", "binary"), refused("b", "conflicting_bytes"))
    assert FetchedFilings(log).oldest(()) == "b"


def test_what_comes_again_with_better_bytes_waits_again(log):
    filings = FetchedFilings(log)
    put(log, fetched("a"))
    assert filings.oldest(()) == "a"
    filings.drop("a")
    put(log, refused("a", "binary"), fetched("a", "b"))
    assert (filings.oldest(()), FetchedFilings(log).oldest(())) == ("a", "a")
