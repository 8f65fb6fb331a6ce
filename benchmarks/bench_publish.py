"""What publishing costs as the log grows: `python benchmarks/bench_publish.py [--all] [--memory 2GiB]`.

For each size: the whole log published from nothing, tidied, opened again, then 1,000 new chunks at a time. Each size runs in a
process of its own, for its peak memory. `--all` goes to 1 M events of real-size texts and 10 M small ones, which are built
once (benchmarks/big_log.py: a quarter of an hour). The merging policy alone is simulated over 20,000 publishes.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import duckdb  # noqa: E402
import pyarrow as pa  # noqa: E402

from benchmarks.big_facts import Size  # noqa: E402 - found from the checkout
from benchmarks.big_log import cached  # noqa: E402
from store.events import ChunkAppended  # noqa: E402
from store.ids import chunk_id, text_id  # noqa: E402
from store.log import EventLog, Limits, open_log  # noqa: E402
from store.publishing.manifest import Segment, to_merge  # noqa: E402
from store.publishing.publish import Publisher  # noqa: E402
from store.records import Append  # noqa: E402

T = TypeVar("T")
NEW: Final = 1_000  # rows of a publish
TIMES: Final = 20
WORD: Final = "revenue "
ACCESSION: Final = "0000320193-26-000001"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="also 1 M events of real size and 10 M small ones")
    parser.add_argument("--memory", default="2GiB", help="the log's memory limit")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.one, given.memory)))
        return
    print(f"Python {platform.python_version()}, DuckDB {duckdb.__version__}, pyarrow {pa.__version__}")
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, memory limit {given.memory}, {NEW:,} new chunks a publish"
    )
    for real, sizes in ((True, (10_000, 100_000, 1_000_000)), (False, (10_000, 100_000, 1_000_000, 10_000_000))):
        for events in sizes if given.all else sizes[:2]:
            show(Size(events, real), given.memory)
    simulate()


def show(size: Size, memory: str) -> None:
    with tempfile.TemporaryDirectory(prefix="publish-") as folder:
        for name in ("log.duckdb", "high-water"):
            shutil.copyfile(cached(size) / name, Path(folder) / name)
        command = [sys.executable, __file__, "--one", folder, "--memory", memory]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{size.name:16} failed: {done.stderr.strip().splitlines()[-1]}", flush=True)
        return
    print(f"{size.name:16} {json.loads(done.stdout.splitlines()[-1])}", flush=True)


def measure(state: Path, memory: str) -> dict[str, Any]:
    log = open_log(state, purpose=None, limits=Limits(memory=memory))
    opened_mb = peak_mb()
    seconds, publisher = timed(lambda: Publisher(log, state))
    rest, _ = timed(lambda: all_of(publisher.publish))
    merged, _ = timed(lambda: all_of(lambda: publisher.tidy().worked))
    published_mb = peak_mb()
    start, publisher = timed(lambda: Publisher(log, state))
    segments = [len(entry.segments) for entry in publisher.manifest.tables]
    quiet = published(log, publisher)
    result = {
        "from nothing s": round(seconds + rest, 1),
        "merged s": round(merged, 1),
        "segments": f"{segments[0]} of events, {sum(segments)} in all",
        "published MB": round(sum(s.bytes for e in publisher.manifest.tables for s in e.segments) / 1e6),
        "start ms": round(start * 1e3),
        "publish ms p50, p95": spread(quiet),
        "one event": spread(published(log, publisher, rows=1)),
        "while merging": spread(while_merging(log, publisher)),
        "nothing new ms": round(timed(publisher.publish)[0] * 1e3, 3),
        "peak MB opened, published, appended to": f"{opened_mb}, {published_mb}, {peak_mb()}",
    }
    log.close()
    return result


def published(log: EventLog, publisher: Publisher, rows: int = NEW, times: int = TIMES) -> list[tuple[float, float]]:
    """Milliseconds of each publish, by the clock and of all threads' processor time; the append before it is not counted."""
    found = []
    for n in range(times):
        append(log, rows, f"{rows}-{n}-{log.head.seq}")
        worked = time.process_time()
        clock = timed(publisher.publish)[0]
        found.append((clock * 1e3, (time.process_time() - worked) * 1e3))
    return found


def while_merging(log: EventLog, publisher: Publisher) -> list[tuple[float, float]]:
    """Publishes while another thread merges what the earlier ones left, as the service does."""
    stop = threading.Event()

    def tidy() -> None:
        while not stop.is_set():
            if not publisher.tidy(stop.is_set).worked:
                stop.wait(0.1)

    thread = threading.Thread(target=tidy)
    thread.start()
    found = published(log, publisher, times=2 * TIMES)
    stop.set()
    thread.join()
    return found


def append(log: EventLog, rows: int, salt: str) -> None:
    texts = [f"{salt} {n} {WORD * 180}" for n in range(rows)]
    facts = tuple(
        ChunkAppended(
            chunk_id=chunk_id(ACCESSION, "7", text_id(text), 0),
            text_id=text_id(text),
            accession=ACCESSION,
            ordinal=n,
            item="7",
            char_start=0,
            char_end=len(text),
            split="train",
            text=text,
        )
        for n, text in enumerate(texts)
    )
    log.append(Append(stream=f"filing-{ACCESSION}", events=facts, key=f"bench-{salt}"))


def simulate(publishes: int = 20_000) -> None:
    """The policy alone: how many segments there are, and how often a row is written."""
    for rows in (1, 100, 3_000):
        for tidied_every in (1, 2, 10, publishes):
            stack: list[Segment] = []
            written, most = 0, 0
            for n in range(publishes):
                stack.append(Segment(file=str(n), first_seq=n, last_seq=n, rows=rows, bytes=rows * 600, sha256=""))
                written += rows
                while (n + 1) % tidied_every == 0 and (taken := to_merge(stack)):
                    written += merge(stack, taken)
                most = max(most, len(stack) if (n + 1) % tidied_every == 0 else 0)
            times = written / (rows * publishes)
            print(
                f"policy: {publishes:,} publishes of {rows:,} rows, tidied every {tidied_every:,}: "
                f"at most {most} segments, each row written {times:.1f} times"
            )


def merge(stack: list[Segment], taken: Any) -> int:
    at = stack.index(taken[0])
    rows, size = sum(s.rows for s in taken), sum(s.bytes for s in taken)
    merged = taken[0].model_copy(update={"rows": rows, "bytes": size, "file": f"{taken[0].file}+{len(taken)}"})
    stack[at : at + len(taken)] = [merged]
    return rows


def all_of(step: Callable[[], bool]) -> None:
    while step():
        pass


def timed(what: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    result = what()
    return time.perf_counter() - began, result


def spread(found: list[tuple[float, float]]) -> str:
    clock, worked = sorted(clock for clock, _ in found), sorted(worked for _, worked in found)
    return f"{statistics.median(clock):.0f}, {clock[int(len(clock) * 0.95)]:.0f} (cpu {statistics.median(worked):.0f})"


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
