"""The service watches EDGAR: what appears is in soon and once, whatever happens on the way."""

import os
import signal
import socket
from pathlib import Path

import duckdb
import pytest

from daemon.samples import write_samples
from daemon.standin import Fault, StandIn
from store.ids import sha256_hex
from tests.acceptance.driving import Home, Service, accession
from tests.acceptance.small_edgar import document, fetched, most_in_a_second, stored, there, watch, write_company
from tests.edgar_mirror import mirror as mirror_of

OURS, OTHER = 9001, 9002


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "edgar"
    write_company(folder, OURS, [2019, 2020, 2021], ticker="OURS", others=1200)
    write_company(folder, OTHER, [2020, 2021], ticker="OTHER")
    return folder


def until_fetched(service: Service, cik: int, year: int) -> None:
    for event in service.events():
        if event["event"] == "filing_fetched" and event["accession"] == accession(cik, year):
            return
    raise AssertionError(f"the service ended: {service.lines[-3:]}")


def published(service: Service) -> None:
    """What was recorded until now can be asked for."""
    service.until("publishing")
    service.until("published")


def stop(service: Service) -> None:
    assert service.end(signal.SIGTERM) == 0


def test_filings_that_appear_are_in_once_also_those_of_the_time_when_nobody_looked(home: Home, mirror: Path) -> None:
    late = [(OURS, 2021), (OTHER, 2021), (OURS, 2020)]
    with StandIn(mirror, hidden=[accession(*filing) for filing in late]) as edgar:
        service = watch(home, edgar, [OURS, OTHER]).start()
        service.until("polled")
        for filing in late[:2]:
            edgar.publish(accession(*filing))
            until_fetched(service, *filing)
        stop(service)
        edgar.publish(accession(*late[2]))
        service = home.start()
        until_fetched(service, *late[2])
        service.until("polled", times=2)
        stop(service)
        assert fetched(home) == there(mirror)
        assert most_in_a_second(edgar) <= 10
        assert {seen.status for seen in edgar.requests} == {200}


# Each strikes the first try of another request; the second one comes half a second to a second and a half later.
BAD_DAYS = [
    Fault("503", on=(1,), path="CIK0000009001.json", retry_after_s=0),
    Fault("cut_gzip", on=(1,), path="submissions-001"),
    Fault("dropped", on=(1,), path="CIK0000009002.json"),
    Fault("429", on=(1,), path="-index.htm", retry_after_s=0),
    Fault("cut", on=(3,), path="-index.htm"),
    Fault("cut", on=(1,), path=r"\.txt"),
    Fault("viewer_shell", on=(3,), path=r"\.txt"),
    Fault("cut_gzip", on=(5,), path=r"\.txt"),
    Fault("503", on=(7,), path=r"\.txt", retry_after_s=0),
    Fault("slow", on=(9,), path=r"\.txt", lasts_s=0.5),
]


def test_bad_days_lose_nothing_and_no_page_of_refusal_is_stored(home: Home, mirror: Path) -> None:
    with StandIn(mirror, faults=BAD_DAYS) as edgar:
        assert watch(home, edgar, [OURS, OTHER]).run("run", "--once").returncode == 0
        assert {seen.fault for seen in edgar.requests} == {fault.kind for fault in BAD_DAYS} | {None}
    assert fetched(home) == there(mirror)
    assert stored(home) == set(there(mirror).values())
    assert home.sql("SELECT DISTINCT status FROM filings") == [{"status": "chunked"}]


RECORDED = "SELECT substr(stream, 8) FROM raw.events WHERE type = 'FilingFetched'"


@pytest.mark.parametrize("moment", ["filing_fetched", "in flight"])
def test_a_kill_9_during_fetches_loses_nothing_and_fetches_nothing_again(home: Home, mirror: Path, moment: str) -> None:
    slow = [Fault("slow", on=(3,), path=r"\.txt", lasts_s=30)] if moment == "in flight" else []
    with StandIn(mirror, faults=slow) as edgar:
        service = watch(home, edgar, [OURS, OTHER]).start()
        service.until("filing_fetched" if slow else moment, times=2)
        assert not slow or edgar.await_request(lambda seen: seen.fault is not None)
        service.end(signal.SIGKILL)
        before = len(edgar.requests)
        with duckdb.connect(str(home.state / "log.duckdb"), read_only=True) as log:
            recorded = {name for (name,) in log.execute(RECORDED).fetchall()}
        assert recorded
        assert home.run("run", "--once").returncode == 0
        again = {accession_in(seen.path) for seen in edgar.requests[before:] if seen.path.endswith(".txt")}
        assert not again & recorded
    assert fetched(home) == there(mirror)
    assert stored(home) == set(there(mirror).values())
    proof = home.run("rebuild", "--verify")
    assert (proof.returncode, proof.stdout.count("WRONG")) == (0, 0)


def accession_in(path: str) -> str:
    return Path(path).stem


def test_a_company_that_is_added_is_polled_at_once_however_rare_the_polls_are(home: Home, mirror: Path) -> None:
    with StandIn(mirror) as edgar:
        service = watch(home, edgar, [], poll=3600).start()
        service.until("polled")
        home.run("watch", "add", "OURS")
        until_fetched(service, OURS, 2019)
        stop(service)


def test_the_watch_list_is_changed_while_the_service_runs(home: Home, mirror: Path) -> None:
    with StandIn(mirror) as edgar:
        service = watch(home, edgar, []).start()
        service.until("polled")
        assert "taken" in home.run("watch", "add", "ours", "NOSUCH").stdout
        until_fetched(service, OURS, 2019)
        (home.state / "commands" / "01AAAAAAAAAAAAAAAAAAAAAAAA.json").write_text("rm -rf /")
        service.until("command_refused")
        again = home.state / "commands" / "01BBBBBBBBBBBBBBBBBBBBBBBB.json"
        for _ in range(2):
            again.write_text('{"command": "watch_add", "companies": ["9002"]}')
            service.until("command_done")
        published(service)
        listing = home.run("watch", "list").stdout
        assert "OURS" in listing and "9002" in listing and "NOSUCH" not in listing
        assert "taken" in home.run("watch", "remove", "OURS").stdout
        service.until("company_unwatched")
        service.until("polled")
        stop(service)
    assert "2 watched" in listing and "1 watched" in home.run("watch", "list").stdout
    said = home.sql("SELECT type, count(*) AS n FROM events WHERE type LIKE 'Company%' GROUP BY ALL ORDER BY ALL")
    assert [(row["type"], row["n"]) for row in said] == [
        ("CompanyRefused", 1),
        ("CompanyUnwatched", 1),
        ("CompanyWatched", 2),
    ]
    refused = home.state / "commands" / "refused"
    assert "the file" in (refused / "01AAAAAAAAAAAAAAAAAAAAAAAA.reason.txt").read_text()
    assert "NOSUCH" in home.sql("SELECT payload FROM events WHERE type = 'CompanyRefused'")[0]["payload"]


def test_a_command_waits_while_the_service_is_down(home: Home, mirror: Path) -> None:
    with StandIn(mirror) as edgar:
        watch(home, edgar, [])
        assert "as soon as the service runs" in home.run("watch", "add", "OTHER").stdout
        assert len(list((home.state / "commands").glob("*.json"))) == 1
        assert home.run("run", "--once").returncode == 0
    assert set(fetched(home)) == {accession(OTHER, 2020), accession(OTHER, 2021)}
    assert not list((home.state / "commands").glob("*.json"))


@pytest.mark.parametrize("arguments", [["run"], ["run", "--once"], ["watch", "add", "AAPL"]])
def test_without_a_user_agent_nobody_is_watched_and_one_sentence_says_so(home: Home, arguments: list[str]) -> None:
    config = home.folder / "config.toml"
    config.write_text(config.read_text().replace("companies = []", 'companies = ["AAPL"]'))
    done = home.run(*arguments)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "edgar.user_agent is not set" in done.stderr


def test_a_listed_filing_that_is_missing_stays_discovered_and_the_others_come(home: Home, mirror: Path) -> None:
    gone = document(mirror, OURS, 2021).rename(mirror / "gone")
    with StandIn(mirror) as edgar:
        service = watch(home, edgar, [OURS]).start()
        service.until("fetch_again")
        published(service)
        missing = {"accession": accession(OURS, 2021), "status": "discovered"}
        assert home.sql("SELECT accession, status FROM filings WHERE status = 'discovered'") == [missing]
        gone.rename(document(mirror, OURS, 2021))
        until_fetched(service, OURS, 2021)
        stop(service)


def test_a_real_log_refuses_the_samples_by_every_road(home: Home, tmp_path: Path) -> None:
    samples = write_samples(tmp_path / "samples")
    sgml = next(sample for sample in samples if sample.shape == "sgml")
    (source,) = (tmp_path / "samples").rglob(f"{sgml.accession}.txt")
    dropped = home.folder / "inbox" / "innocent.txt"
    dropped.write_bytes(source.read_bytes())
    os.utime(dropped, (1_700_000_000, 1_700_000_000))
    with StandIn(tmp_path / "samples") as edgar:
        assert watch(home, edgar, [sgml.cik, samples[0].ticker]).run("run", "--once").returncode == 0
        assert not any(seen.host == "data" for seen in edgar.requests)
    assert fetched(home) == {}
    reasons = "SELECT type, payload->>'$.reason' AS reason FROM events WHERE type LIKE '%Refused' ORDER BY ALL"
    assert [(row["type"], row["reason"]) for row in home.sql(reasons)] == [
        ("CompanyRefused", "sample"),
        ("CompanyRefused", "sample"),
        ("FilingRefused", "sample"),
    ]


def test_sighup_changes_whom_it_watches_and_how_often(home: Home, mirror: Path) -> None:
    with StandIn(mirror, hidden=[accession(OTHER, 2021)]) as edgar:
        service = watch(home, edgar, [OURS], poll=3600).start()
        service.until("polled")
        (home.folder / "config.toml").write_text("[edgar]\nno_such_key = 1\n")
        service.process.send_signal(signal.SIGHUP)
        service.until("reload_refused")
        watch(home, edgar, [OTHER], poll=1)
        service.process.send_signal(signal.SIGHUP)
        assert service.until("reloaded")["changed"] == ["edgar.companies", "edgar.poll"]
        until_fetched(service, OTHER, 2020)
        edgar.publish(accession(OTHER, 2021))
        until_fetched(service, OTHER, 2021)
        stop(service)
    assert "9002" in home.run("watch", "list").stdout and "1 watched" in home.run("watch", "list").stdout


def test_systemd_hears_that_it_is_ready_alive_reloading_and_stopping(home: Home, mirror: Path) -> None:
    heard: list[str] = []
    with StandIn(mirror) as edgar, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(home.folder / "notify"))
        manager.settimeout(30)

        def until_heard(words: str) -> None:
            while not heard or words not in heard[-1]:
                heard.append(manager.recv(4096).decode())

        watch(home, edgar, [OURS])
        service = home.start(NOTIFY_SOCKET=str(home.folder / "notify"), WATCHDOG_USEC="400000")
        until_heard("READY=1")
        assert not any("WATCHDOG" in message for message in heard)
        for _ in range(5):  # again and again
            until_heard("WATCHDOG=1")
            heard.append("")
        service.process.send_signal(signal.SIGHUP)
        until_heard("RELOADING=1")
        until_heard("READY=1")
        stop(service)
        until_heard("STOPPING=1")
    assert any(message.startswith("STATUS=") for message in heard)


def test_real_filings_come_in_by_their_real_lists(home: Home, tmp_path: Path, edgar: Path) -> None:
    """Companies whose lists were captured, one of them with pages; a document that is not here is answered 404."""
    filings = mirror_of(edgar, tmp_path / "edgar")
    small = {
        cik for cik in {f.cik for f in filings} if sum(f.path.stat().st_size for f in filings if f.cik == cik) < 4e5
    }
    wanted = {f.accession: sha256_hex(f.path.read_bytes()) for f in filings if f.cik in small}
    with StandIn(tmp_path / "edgar") as stand_in:
        service = watch(home, stand_in, sorted(small)).start()
        service.until("filing_fetched", times=len(wanted))
        published(service)
        stop(service)
    assert fetched(home) == wanted
