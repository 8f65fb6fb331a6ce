import gzip
import time
import zlib
from email.utils import parsedate_to_datetime

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from daemon.standin import Fault
from daemon.standin.faults import FaultPlan
from tests.daemon.standin.conftest import DOCUMENT

FILING = "/Archives/edgar/data/9001/000000900126000007/ours-20251231.htm"


def fates(faults, requests_asked):
    plan = FaultPlan(faults)
    return [fault.kind if (fault := plan.next(host, path)) else None for host, path in requests_asked]


@pytest.mark.parametrize(
    ("fault", "struck"),
    [
        (Fault("503", on=(2, 5)), [2, 5]),
        (Fault("503", every=3), [3, 6]),
        (Fault("503"), [1, 2, 3, 4, 5, 6]),
        (Fault("503", on=(1,), every=2), [1]),
        (Fault("503", path="/b", on=(1, 2)), [2, 4]),  # a b a b a b: its own requests are counted
        (Fault("503", host="data"), []),
    ],
)
def test_a_fault_strikes_the_requests_that_it_names(fault, struck):
    asked = [("www", "/a"), ("www", "/b")] * 3
    assert [number for number, fate in enumerate(fates([fault], asked), start=1) if fate] == struck


@given(st.lists(st.tuples(st.sampled_from(["data", "www"]), st.sampled_from(["/a", "/b", "/ab"])), max_size=30))
def test_the_same_requests_meet_the_same_faults(asked):
    faults = [Fault("dropped", every=2, path="a"), Fault("cut", on=(1, 4), host="www"), Fault("slow", path="b$")]
    assert fates(faults, asked) == fates(faults, asked)


def test_of_two_faults_at_once_the_first_strikes_and_both_have_counted():
    assert fates([Fault("503", on=(1,)), Fault("429", on=(1, 2))], [("www", "/")] * 3) == ["503", "429", None]


@pytest.mark.parametrize("kind", ["503", "429"])
def test_a_busy_edgar_may_say_when_to_come_back(folder, edgar_of, session, kind):
    dated = Fault(kind, on=(3,), retry_after_s=7, retry_after_date=True)
    edgar = edgar_of(folder, faults=[Fault(kind, on=(1,)), Fault(kind, on=(2,), retry_after_s=7), dated])
    silent, seconds, date = (session.get(edgar.www_url + FILING, timeout=10) for _ in range(3))
    assert {silent.status_code, seconds.status_code, date.status_code} == {int(kind)}
    assert "Retry-After" not in silent.headers
    assert seconds.headers["Retry-After"] == "7"
    assert 6 < parsedate_to_datetime(date.headers["Retry-After"]).timestamp() - time.time() <= 8
    assert session.get(edgar.www_url + FILING, timeout=10).content == DOCUMENT


def test_a_dropped_connection_brings_no_byte(folder, edgar_of, session):
    edgar = edgar_of(folder, faults=[Fault("dropped", on=(1,))])
    with pytest.raises(requests.ConnectionError):
        session.get(edgar.www_url + FILING, timeout=10)
    assert session.get(edgar.www_url + FILING, timeout=10).content == DOCUMENT
    assert [(seen.status, seen.fault) for seen in edgar.requests] == [(None, "dropped"), (200, None)]


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_cut_answer_is_shorter_than_it_says(folder, edgar_of, session, encoding):
    edgar = edgar_of(folder, faults=[Fault("cut")])
    answer = session.get(edgar.www_url + FILING, headers={"Accept-Encoding": encoding}, stream=True, timeout=10)
    promised = int(answer.headers["Content-Length"])
    assert answer.raw.headers.get("Content-Encoding", "identity") == encoding
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        _ = answer.content
    assert promised == len(DOCUMENT) or encoding == "gzip"


def test_a_cut_gzip_stream_has_the_length_it_says_and_no_end(folder, edgar_of, session):
    edgar = edgar_of(folder, faults=[Fault("cut_gzip")])
    answer = session.get(edgar.www_url + FILING, stream=True, timeout=10)
    body = answer.raw.read(decode_content=False)
    assert len(body) == int(answer.headers["Content-Length"]) > 0
    assert DOCUMENT.startswith(zlib.decompressobj(wbits=31).decompress(body))
    with pytest.raises(EOFError):
        gzip.decompress(body)


def test_a_slow_answer_arrives_whole_in_the_end(folder, edgar_of, session):
    edgar = edgar_of(folder, faults=[Fault("slow", lasts_s=0.3)])
    began_s = time.monotonic()
    assert session.get(edgar.www_url + FILING, timeout=10).content == DOCUMENT
    assert time.monotonic() - began_s >= 0.3


@pytest.mark.parametrize(
    ("kind", "words"),
    [("refusal_page_200", b"Request Rate Threshold Exceeded"), ("viewer_shell", b"<title>XBRL Viewer</title>")],
)
def test_a_page_that_is_no_filing_may_come_with_status_200(folder, edgar_of, session, kind, words):
    answer = session.get(edgar_of(folder, faults=[Fault(kind)]).www_url + FILING, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html")
    assert words in answer.content and b"annual report" not in answer.content


def test_a_refused_request_meets_no_fault_and_moves_no_schedule(folder, edgar_of, session):
    edgar = edgar_of(folder, faults=[Fault("503", on=(1,))])
    requests.get(edgar.www_url + FILING, headers={"User-Agent": None}, timeout=10)
    assert session.get(edgar.www_url + FILING, timeout=10).status_code == 503
