"""The folders of indexes, asked as EDGAR's are."""

import gzip
from datetime import date

import pytest

from daemon.edgar.indexes import days_listed
from daemon.edgar.quarters import Quarter
from tests.edgar_indexes import Filed, an_index, write_day, write_quarter

DAY = date(2026, 11, 20)
ROW = Filed(9001, "0000009001-26-000007", DAY)
DAILY, FULL = "/Archives/edgar/daily-index/2026/QTR4/", "/Archives/edgar/full-index/2026/QTR4/"


@pytest.fixture
def get(folder, edgar_of, session):
    write_day(folder, DAY, [ROW])
    write_quarter(folder, Quarter(2026, 4), [ROW])
    www_url = edgar_of(folder).www_url
    return lambda path: session.get(www_url + path, timeout=10)


def test_an_index_comes_as_it_lies_there(get):
    assert get(f"{DAILY}master.20261120.idx").content == an_index([ROW], DAY, daily=True)
    assert gzip.decompress(get(f"{FULL}master.gz").content) == an_index([ROW], date(2026, 12, 31), daily=False)


def test_a_folder_lists_what_it_holds(get):
    listing = get(f"{DAILY}index.json")
    assert listing.json()["directory"]["name"] == "daily-index/2026/QTR4/"
    assert days_listed(listing.content) == (DAY,)


@pytest.mark.parametrize(
    "path",
    [
        f"{DAILY}master.20261119.idx",
        f"{FULL}master.idx",
        "/Archives/edgar/daily-index/2027/QTR1/index.json",
        "/Archives/edgar/daily-index/2026/QTR5/index.json",
        f"{DAILY}..%2f..%2f..%2f..%2ffiles%2fcompany_tickers.json",
        f"{DAILY}.%2e/index.json",
        DAILY,
    ],
)
def test_what_is_not_there_is_refused_as_edgar_does(get, path):
    answer = get(path)
    assert (answer.status_code, b"AccessDenied" in answer.content) == (403, True)
