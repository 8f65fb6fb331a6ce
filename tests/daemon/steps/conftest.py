"""The watching half of a service on a small mirror: real parts, a stand-in, and a clock that only waiting turns."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from daemon.activity import Activity
from daemon.blobs import Blobs
from daemon.directory import Directory
from daemon.edgar.client import Client
from daemon.edgar.gateway import Gateway
from daemon.intake import Intake
from daemon.sections import EdgarSettings
from daemon.splits import SplitRule
from daemon.standin import StandIn
from daemon.steps.discover import Discover
from daemon.steps.fetch import Fetch
from daemon.watchlist import WatchList
from store.log import EventLog, open_log
from tests.daemon.edgar.conftest import AGENT, HandTime
from tests.edgar_submissions import a_head, a_row, other_rows, write_submissions

TODAY = datetime(2021, 3, 2)  # the filings of 2021 are of yesterday
BODY = b"<SEC-DOCUMENT>\n<DOCUMENT>\n<TYPE>10-K\n<TEXT>\n%s\n</TEXT>\n</DOCUMENT>\n</SEC-DOCUMENT>\n"


def accession(cik: int, year: int) -> str:
    return f"{cik:010d}-{year % 100:02d}-000001"


def write_company(mirror: Path, cik: int, years: Sequence[int], *, others: int = 0) -> None:
    """10-Ks of these years, as whole submissions; with 1,000 others or more the oldest come to lie on a page."""
    rows = [a_row(accession(cik, year), "10-K", date(year, 3, 1), primaryDocument="") for year in years]
    rest = other_rows(cik, others, newest=date(2026, 6, 30), oldest=date(2000, 1, 1))
    write_submissions(mirror / "submissions", a_head(cik, f"COMPANY {cik}", ()), [*rows, *rest])
    for year in years:
        path = mirror / "Archives/edgar/data" / str(cik) / f"{accession(cik, year)}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(BODY % f"The report of {cik} for {year}.".encode())


@dataclass
class Watching:
    """Steps on a log, without threads."""

    log: EventLog
    edgar: StandIn
    time: HandTime
    activity: Activity
    intake: Intake
    discover: Discover
    fetch: Fetch

    def poll(self) -> None:
        self.discover.begin()
        while self.discover.advance():
            pass

    def fetch_all(self) -> None:
        while self.fetch.advance():
            pass

    def events(self, kind: str) -> list[str]:
        """Accessions of these events, in order."""
        rows = self.log.query("SELECT stream FROM raw.events WHERE type = ? ORDER BY seq", [kind])
        return [stream.removeprefix("filing-") for (stream,) in rows]

    def asked(self, part: str) -> int:
        return sum(part in seen.path for seen in self.edgar.requests)


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    for name in ("submissions", "files", "Archives/edgar/data"):
        (folder / name).mkdir(parents=True)
    (folder / "files/company_tickers.json").write_text('{"0":{"cik_str":9001,"ticker":"OURS","title":"Ours"}}')
    return folder


@pytest.fixture
def watching(tmp_path: Path, mirror: Path) -> Iterator[Callable[..., Watching]]:
    """Puts the steps together; `options` are the stand-in's, `settings` of [edgar]."""
    with ExitStack() as ending:

        def start(companies: Sequence[int], *, settings: dict[str, Any] | None = None, **options: Any) -> Watching:
            time = HandTime()
            edgar = ending.enter_context(StandIn(mirror, **{"requests_per_s": 1000} | options))
            values = {"user_agent": AGENT, "data_url": edgar.data_url, "www_url": edgar.www_url, "since": "1990-01-01"}
            chosen = EdgarSettings.model_validate(values | {"companies": list(map(str, companies))} | (settings or {}))
            log = open_log(tmp_path / "state", purpose="real")
            ending.callback(log.close)
            gateway = Gateway(chosen, stop=time, clock_s=time, jitter=lambda: 0.5)
            ending.callback(gateway.close)
            activity, client = Activity(), Client(gateway)
            intake = Intake(log, blobs=Blobs(tmp_path / "blobs"), splits=SplitRule(frozenset(), 0.0), activity=activity)
            watch = WatchList(log, Directory(tmp_path / "state", client), intake, activity)
            found = threading.Event()
            discover = Discover(log, client, watch, intake=intake, edgar=chosen, activity=activity, found=found)
            fetch = Fetch(log, gateway, intake, activity=activity, fetched=found, clock_s=time, now=lambda: TODAY)
            return Watching(log, edgar, time, activity, intake, discover, fetch)

        yield start
