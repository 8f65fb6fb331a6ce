"""What is discovered is fetched, once, or says why not."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from daemon.intake import Fetched
from daemon.standin import Fault
from tests.daemon.steps.conftest import accession, write_company

OURS = 9001
PATH = f"{accession(OURS, 2020)}.txt"


@pytest.fixture
def ours(mirror):
    write_company(mirror, OURS, [2020, 2021])
    return mirror / "Archives/edgar/data" / str(OURS)


def test_the_newest_comes_first_and_each_comes_once(ours, watching):
    edgar = watching([OURS])
    edgar.poll()
    edgar.fetch_all()
    edgar.fetch_all()
    assert edgar.events("FilingFetched") == [accession(OURS, 2021), accession(OURS, 2020)]
    assert edgar.asked(PATH) == 1


def test_a_slow_answer_holds_nobody_up_and_each_comes_once(ours, watching):
    edgar = watching([OURS], faults=[Fault("slow", path=f"{accession(OURS, 2021)}.txt", lasts_s=1)])
    edgar.poll()
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda _: edgar.fetch.advance(), range(3)))
    assert edgar.events("FilingFetched") == [accession(OURS, 2020), accession(OURS, 2021)]
    assert (edgar.asked(PATH), edgar.fetch.advance()) == (1, False)


@pytest.mark.parametrize(("year", "wait_s", "once_waits"), [(2021, 5, True), (2020, 3600, False)])
def test_a_filing_that_is_not_there_yet_stays_discovered_and_comes_when_it_is(ours, watching, year, wait_s, once_waits):
    hidden = (ours / f"{accession(OURS, year)}.txt").rename(ours / "later")
    edgar = watching([OURS])
    edgar.poll()
    edgar.fetch_all()
    assert accession(OURS, year) not in edgar.events("FilingFetched")
    assert (edgar.events("FilingRefused"), edgar.fetch.waiting) == ([], once_waits)
    hidden.rename(ours / f"{accession(OURS, year)}.txt")
    edgar.time.now_s += wait_s - 1
    assert not edgar.fetch.advance()
    edgar.time.now_s += 1
    edgar.fetch_all()
    assert accession(OURS, year) in edgar.events("FilingFetched")


def test_one_that_never_comes_is_refused_after_more_than_a_day(ours, watching):
    (ours / PATH).unlink()
    edgar = watching([OURS])
    edgar.poll()
    began = edgar.time.now_s
    while not edgar.events("FilingRefused"):
        edgar.fetch_all()
        edgar.time.now_s += 60
    assert edgar.time.now_s - began > 24 * 3600
    assert edgar.log.query("SELECT count(*) FROM filings WHERE reason LIKE 'not_found:%'") == [(1,)]


def test_while_edgar_is_away_nothing_is_refused_and_it_is_asked_ever_less_often(ours, watching):
    edgar = watching([OURS], faults=[Fault("503", path=r"\.txt")])
    edgar.poll()
    for _ in range(2000):
        edgar.fetch_all()
        edgar.time.now_s += 60
    assert edgar.events("FilingRefused") == []
    assert 2 * 5 * 30 < edgar.asked(".txt") < 2 * 5 * 60  # five tries an hour and filing, after the first


def test_a_body_that_stops_before_its_end_is_never_stored(ours, watching, tmp_path):
    whole = (ours / PATH).read_bytes()
    (ours / PATH).write_bytes(whole[: len(whole) // 2])
    edgar = watching([OURS])
    edgar.poll()
    edgar.fetch_all()
    assert edgar.events("FilingFetched") == [accession(OURS, 2021)]
    assert len(list((tmp_path / "blobs").glob("*/*"))) == 1
    (ours / PATH).write_bytes(whole)
    edgar.time.now_s += 5
    edgar.fetch_all()
    assert len(edgar.events("FilingFetched")) == 2


def test_what_the_inbox_brought_meanwhile_is_not_fetched(ours, watching):
    edgar = watching([OURS])
    edgar.poll()
    edgar.fetch.advance()
    filing = next(record.event for record in edgar.log.records(types=["FilingDiscovered"]))
    edgar.intake.accept(filing, Fetched(accession(OURS, 2020), (ours / PATH).read_bytes(), "file:///inbox/a.txt"))
    edgar.fetch_all()
    assert edgar.asked(PATH) == 0
    assert len(edgar.events("FilingFetched")) == 2


def test_a_huge_file_is_refused_with_its_reason(ours, watching, monkeypatch):
    monkeypatch.setattr("daemon.steps.fetch.MAX_BYTES", 50)
    edgar = watching([OURS])
    edgar.poll()
    edgar.fetch_all()
    assert edgar.log.query("SELECT count(*) FROM filings WHERE reason LIKE 'too_large:%'") == [(2,)]
