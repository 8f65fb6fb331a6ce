"""How the service holds up as its log grows: `python benchmarks/bench_scale.py [--real 10000,100000,1000000] [--small …]`.

For each size a log from `benchmarks/big_log.py`, copied: what a look at what is new, 64 pending texts and all figures of
`status` cost with 1,000 events between two looks; then the real command on it, from its start until it is ready, with
`finsdistill status` beside it while it labels. Without arguments 10,000 and 100,000 events of both kinds. Behind each
time stands that of the processors, in parentheses.
"""

import argparse
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any, Final

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import duckdb  # noqa: E402
import numpy as np  # noqa: E402

from benchmarks.big_facts import Size, history  # noqa: E402 - found from the checkout
from benchmarks.big_log import FOLDER, copy  # noqa: E402
from daemon.activity import Activity  # noqa: E402
from daemon.counts import Counts  # noqa: E402
from daemon.labelling.pending import PendingTexts  # noqa: E402
from daemon.standing import Standing  # noqa: E402
from store import events as e  # noqa: E402
from store.ids import canonical_json  # noqa: E402
from store.log import EventLog, open_log  # noqa: E402
from store.records import Append  # noqa: E402
from store.upcast import event_of  # noqa: E402

COMMAND: Final = Path(sys.executable).with_name("finsdistill")
ROUNDS: Final = 15
NEW: Final = 1_000  # events between two looks
READY_WITHIN_S: Final = 600.0
CONFIG: Final = """
[service]
log_format = "json"
[edgar]
companies = []
[teacher]
kind = "extractive"
[student]
base = "seedling"
[trainer]
threshold = 1000000000
[evaluator]
heldout = []
"""
INSIDE: Final = ("events", "open", "count all", "look", "take", "figures", "state MB", "DuckDB MB", "RSS MB")
OUTSIDE: Final = ("events", "ready", "counted", "`status`", "stop", "RSS MB")


@dataclass(frozen=True)
class Cost:
    """Seconds that passed, and seconds of processors: on a machine that others use too the second says more."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        unit, factor = ("s", 1.0) if self.wall >= 1 else ("ms", 1e3)
        return f"{self.wall * factor:,.1f} ({self.cpu * factor:,.1f}) {unit}"


def cost(work: Callable[[], object]) -> Cost:
    began, used = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - began, time.process_time() - used)


def children_cost(work: Callable[[], object]) -> Cost:
    """Of processes that end meanwhile."""
    began, before = time.perf_counter(), os.times()
    work()
    now = os.times()
    used = now.children_user + now.children_system - before.children_user - before.children_system
    return Cost(time.perf_counter() - began, used)


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int | str = "self", field: str = "VmRSS") -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def new_events(size: Size, recipe: str) -> Iterator[list[e.Event]]:
    """Another history's, a look's worth at a time."""
    lots = history(Size(size.events + 1, size.real), recipe)
    facts = (
        fact for lot in lots for fact in lot.facts if fact.type in {"ChunkAppended", "ChunkLabelled", "LabelRefused"}
    )
    while True:
        yield [event_of(canonical_json(fact.payload)) for fact in islice(facts, NEW)]  # as of any version


def inside(size: Size, state: Path) -> None:
    """Prints one line of JSON: the parts of a service, in this process."""
    logs: list[EventLog] = []
    opened = cost(lambda: logs.append(open_log(state, purpose="real")))
    (log,) = logs
    activity, before_mb = Activity(), rss_mb()
    standing = Standing(log, activity, Event())
    walked = cost(standing.look)
    state_mb = rss_mb() - before_mb
    counts, pending = Counts(log, standing, activity, None, parser="p1"), PendingTexts(standing)
    recipe = log.query("SELECT recipe FROM recipes WHERE active")[0][0]
    news = new_events(size, recipe)
    looks, takes, figures = [], [], []
    for number in range(ROUNDS):
        log.append(Append("bench", tuple(next(news)), f"bench-{number}"))
        looks.append(cost(standing.look))
        takes.append(cost(lambda: pending.take(64, recipe, flying=())))
        figures.append(cost(lambda: counts.now(threshold=10**9, paused=None)))
    costs = (opened, walked, *(p50(one) for one in (looks, takes, figures)))
    memory = (f"{mb:,.0f}" for mb in (state_mb, memory_mb(log), rss_mb()))
    print(json.dumps([*map(str, costs), *memory]))
    log.close()


def memory_mb(log: EventLog) -> float:
    return float(log.query("SELECT sum(memory_usage_bytes) FROM duckdb_memory()")[0][0]) / 2**20


def p50(costs: Sequence[Cost]) -> Cost:
    """The first round warms caches."""
    return Cost(statistics.median(one.wall for one in costs[1:]), statistics.median(one.cpu for one in costs[1:]))


def outside(state: Path) -> list[str]:
    """The command on `state`, which labels meanwhile."""
    config, words = state.parent / "config.toml", state.parent / "log"
    config.write_text(CONFIG)
    began = time.monotonic()
    with words.open("wb") as errors:
        command = [COMMAND, "run", "--config", config]
        service = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
    try:
        wait_for(lambda: b"service_started" in words.read_bytes(), service)
        ready = Cost(time.monotonic() - began, cpu_of(service.pid))
        wait_for(lambda: figures_of(config)["labels_last_10_min"] > 0, service)
        counted = Cost(time.monotonic() - began, cpu_of(service.pid))
        shown = p50([children_cost(lambda: figures_of(config)) for _ in range(ROUNDS)])
        used = rss_mb(service.pid, "VmHWM")
    finally:
        service.send_signal(signal.SIGTERM)
        stopped = children_cost(lambda: service.wait(120))
    return [*map(str, (ready, counted, shown)), f"{stopped.wall:.1f} s", f"{used:,.0f}"]


def figures_of(config: Path) -> dict[str, Any]:
    shown = subprocess.run(
        [COMMAND, "status", "--json", "--config", config], capture_output=True, text=True, check=True
    )
    return json.loads(shown.stdout)


def wait_for(holds: Callable[[], bool], service: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while not holds():
        if service.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"the service ended, or did not come this far in {READY_WITHIN_S:.0f} s: see its log")
        time.sleep(0.05)


def measured(size: Size, folder: Path, work: Path) -> tuple[list[str], list[str]]:
    """In a process of its own, so that memory is its own."""
    home = work / size.name
    shutil.rmtree(home, ignore_errors=True)
    state = copy(size, home / "state", folder)
    command = [sys.executable, __file__, "--inside", size.name, "--work", str(state), "--folder", str(folder)]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
    service = outside(state)
    shutil.rmtree(home)
    return found, service


def table(title: str, names: Sequence[str], rows: Sequence[tuple[Size, Sequence[str]]]) -> None:
    print(f"\n{title}\n| {' | '.join(names)} |\n|{' ---: |' * len(names)}")
    for size, values in rows:
        print(f"| {size.events:,} {'real' if size.real else 'small'} | {' | '.join(values)} |", flush=True)


def sizes(text: str, *, real: bool) -> list[Size]:
    return [Size(int(number), real) for number in text.split(",") if number]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", default="10000,100000", help="events, with texts of 1.5 KB")
    parser.add_argument("--small", default="10000,100000", help="events, with texts of a few words")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--work", type=Path, default=FOLDER / "work")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        kind, events = given.inside.split("-")
        return inside(Size(int(events), kind == "real"), given.work)
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; Python {platform.python_version()}, ",
        end="",
    )
    print(f"DuckDB {duckdb.__version__}, numpy {np.__version__}")
    found = [
        (size, *measured(size, given.folder, given.work))
        for size in sizes(given.small, real=False) + sizes(given.real, real=True)
    ]
    table(
        f"parts of a service, p50 of {ROUNDS - 1} looks with {NEW:,} new events each; take: 64 texts",
        INSIDE,
        [(size, values) for size, values, _ in found],
    )
    table(
        "the command: `run` while it labels, `status --json` beside it",
        OUTSIDE,
        [(size, values) for size, _, values in found],
    )
    print(f"load {os.getloadavg()[0]:.1f}")
    return None


if __name__ == "__main__":
    main()
