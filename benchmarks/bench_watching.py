"""Watching EDGAR, measured: `python benchmarks/bench_watching.py [--folder DIR] [--only appear,unchanged,faults,kill]`.

A stand-in on loopback serves the real filings of ../shared/edgar with EDGAR's manners, and the real command watches it:
how soon a filing that appears is recorded, what a round over 500 unchanged companies costs, what bad days and kill -9
do. Every part ends with the question whether each filing is in, once, with its own bytes.
"""

import argparse
import hashlib
import importlib.metadata
import os
import platform
import shutil
import signal
import statistics
import sys
import tempfile
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.watching_home import Home, proof, running, started  # noqa: E402
from daemon.standin import Fault, Seen, StandIn  # noqa: E402 - found from the checkout
from tests.edgar_mirror import Mirrored, many_companies, mirror  # noqa: E402

SHARED = ROOT.parent / "shared" / "edgar"
SOON_S = 10.0


# What strikes which request, counted for each kind of address. A refusal page makes the service rest for 5 to 15 s.
FAULTS = (
    Fault("503", on=(2, 17), path="/submissions/", retry_after_s=2),
    Fault("429", on=(5,), path="/submissions/", retry_after_s=3, retry_after_date=True),
    Fault("cut_gzip", on=(7, 19), path="/submissions/"),
    Fault("dropped", on=(11, 12), path="/submissions/"),
    Fault("refusal_page_200", on=(9,), path="/submissions/"),
    Fault("503", on=(3,), path="-index.htm"),
    Fault("cut", every=11, path="-index.htm"),
    Fault("429", on=(20,), path="-index.htm"),
    Fault("refusal_page_200", on=(40,), path="-index.htm"),
    Fault("cut", every=7, path=r"\d/[^/]*(?<!-index)\.(?:htm|txt)$"),
    Fault("dropped", every=9, path=r"\d/[^/]*(?<!-index)\.(?:htm|txt)$"),
    Fault("cut_gzip", every=10, path=r"\d/[^/]*(?<!-index)\.(?:htm|txt)$"),
    Fault("viewer_shell", every=13, path=r"\d/[^/]*(?<!-index)\.(?:htm|txt)$"),
    Fault("refusal_page_200", on=(15,), path=r"\d/[^/]*(?<!-index)\.(?:htm|txt)$"),
    Fault("503", on=(16, 31), path=r"\d/[^/]*(?<!-index)\.(?:htm|txt)$", retry_after_s=1),
    Fault("slow", every=17, path=r"\d/[^/]*(?<!-index)\.(?:htm|txt)$", lasts_s=3.0),
)


@dataclass(frozen=True)
class Moment:
    """Killed when the log has said `event` for the n-th time in this life; "in flight": while the n-th document request
    of this life is being answered."""

    event: str
    nth: int


MOMENTS = (
    Moment("company_watched", 20),
    Moment("filing_discovered", 1),
    Moment("filing_discovered", 9),
    Moment("filing_fetched", 1),
    Moment("in flight", 3),
    Moment("filing_fetched", 7),
    Moment("in flight", 8),
    Moment("filing_fetched", 12),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--only", default=",".join(PARTS))
    given = parser.parse_args()
    if not SHARED.is_dir():
        sys.exit(f"no real filings at {SHARED}")
    folder = given.folder or Path(tempfile.mkdtemp(prefix="watching-"))
    say_where()
    for name in given.only.split(","):
        print(f"{name}: {PARTS[name].__doc__}", flush=True)
        PARTS[name](folder / name)
    if given.folder is None:
        shutil.rmtree(folder)


def say_where() -> None:
    model = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ": unknown")
    cores = len(os.sched_getaffinity(0))
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("duckdb", "requests", "apscheduler")]
    print(f"{model.partition(': ')[2]}, {cores} cores, load {os.getloadavg()[0]:.1f}")
    print(f"Python {platform.python_version()}, {', '.join(versions)}; {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")


def appear(folder: Path) -> None:
    """filings appear one after another, polled every 2 s"""
    filings = mirror(SHARED, folder / "edgar")
    late = [filing.accession for filing in filings[::2]]
    appeared_at: dict[str, datetime] = {}
    with StandIn(folder / "edgar", hidden=late) as edgar:
        home = Home(folder / "home").configure(edgar, ciks_of(filings))
        with running(home) as service:
            early = len(filings) - len(late)
            assert service.wait_for(lambda: service.count("filing_fetched") == early, 180), (
                "the first ones did not come"
            )
            print(f"  {early} filings were there at the start; {len(late)} appear, about one a second")
            for accession in late:
                appeared_at[accession] = datetime.now(UTC).replace(tzinfo=None)
                edgar.publish(accession)
                time.sleep(1.0)
            service.wait_for(lambda: service.count("filing_fetched") == len(filings), 60)
            rounds = service.count("polled")
            service.wait_for(lambda: service.count("polled") >= rounds + 3, 60)
        say_delays(home, appeared_at)
        say_complete(home, filings)
        say_requests(edgar)


def say_delays(home: Home, appeared_at: dict[str, datetime]) -> None:
    rows = home.query("SELECT substr(stream, 8), recorded_at FROM events WHERE type = 'FilingFetched'")
    took = sorted((at - appeared_at[name]).total_seconds() for name, at in rows if name in appeared_at)
    within = sum(seconds <= SOON_S for seconds in took)
    print(f"  from appearing to FilingFetched, {len(took)} of {len(appeared_at)} filings: {within} within 10 s")
    tenth = statistics.quantiles(took, n=10)
    print(
        f"  seconds: least {took[0]:.2f}, median {statistics.median(took):.2f}, 9 of 10 {tenth[-1]:.2f}, most {took[-1]:.2f}"
    )


def unchanged(folder: Path) -> None:
    """500 companies without news, polled every 2 s"""
    ciks = many_companies(folder / "edgar", 500)
    with StandIn(folder / "edgar") as edgar:
        home = Home(folder / "home").configure(edgar, ciks)
        with running(home) as service:
            ends = []
            for nth in (1, 2):
                assert service.wait_for(lambda n=nth: service.count("polled") >= n, 300), "no round ended"
                ends.append((time.monotonic(), len(edgar.requests)))
                time.sleep(1.5)  # published by then
                seq = home.query("SELECT max(seq) FROM events")[0][0]
                print(f"  round {nth} ended: last event {seq}, {ends[-1][1]} requests so far")
        print(f"  the second round took {ends[1][0] - ends[0][0]:.1f} s for {ends[1][1] - ends[0][1]} requests")
        say_requests(edgar)


def faults(folder: Path) -> None:
    """bad days on a schedule, over lists, index pages and documents"""
    filings = mirror(SHARED, folder / "edgar")
    with StandIn(folder / "edgar", faults=FAULTS) as edgar:
        home = Home(folder / "home").configure(edgar, ciks_of(filings))
        began = time.monotonic()
        with running(home) as service:
            service.wait_for(lambda: service.count("filing_fetched") == len(filings), 500)
            print(f"  {service.count('filing_fetched')} fetched after {time.monotonic() - began:.0f} s")
            time.sleep(5)
        struck = Counter(seen.fault for seen in edgar.requests if seen.fault)
        print(f"  struck {sum(struck.values())} of {len(edgar.requests)} requests: {dict(struck)}")
        say_complete(home, filings)
        say_requests(edgar)


def kill(folder: Path) -> None:
    """kill -9 at moments of fetching, restarted each time"""
    filings = mirror(SHARED, folder / "edgar")
    documents = {f"/{filing.path.relative_to(folder / 'edgar')}": filing.accession for filing in filings}
    slow = Fault("slow", every=1, path="|".join(documents), lasts_s=0.4)
    with StandIn(folder / "edgar", faults=[slow]) as edgar:
        home = Home(folder / "home").configure(edgar, ciks_of(filings))
        known: set[str] = set()
        asked = 0
        for number, moment in enumerate(MOMENTS, start=1):
            hit = struck_at(home, edgar, moment, documents)
            twice = [n for seen in edgar.requests[asked:] if (n := documents.get(seen.path)) in known]
            asked, before = len(edgar.requests), known
            known = home.recorded()
            verified = proof(home)
            print(
                f"  kill {number}: {moment.event} {moment.nth}: {hit}, {len(known)} recorded, "
                f"{len(before - known)} lost, {len(twice)} fetched again, {verified}",
                flush=True,
            )
        with running(home) as service:
            left = len(filings) - len(known)
            service.wait_for(lambda: service.count("filing_fetched") == left, 300)
            time.sleep(3)
        twice = [n for seen in edgar.requests[asked:] if (n := documents.get(seen.path)) in known]
        print(f"  to the end: {len(twice)} fetched again, {proof(home)}")
        say_complete(home, filings)


def struck_at(home: Home, edgar: StandIn, moment: Moment, documents: dict[str, str]) -> str:
    """Whether the kill came at its moment."""
    service, began = started(home), len(edgar.requests)

    def met() -> bool:
        if moment.event != "in flight":
            return service.count(moment.event) >= moment.nth
        return sum(seen.path in documents for seen in edgar.requests[began:]) >= moment.nth

    came = service.wait_for(met, 120)
    service.end(signal.SIGKILL)
    return "hit" if came else "MISSED"


def ciks_of(filings: Sequence[Mirrored]) -> list[int]:
    return sorted({filing.cik for filing in filings})


def say_complete(home: Home, filings: Sequence[Mirrored]) -> None:
    """Each filing once, with its own bytes, and no other bytes among the blobs."""
    rows = home.query("SELECT substr(stream, 8), payload->>'$.sha256' FROM events WHERE type = 'FilingFetched'")
    files = {filing.accession: hashlib.sha256(filing.path.read_bytes()).hexdigest() for filing in filings}
    times = Counter(name for name, _ in rows)
    missing, twice = set(files) - set(times), [name for name, n in times.items() if n > 1]
    wrong = [name for name, sha256 in rows if files.get(name) != sha256]
    print(
        f"  {len(times)} of {len(files)} filings in: {len(missing)} missing, {len(twice)} twice, "
        f"{len(wrong)} with other bytes, {len(home.blobs() - set(files.values()))} strange blobs"
    )
    refused = home.query("SELECT type, count(*) FROM events WHERE type LIKE '%Refused' GROUP BY ALL")
    print(f"  refusals: {dict(refused) or 'none'}")


def say_requests(edgar: StandIn) -> None:
    seen: tuple[Seen, ...] = edgar.requests
    times_s = [request.at_s for request in seen]
    most = max(bisect_left(times_s, start + 1.0) - place for place, start in enumerate(times_s))
    print(f"  {len(seen)} requests, at most {most} in any second; {dict(Counter(r.status for r in seen))}")


PARTS = {"appear": appear, "unchanged": unchanged, "faults": faults, "kill": kill}


if __name__ == "__main__":
    main()
