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
from daemon.backfill import Backfills
from daemon.blobs import Blobs
from daemon.directory import Directory
from daemon.discovery import Discovery
from daemon.edgar.client import Client
from daemon.edgar.gateway import Gateway
from daemon.intake import Intake
from daemon.sections import EdgarSettings
from daemon.splits import SplitRule
from daemon.standin import StandIn
from daemon.steps.discover import Discover
from daemon.steps.fetch import Fetch
from daemon.steps.indexes import Indexes
from daemon.watchlist import WatchList
from store.log import EventLog, open_log
from tests.builders import a_log
from tests.daemon.edgar.conftest import AGENT, HandTime
from tests.daemon.steps.reading import readings
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
    indexes: Indexes
    backfills: Backfills

    def poll(self) -> None:
        self.discover.begin()
        self.indexes.begin()
        while self.discover.advance() or self.indexes.advance():
            pass

    def poll_some(self, pieces: int) -> None:
        """Of EDGAR's indexes only so many pieces of work."""
        self.indexes.begin()
        for _ in range(pieces):
            self.indexes.advance()

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

        def start(
            companies: Sequence[object],
            *,
            settings: dict[str, Any] | None = None,
            today: datetime = TODAY,
            **options: Any,
        ) -> Watching:
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
            directory, backfills = Directory(tmp_path / "state", client), Backfills(log)
            watch = WatchList(log, directory, intake, activity)
            found = threading.Event()
            fetch = Fetch(log, gateway, intake, activity=activity, fetched=found, clock_s=time, now=lambda: today)
            discovery = Discovery(client, intake, purpose="real", found=found)
            common = {"backfills": backfills, "discovery": discovery, "edgar": chosen, "activity": activity}
            discover = Discover(log, client, watch, **common)
            indexes = Indexes(log, client, directory, **common, waiting=lambda: fetch.ready, now=lambda: today)
            return Watching(log, edgar, time, activity, intake, discover, fetch, indexes, backfills)

        yield start


@pytest.fixture
def upgrades(tmp_path):
    """Services on one log, each of another version."""
    with a_log(tmp_path / "state") as log, readings(log, tmp_path) as services:
        yield services


@pytest.fixture
def chunking(upgrades):
    return upgrades.service()
