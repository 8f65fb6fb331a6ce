"""One filing by several roads at once is one filing."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from daemon.activity import Activity
from daemon.blobs import Blobs
from daemon.intake import Fetched, Intake, Refused
from daemon.splits import SplitRule
from store.ids import sha256_hex
from store.log import open_log
from tests.builders import a_filing, accession

ROADS = 8


@pytest.fixture
def log(tmp_path):
    log = open_log(tmp_path / "state", purpose="real")
    yield log
    log.close()


@pytest.fixture
def intake(tmp_path, log):
    return Intake(log, blobs=Blobs(tmp_path / "blobs"), splits=SplitRule(frozenset(), 0.5), activity=Activity())


def at_once(act):
    """`act(n)` on as many threads, all let go at the same moment."""
    gate = threading.Barrier(ROADS)

    def go(n):
        gate.wait()
        act(n)

    with ThreadPoolExecutor(ROADS) as threads:
        list(threads.map(go, range(ROADS)))


def types(log):
    return [kind for (kind,) in log.query("SELECT type FROM raw.events WHERE type LIKE 'Filing%' ORDER BY seq")]


def body_of(n):
    return b"%d" % n * 3_000_000


@pytest.mark.parametrize("turn", range(5))
def test_the_same_filing_by_many_roads_is_recorded_once(log, intake, tmp_path, turn):
    at_once(lambda n: intake.accept(a_filing(), Fetched(accession(1), body_of(1), f"https://filings.example/{n}")))
    assert types(log) == ["FilingDiscovered", "FilingFetched"]
    (blob,) = (tmp_path / "blobs").glob("*/*")
    assert sha256_hex(blob.read_bytes()) == blob.name


def test_discovered_by_one_road_and_brought_by_another_at_the_same_moment(log, intake):
    def act(n):
        if n % 2:
            intake.discover(a_filing())
        else:
            intake.accept(a_filing(source="inbox"), Fetched(accession(1), body_of(1), "file:///a.txt"))

    at_once(act)
    assert sorted(types(log)) == ["FilingDiscovered", "FilingFetched"]


@pytest.mark.parametrize("turn", range(3))
def test_the_same_bytes_under_many_accessions_are_one_filing_and_its_aliases(log, intake, turn):
    at_once(lambda n: intake.accept(a_filing(n), Fetched(accession(n), body_of(1), f"https://filings.example/{n}")))
    aliases = log.query("SELECT payload->>'$.alias_of' FROM raw.events WHERE type = 'FilingFetched' ORDER BY seq")
    first = log.query("SELECT stream FROM raw.events WHERE type = 'FilingFetched' ORDER BY seq LIMIT 1")[0][0]
    assert aliases == [(None,), *[(first.removeprefix("filing-"),)] * (ROADS - 1)]


@pytest.mark.parametrize("turn", range(3))
def test_other_bytes_under_one_accession_are_refused_whoever_came_first(log, intake, turn):
    at_once(lambda n: intake.accept(a_filing(), Fetched(accession(1), body_of(n), f"https://filings.example/{n}")))
    assert types(log).count("FilingFetched") == 1
    assert types(log).count("FilingRefused") == ROADS - 1
    assert log.query("SELECT DISTINCT payload->>'$.reason' FROM raw.events WHERE type = 'FilingRefused'") == [
        ("conflicting_bytes",)
    ]


def test_a_company_has_one_split_whoever_meets_it_first(log, intake):
    at_once(lambda n: intake.accept(a_filing(n), Fetched(accession(n), body_of(n), f"https://filings.example/{n}")))
    assert log.query("SELECT count(*) FROM raw.events WHERE type = 'SplitAssigned'") == [(1,)]


def test_a_refused_filing_is_taken_when_it_comes_whole(log, intake):
    intake.discover(a_filing())
    intake.refuse(Refused(accession(1), "not_found", "", url="https://filings.example/1", name=accession(1)))
    intake.accept(a_filing(source="inbox"), Fetched(accession(1), b"whole", "file:///a.txt"))
    assert log.query("SELECT status FROM filings") == [("fetched",)]


def test_bytes_that_were_refused_may_come_again_from_elsewhere(log, intake):
    intake.accept(a_filing(), Fetched(accession(1), b"broken", "file:///a.txt"))
    intake.refuse(Refused(accession(1), "no_text", "", url="file:///a.txt", name="a.txt"))
    intake.accept(a_filing(), Fetched(accession(1), b"broken", "file:///copy-of-a.txt"))
    assert types(log) == ["FilingDiscovered", "FilingFetched", "FilingRefused"]
