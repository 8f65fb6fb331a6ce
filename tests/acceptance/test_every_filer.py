"""Every filer, by EDGAR's indexes: with the real command, over missed days and kill -9."""

import signal
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from daemon.edgar.quarters import Quarter, back_to, quarter_of
from daemon.standin import StandIn
from tests.acceptance.driving import Home, accession
from tests.acceptance.small_edgar import document, fetched, there, watch, write_company
from tests.edgar_indexes import Filed, write_day, write_quarter

TODAY = datetime.now(UTC).date()
DAYS = [TODAY - timedelta(days=back) for back in (9, 7, 3, 1)]  # on the others nobody filed


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "edgar"
    for name in ("submissions", "files", "Archives/edgar/data"):
        (folder / name).mkdir(parents=True)
    (folder / "files/company_tickers.json").write_text('{"0":{"cik_str":9002,"ticker":"SECOND","title":"Second"}}')
    return folder


def filed(mirror: Path, cik: int, day: date) -> Filed:
    """A 10-K that lies in the mirror."""
    write_company(mirror, cik, [2020], others=0)
    return Filed(cik, accession(cik, 2020), day, company=f"INVENTED COMPANY {cik}")


def read(home: Home) -> list[str]:
    return [row["name"] for row in home.sql("SELECT name FROM indexes WHERE rows > 0 ORDER BY seq")]


def test_missed_days_are_caught_up_with_after_kill_9_and_every_filing_is_in_once(home: Home, mirror: Path) -> None:
    write_day(mirror, DAYS[0], [filed(mirror, 9001, DAYS[0])])
    with StandIn(mirror) as edgar:
        service = watch(home, edgar, ["*"]).start()
        service.until("filing_fetched")
        assert service.end(signal.SIGTERM) == 0
        for number, day in enumerate(DAYS[1:]):
            write_day(mirror, day, [filed(mirror, 9002 + 2 * number + one, day) for one in (0, 1)])
        service = home.start()
        service.until("filing_discovered", times=3)
        service.end(signal.SIGKILL)
        assert home.run("run", "--once").returncode == 0
        assert {seen.status for seen in edgar.requests} <= {200, 403}
    assert fetched(home) == there(mirror)
    assert read(home) == [f"{day}" for day in DAYS]
    once = home.sql("SELECT count(*) AS n FROM events WHERE type = 'FilingDiscovered'")
    assert once == [{"n": 7}]
    assert home.sql("SELECT ticker, status FROM filings WHERE cik = 9002") == [
        {"ticker": "SECOND", "status": "chunked"}
    ]


def test_a_backfill_goes_on_after_kill_9_newest_first(home: Home, mirror: Path) -> None:
    newest = quarter_of(TODAY)
    quarters = list(back_to(Quarter(newest.year - 1, 1), newest))
    for number, quarter in enumerate(quarters):
        write_quarter(mirror, quarter, [filed(mirror, 9001 + number, min(quarter.last, TODAY))])
    with StandIn(mirror) as edgar:
        service = watch(home, edgar, ["*"], poll=3600).start()
        service.until("polled")
        assert "taken" in home.run("backfill", "--since", str(newest.year - 1)).stdout
        service.until("index_read", times=2)
        service.end(signal.SIGKILL)
        before = len(edgar.requests)
        assert home.run("run", "--once").returncode == 0
        again = [seen.path for seen in edgar.requests[before:]]
    assert fetched(home) == there(mirror)
    assert read(home) == [quarter.name for quarter in quarters]
    assert not any(f"{quarters[0].year}/QTR{quarters[0].number}/master.gz" in path for path in again)
    days = [row["filed"] for row in home.sql("SELECT filed FROM filings ORDER BY cik")]
    assert days == sorted(days, reverse=True)
    assert document(mirror, 9001, 2020).exists()


@pytest.mark.parametrize(
    ("year", "said"),
    [
        ("1992", "they begin in 1993"),
        (str(TODAY.year + 1), f"it is {TODAY.year}"),
        ("2020", "edgar.user_agent is not set"),
    ],
)
def test_a_backfill_that_cannot_be_is_refused_with_a_sentence(home: Home, year: str, said: str) -> None:
    done = home.run("backfill", "--since", year)
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    assert not list(home.state.glob("commands/*"))
