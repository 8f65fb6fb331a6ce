"""The two servers: connections that last, whole bodies, nothing outside the folder, nothing left behind."""

import http.client
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.standin import Fault, StandIn, wire
from daemon.standin.archive import Archive
from tests.daemon.standin.conftest import DOCUMENT, JOINT

FILING = "/Archives/edgar/data/9001/000000900126000007/ours-20251231.htm"
AGENT = {"User-Agent": "finsdistill tests tests@example.com"}


def test_one_connection_carries_many_requests(folder, edgar_of):
    host = urlsplit(edgar_of(folder).www_url).netloc
    line = http.client.HTTPConnection(host, timeout=10)
    for path, size in ((FILING, len(DOCUMENT)), ("/nothing", None), (FILING, len(DOCUMENT))):
        line.request("GET", path, headers=AGENT)
        socket_before = line.sock
        body = line.getresponse().read()
        assert size is None or len(body) == size
        assert line.sock is socket_before is not None  # http.client drops it where the server said that it would close
    line.close()


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_body_comes_whole_packed_or_not(folder, edgar_of, session, encoding):
    answer = session.get(edgar_of(folder).www_url + FILING, headers={"Accept-Encoding": encoding}, timeout=10)
    assert answer.content == DOCUMENT
    assert answer.headers.get("Content-Encoding", "identity") == encoding
    assert answer.headers["Content-Type"] == "text/html"


def test_a_huge_body_is_streamed_as_it_is(folder, edgar_of, session, monkeypatch):
    monkeypatch.setattr(wire, "GZIP_UP_TO", len(DOCUMENT) - 1)
    answer = session.get(edgar_of(folder).www_url + FILING, timeout=10)
    assert "Content-Encoding" not in answer.headers
    assert answer.content == DOCUMENT


def test_head_tells_the_length_and_sends_nothing(folder, edgar_of, session):
    answer = session.head(edgar_of(folder).www_url + FILING, headers={"Accept-Encoding": "identity"}, timeout=10)
    assert (answer.content, answer.headers["Content-Length"]) == (b"", str(len(DOCUMENT)))


@pytest.mark.parametrize(
    "path",
    [
        "/Archives/edgar/data/9001/000000900126000007/../../../../../../secret.txt",
        "/Archives/edgar/data/9001/000000900126000007/..%2f..%2f..%2f..%2f..%2f..%2fsecret.txt",
        "/Archives/edgar/data/9001/000000900126000007/%2e%2e/secret.txt",
        "/Archives/edgar/data/9001/000000900126000007//etc/passwd",
        "/Archives/edgar/data/../../../secret.txt",
        "/files/../../secret.txt",
        "/files/..%2f..%2fsecret.txt",
        "/../secret.txt",
        "//etc/passwd",
    ],
)
def test_nothing_outside_the_folder_can_be_asked_for(folder, edgar_of, path):
    (folder.parent / "secret.txt").write_text("a secret")
    line = http.client.HTTPConnection(urlsplit(edgar_of(folder).www_url).netloc, timeout=10)
    line.request("GET", path, headers=AGENT)  # http.client sends the path as it is
    answer = line.getresponse()
    assert answer.status in {403, 404}
    assert b"a secret" not in answer.read()
    line.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.sampled_from(["..", "/", "%2e", "%2f", "\\", "\0", "%00", "secret.txt", "files", "9001"])))
def test_no_path_leads_out(folder, parts):
    (folder.parent / "secret.txt").write_text("a secret")
    archive = Archive(folder, ())
    for prefix in ("/", "/files/", "/submissions/", "/Archives/edgar/data/9001/000000900126000007/"):
        target = prefix + "".join(parts)
        assert b"a secret" not in archive.www(target).read() + archive.data(target).read()


def test_many_clients_are_answered_at_once(folder, edgar_of):
    edgar = edgar_of(folder)

    def ask(_: int) -> bool:
        return requests.get(edgar.www_url + FILING, headers=AGENT, timeout=10).content == DOCUMENT

    with ThreadPoolExecutor(16) as clients:
        assert all(clients.map(ask, range(64)))
    assert len(edgar.requests) == 64


def test_nothing_is_left_behind_not_even_by_idle_and_slow_connections(folder):
    before = set(threading.enumerate())
    with StandIn(folder, faults=[Fault("slow", on=(2,), lasts_s=60)]) as edgar:
        lines = [http.client.HTTPConnection(urlsplit(edgar.www_url).netloc, timeout=10) for _ in range(2)]
        for line in lines:
            line.request("GET", FILING, headers=AGENT)
            line.getresponse()  # then the first idles, and the second is in the middle of a minute's answer
    assert set(threading.enumerate()) == before
    with pytest.raises(requests.ConnectionError):
        requests.get(edgar.www_url, timeout=1)
    for line in lines:
        line.close()


def test_a_client_that_goes_away_disturbs_nobody(folder, edgar_of, session):
    edgar = edgar_of(folder, faults=[Fault("slow", on=(1,), lasts_s=0.2)])
    line = http.client.HTTPConnection(urlsplit(edgar.www_url).netloc, timeout=10)
    line.request("GET", FILING, headers=AGENT)
    line.close()
    assert session.get(edgar.www_url + FILING, timeout=10).content == DOCUMENT


def test_a_broken_folder_is_said_at_the_end(folder, session):
    (folder / "submissions" / "CIK0000009002.json").write_text(f'{{"{JOINT}": half')
    with pytest.raises(ValueError, match="JSON"), StandIn(folder) as edgar, pytest.raises(requests.ConnectionError):
        session.get(f"{edgar.www_url}/Archives/edgar/data/9001/{JOINT}-index.htm", timeout=10)


def test_who_waits_for_a_request_hears_of_it_when_it_comes_and_not_before(folder, edgar_of, session):
    edgar = edgar_of(folder)
    assert not edgar.await_request(lambda seen: seen.path == FILING, within_s=0)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(edgar.await_request, lambda seen: seen.path == FILING)
        session.get(edgar.www_url + FILING, timeout=10)
        assert waiting.result()
