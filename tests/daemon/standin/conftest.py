"""A small EDGAR: two companies that filed one 10-K together, one of them with an older filing of its own."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import pytest
import requests

from daemon.standin import StandIn
from tests.edgar_submissions import a_head, a_row, other_rows, write_submissions

OURS, PARTNER = 9_001, 9_002
JOINT, OLD = "0000009001-26-000007", "0000009001-99-000003"
DOCUMENT = b"<html><body>" + b"A joint annual report. " * 20_000 + b"</body></html>"
COMPLETE = b"<SEC-DOCUMENT>0000009001-99-000003.txt : 19990331\n" + b"An old annual report.\n" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    mirror = tmp_path / "mirror"
    (mirror / "submissions").mkdir(parents=True)
    (mirror / "files").mkdir()
    (mirror / "files" / "company_tickers.json").write_text('{"0":{"cik_str":9001,"ticker":"OURS","title":"Ours Inc"}}')
    joint = a_row(JOINT, "10-K", date(2026, 2, 20), reportDate="2025-12-31", primaryDocument="ours-20251231.htm")
    old = a_row(OLD, "10-K", date(1999, 3, 31), reportDate="1998-12-31", primaryDocument="")
    others = other_rows(OURS, 1200, newest=date(2026, 6, 30), oldest=date(1998, 1, 1))
    write_submissions(mirror / "submissions", a_head(OURS, "OURS & SONS INC", ("OURS",)), [joint, old, *others])
    write_submissions(mirror / "submissions", a_head(PARTNER, "PARTNER LP", ()), [joint])
    data = mirror / "Archives" / "edgar" / "data" / str(OURS)
    (data / JOINT.replace("-", "")).mkdir(parents=True)
    (data / JOINT.replace("-", "") / "ours-20251231.htm").write_bytes(DOCUMENT)
    (data / f"{OLD}.txt").write_bytes(COMPLETE)
    return mirror


class Edgar(Protocol):
    def __call__(self, folder: Path, **options: Any) -> StandIn: ...


@pytest.fixture
def edgar_of() -> Iterator[Edgar]:
    """Starts a stand-in that ends with the test; fast, unless the test is about the limit."""
    with ExitStack() as running:
        yield lambda folder, **options: running.enter_context(StandIn(folder, **{"requests_per_s": 1000} | options))


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """A client that says who it is."""
    with requests.Session() as client:
        client.headers["User-Agent"] = "finsdistill tests tests@example.com"
        yield client
