"""Every bad day of the stand-in ends in the right body or in the right error, and nothing else passes the gateway."""

import gzip
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from daemon.edgar.gateway import Gateway
from daemon.edgar.problems import (
    EdgarMissing,
    EdgarProblem,
    EdgarTooLarge,
    EdgarUnavailable,
    HostNotAllowed,
    NoUserAgent,
)
from daemon.edgar.transport import Broken, ask
from daemon.sections import EdgarSettings
from daemon.standin import Fault
from daemon.stopped import Stopped
from tests.daemon.edgar.conftest import AGENT

NAME = "/Archives/edgar/data/9001/000000900126000007/a.htm"
BODY = b"<html><body>" + b"An annual report. " * 10_000 + b"</body></html>"


@pytest.fixture
def filing(folder):
    path = folder / NAME.removeprefix("/")
    path.parent.mkdir(parents=True)
    path.write_bytes(BODY)
    return NAME


FAULTS = [
    Fault("503", on=(1, 2)),
    Fault("503", on=(1,), retry_after_s=40),
    Fault("503", on=(1,), retry_after_s=40, retry_after_date=True),
    Fault("429", on=(1, 2, 3)),
    Fault("429", on=(1,), retry_after_s=7),
    Fault("dropped", on=(1, 2)),
    Fault("cut", on=(1, 3)),
    Fault("cut_gzip", on=(1, 2, 3, 4)),
    Fault("slow", on=(1,), lasts_s=0.1),
    Fault("refusal_page_200", on=(1,)),
    Fault("viewer_shell", on=(1, 2)),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}-{fault.retry_after_s}")
def test_after_a_fault_the_whole_body_comes_and_nothing_else(filing, served, gateway_to, fault):
    edgar = served(faults=[fault])
    assert gateway_to(edgar).get(edgar.www_url + filing) == BODY


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("503", "HTTP 503: SEC.gov | File Unavailable"),
        ("429", "HTTP 429: SEC.gov | Request Rate Threshold Exceeded"),
        ("dropped", "RemoteDisconnected"),
        ("cut", "IncompleteRead"),
        ("cut_gzip", "gzip cut after"),
        ("refusal_page_200", "refusal_page"),
        ("viewer_shell", "viewer_shell"),
    ],
)
def test_what_stays_bad_is_given_up_after_five_tries_and_says_why(filing, served, gateway_to, kind, said):
    edgar = served(faults=[Fault(kind)])
    with pytest.raises(EdgarUnavailable, match="5 tries") as problem:
        gateway_to(edgar).get(edgar.www_url + filing)
    assert said in problem.value.why
    assert len(edgar.requests) == 5


@pytest.mark.parametrize(
    ("fault", "at_least_s"),
    [
        (Fault("503", on=(1,), retry_after_s=40), [40]),
        (Fault("429", on=(1, 2), retry_after_s=300), [300, 300]),
        (Fault("503", on=(1,), retry_after_s=40, retry_after_date=True), [40]),
        (Fault("503", on=(1, 2, 3)), [1, 2, 4]),
        (Fault("dropped", on=(1, 2, 3, 4)), [1, 2, 4, 8]),
        (Fault("refusal_page_200", on=(1, 2, 3)), [10, 20, 40]),
    ],
)
def test_it_waits_as_long_as_edgar_asks_and_else_twice_as_long_each_time(
    filing, served, gateway_to, time, fault, at_least_s
):
    edgar = served(faults=[fault])
    gateway_to(edgar).get(edgar.www_url + filing)
    backed_off = [wait for wait in time.waits_s if wait > 0.2]  # the rest is the limiter's own spacing
    assert len(backed_off) == len(at_least_s)
    assert all(least <= wait <= least + 2 for wait, least in zip(backed_off, at_least_s, strict=True))


def test_nothing_there_is_said_at_once_and_not_asked_again(served, gateway_to):
    edgar = served()
    for path in ("/nothing", "/Archives/edgar/data/1/000000000126000001/0000000001-26-000001-index.htm"):
        with pytest.raises(EdgarMissing):
            gateway_to(edgar).get(edgar.www_url + path)
    assert [seen.status for seen in edgar.requests] == [404, 403]


def test_only_the_two_configured_hosts_are_asked(served, gateway_to):
    edgar = served()
    gateway = gateway_to(edgar)
    for url in (
        "https://www.sec.gov/x",
        "http://127.0.0.1:1/x",
        edgar.www_url.replace("http", "https") + "/x",
        edgar.www_url.replace("127.0.0.1", "127.0.0.1@example.com") + "/x",
        edgar.www_url + ".example.com/x",
        "file:///etc/passwd",
    ):
        with pytest.raises((HostNotAllowed, ValueError)):
            gateway.get(url)
    assert edgar.requests == ()


def test_too_much_is_refused_packed_or_not(filing, served, gateway_to):
    edgar = served()
    with pytest.raises(EdgarTooLarge):
        gateway_to(edgar).get(edgar.www_url + filing, limit=len(BODY) - 1)
    assert gateway_to(edgar).get(edgar.www_url + filing, limit=len(BODY)) == BODY


def test_a_client_without_a_name_is_not_made(time):
    with pytest.raises(NoUserAgent, match="user_agent"):
        Gateway(EdgarSettings(), stop=time)


def test_a_stop_ends_the_waiting(filing, served, gateway_to, time):
    edgar = served(faults=[Fault("503")])
    time.meanwhile = time.set
    with pytest.raises(Stopped):
        gateway_to(edgar).get(edgar.www_url + filing)
    assert len(edgar.requests) == 1


def test_a_probe_is_content_with_nothing_and_not_with_a_refusal(served, gateway_to):
    gateway_to(edgar := served()).probe(edgar.www_url)
    with pytest.raises(EdgarProblem, match="user_agent"):
        gateway_to(edgar := served(faults=[Fault("429")])).probe(edgar.data_url)


def test_edgar_is_told_who_asks_and_gets_no_cookies_back():
    with raw_server(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\nok") as (url, heard):
        gateway = Gateway(EdgarSettings(user_agent=AGENT, data_url=url, www_url=url), stop=threading.Event())
        assert [gateway.get(f"{url}/a"), gateway.get(f"{url}/b")] == [b"ok", b"ok"]
        gateway.close()
    assert all(f"User-Agent: {AGENT}\r\n".encode() in request for request in heard)
    assert not any(b"Cookie" in request for request in heard)


PACKED = gzip.compress(b"0" * 50_000_000)


@pytest.mark.parametrize(
    ("head", "body", "error"),
    [
        (b"Content-Encoding: gzip\r\n", PACKED, EdgarTooLarge),  # 50 MB in 49 KB
        (b"Content-Encoding: gzip\r\n", b"no gzip at all", Broken),
        (b"Content-Encoding: gzip\r\n", b"", Broken),
        (b"Content-Encoding: br\r\n", b"x", Broken),
        (b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n", Broken),  # no last chunk
        (b"Transfer-Encoding: chunked\r\n", b"zz\r\nhello\r\n", Broken),
        (b"Content-Length: 9\r\n", b"hello", Broken),
    ],
)
def test_a_body_that_is_not_what_it_says_is_never_taken(head, body, error):
    length = b"" if b"Length" in head or b"chunked" in head else b"Content-Length: %d\r\n" % len(body)
    answer = b"HTTP/1.1 200 OK\r\n" + head + length + b"\r\n" + body
    with raw_server(answer) as (url, _), requests.Session() as session, pytest.raises(error):
        ask(session, url, limit=1_000_000, stop=threading.Event())


def test_an_answer_that_drips_is_given_up(filing, served):
    edgar = served(faults=[Fault("slow", lasts_s=30)])
    with requests.Session() as session, pytest.raises(Broken, match="no end"):
        session.headers["User-Agent"] = AGENT
        ask(session, edgar.www_url + filing, limit=10**9, stop=threading.Event(), whole_s=0.2)


def test_a_stop_ends_an_answer_that_drips(filing, served):
    edgar, stop = served(faults=[Fault("slow", lasts_s=30)]), threading.Event()
    stop.set()
    with requests.Session() as session, pytest.raises(Stopped):
        session.headers["User-Agent"] = AGENT
        ask(session, edgar.www_url + filing, limit=10**9, stop=stop)


def test_one_connection_is_used_again(filing, served, gateway_to):
    edgar = served()
    gateway = gateway_to(edgar)
    for path in (filing, "/nothing", filing):
        try:
            gateway.get(edgar.www_url + path)
        except EdgarMissing:
            continue
    pools = gateway._session.get_adapter(edgar.www_url).poolmanager.pools
    (pool,) = (pools[key] for key in list(pools.keys()))  # it is no dict: it cannot be iterated over
    assert (pool.num_connections, pool.num_requests) == (1, 3)


@contextmanager
def raw_server(answer):
    """Sends these bytes to whoever comes, and closes."""
    heard = []

    class Handler(BaseHTTPRequestHandler):
        def handle(self):
            request = b""
            while not request.endswith(b"\r\n\r\n"):
                request += self.request.recv(65536)
            heard.append(request)
            self.request.sendall(answer)

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()
        thread.join()
