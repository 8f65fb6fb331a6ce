"""EDGAR's manners, against what was captured of the real one."""

import re
from itertools import pairwise

import pytest
import requests
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from daemon.standin.manners import RateWindow, is_declared
from daemon.standin.pages import unavailable

UNKNOWN = "0000009001-26-999999"
FILING = "/Archives/edgar/data/9001/000000900126000007/ours-20251231.htm"


@pytest.mark.parametrize(
    ("user_agent", "declared"),
    [
        ("Jane Doe jane@example.com", True),
        ("finsdistill ops@example.com", True),
        (None, False),
        ("", False),
        ("  ", False),
        ("python-requests/2.32.5", False),
        ("Python-urllib/3.11", False),
        ("python-httpx/0.28", False),
    ],
)
def test_a_tool_must_say_whose_it_is(user_agent, declared):
    assert is_declared(user_agent) is declared


@pytest.mark.parametrize("host", ["data", "www"])
@pytest.mark.parametrize("user_agent", [None, "python-requests/2.32.5"])
def test_an_undeclared_tool_gets_a_page_and_nothing_else(folder, edgar_of, host, user_agent):
    edgar = edgar_of(folder)
    url = f"{edgar.data_url}/submissions/CIK0000009001.json" if host == "data" else edgar.www_url + FILING
    answer = requests.get(url, headers={"User-Agent": user_agent}, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "text/html")
    assert "Undeclared Automated Tool" in answer.text
    assert [seen.status for seen in edgar.requests] == [403]


def test_one_limit_holds_for_both_hosts_together(folder, edgar_of, session):
    edgar = edgar_of(folder, requests_per_s=3)
    targets = [f"{edgar.data_url}/submissions/CIK0000009001.json", edgar.www_url + FILING] * 50
    answers = (session.get(url, timeout=10) for url in targets)
    refused = next(answer for answer in answers if answer.status_code == 403)
    assert "Request Rate Threshold Exceeded" in refused.text
    assert {seen.host for seen in edgar.requests[:3]} == {"data", "www"}
    assert [seen.status for seen in edgar.requests].index(403) >= 3


@given(st.lists(st.floats(0, 2), max_size=60), st.integers(1, 5))
def test_no_second_ever_holds_more_answered_requests_than_allowed(pauses_s, allowed):
    window, now_s, answered = RateWindow(allowed), 0.0, []
    for pause_s in pauses_s:
        now_s += pause_s
        if window.takes(now_s):
            answered.append(now_s)
    for first, beyond in zip(answered, answered[allowed:], strict=False):
        assert beyond - first >= 1.0


def test_who_hammers_on_stays_refused_and_who_waits_is_heard():
    window = RateWindow(2)
    # two in the first second; every later one finds two in the second before it, until nobody asked for a second
    times_s = [0.0, 0.1, 0.2, 0.6, 1.05, 1.5, 3.0, 3.1, 3.2]
    assert [window.takes(now_s) for now_s in times_s] == [True, True, False, False, False, False, True, True, False]


@pytest.mark.parametrize(
    ("capture", "path"),
    [
        ("http404-submissions-badcik.xml", "data:/submissions/CIK0000000001.json"),
        ("http404-submissions-badcik.xml", "data:/submissions/CIK-000000001.json"),
        ("http404-submissions-badcik.xml", "www:/Archives/edgar/data/9001/000000900126000007/nothing.htm"),
        ("http404-submissions-badcik.xml", "www:/Archives/edgar/data/9001/0000009001-26-000007.txt"),
        ("http403-missing-index-a.xml", "www:/Archives/edgar/full-index/2099/QTR1/form.gz"),
        ("http403-missing-index-a.xml", f"www:/Archives/edgar/data/9001/000000900126999999/{UNKNOWN}-index.htm"),
        ("http403-missing-index-a.xml", f"www:/Archives/edgar/data/9001/{UNKNOWN}-index.htm"),
    ],
)
def test_what_is_missing_is_missing_as_captured(folder, edgar_of, session, edgar, capture, path):
    real = BeautifulSoup((edgar / "files" / "_edgar" / capture).read_bytes(), "xml")
    running = edgar_of(folder)
    host, _, target = path.partition(":")
    answer = session.get((running.data_url if host == "data" else running.www_url) + target, timeout=10)
    ours = BeautifulSoup(answer.content, "xml")
    assert f"http{answer.status_code}" == capture[:7]
    assert answer.headers["Content-Type"] == "application/xml"  # as the recorded headers of the 404 say
    assert [tag.name for tag in ours.find_all()] == [tag.name for tag in real.find_all()]
    assert ours.Code.text == real.Code.text and ours.Message.text == real.Message.text


def test_the_key_that_is_missing_is_named_as_captured(folder, edgar_of, session, edgar):
    real = (edgar / "files" / "_edgar" / "http404-submissions-badcik.xml").read_text()
    answer = session.get(f"{edgar_of(folder).data_url}/submissions/CIK-000000001.json", timeout=10)
    ids = re.compile(r"(?<=<RequestId>).*(?=</RequestId>)|(?<=<HostId>).*(?=</HostId>)")
    assert ids.sub("", answer.text) == ids.sub("", real)


def test_the_viewer_shell_is_a_page_with_a_frame_and_no_filing(folder, edgar_of, session, edgar):
    real = BeautifulSoup((edgar / "files" / "_edgar" / "trap-ixviewer-shell-instead-of-10k.htm").read_bytes(), "xml")
    answer = session.get(f"{edgar_of(folder).www_url}/ix?doc={FILING}", timeout=10)
    ours = BeautifulSoup(answer.content, "xml")
    assert answer.status_code == 200
    assert ours.title.text == real.title.text == "XBRL Viewer"
    assert ours.iframe["id"] == real.iframe["id"]
    assert "annual report" not in ours.text


def test_the_page_of_a_503_has_the_captured_title(edgar):
    real = BeautifulSoup((edgar / "files" / "_edgar" / "http503-getcurrent-start5100.htm").read_bytes(), "lxml")
    ours = BeautifulSoup(unavailable().read(), "lxml")
    assert ours.title.text == real.title.text
    assert ours.h1.text == real.h1.text


def test_requests_are_kept_in_the_order_in_which_they_came(folder, edgar_of, session):
    edgar = edgar_of(folder)
    for path in ("/files/company_tickers.json", "/nothing", "/ix?doc=x"):
        session.get(edgar.www_url + path, timeout=10)
    assert [(seen.host, seen.path, seen.status) for seen in edgar.requests] == [
        ("www", "/files/company_tickers.json", 200),
        ("www", "/nothing", 404),
        ("www", "/ix?doc=x", 200),
    ]
    assert all(before.at_s <= after.at_s for before, after in pairwise(edgar.requests))
