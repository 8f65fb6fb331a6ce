"""The gateway: every request to EDGAR passes here. One limiter for both hosts, as SEC counts them together.

SEC's rules: at most 10 requests a second, and a User-Agent that says who asks
(https://www.sec.gov/os/accessing-edgar-data).
"""

import random
import threading
import time
from collections.abc import Callable
from datetime import datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Final

import requests
import structlog
from requests.adapters import HTTPAdapter

from daemon.edgar.hosts import on_this_machine, same_host
from daemon.edgar.limiter import Limiter
from daemon.edgar.problems import EdgarMissing, EdgarProblem, EdgarUnavailable, HostNotAllowed, NoUserAgent
from daemon.edgar.transport import Broken, ask
from daemon.edgar.verdict import Again, Good, Missing, judge
from daemon.sections import EdgarSettings
from store.log import utc_now

SMALL: Final = 64 * 2**20  # bytes; the largest list of filings has a few
_TRIES: Final = 5
_LONGEST_S: Final = 60.0


class Gateway:
    """May be called from any thread. Making one raises NoUserAgent."""

    def __init__(
        self,
        edgar: EdgarSettings,
        *,
        stop: threading.Event,
        jitter: Callable[[], float] = random.random,
        now: Callable[[], datetime] = utc_now,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        if edgar.user_agent is None:
            raise NoUserAgent
        self.edgar, self.user_agent = edgar, edgar.user_agent
        self._limiter = Limiter(edgar.requests_per_s, stop=stop, clock_s=clock_s)
        self._stop, self._jitter, self._now = stop, jitter, now
        self._session = _session(self.user_agent, proxies=not on_this_machine(edgar.www_url))
        self._words = structlog.get_logger()

    def get(self, url: str, *, limit: int = SMALL) -> bytes:
        """The whole body, at most `limit` bytes. Raises EdgarMissing, EdgarTooLarge, HostNotAllowed, EdgarUnavailable
        after five tries, and Stopped."""
        if not any(same_host(url, host) for host in (self.edgar.data_url, self.edgar.www_url)):
            raise HostNotAllowed(url)
        why = ""
        for tried in range(1, _TRIES + 1):
            match self._ask(url, limit):
                case Good(body=body):
                    return body
                case Missing(status=status):
                    raise EdgarMissing(url, status)
                case Again(why=why) as again:
                    self._words.warning("edgar_again", url=url, reason=why, tried=tried, of=_TRIES)
                    if tried < _TRIES:
                        self._back_off(again, tried)
        raise EdgarUnavailable(url, f"{why} ({_TRIES} tries)")

    def probe(self, host: str) -> None:
        """Asks once for the host's smallest page. Raises EdgarProblem; nothing there is an answer too."""
        url = f"{host}/robots.txt"
        found = self._ask(url, SMALL)
        if isinstance(found, Again):
            raise EdgarProblem(url, found.why, "check edgar.user_agent, the host's address and the network")

    def close(self) -> None:
        self._session.close()

    def _ask(self, url: str, limit: int) -> Good | Missing | Again:
        self._limiter.wait()
        try:
            return judge(ask(self._session, url, limit=limit, stop=self._stop), now=self._now())
        except Broken as error:
            return Again(str(error))

    def _back_off(self, again: Again, tried: int) -> None:
        """At least what EDGAR asks for; else doubled each time. Jittered, so that clients do not come back in step."""
        if again.after_s is not None:
            seconds = again.after_s + self._jitter()
        else:
            seconds = min(again.first_s * 2 ** (tried - 1), _LONGEST_S) * (0.5 + self._jitter())
        if again.everyone:
            self._limiter.pause(seconds)
        else:
            self._limiter.rest(seconds)


def _session(user_agent: str, *, proxies: bool) -> requests.Session:
    """`proxies`: those of the environment; none stands between us and a stand-in on this machine."""
    session = requests.Session()
    session.headers.update({"User-Agent": user_agent, "Accept-Encoding": "gzip", "Accept": "*/*"})
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.trust_env = proxies
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_connections=2, pool_maxsize=4, max_retries=0))
    return session
