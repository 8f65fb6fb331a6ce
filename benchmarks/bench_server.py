"""A teacher on a server that answers at once: `python benchmarks/bench_server.py [--quick] [--folder DIR]`.

The real command against a loopback server in a process of its own. What is asked again when filings come in any order and
when the service is killed half way, what a labelled row costs beside the server's own time (durable commits and publishing
included), and what a request costs the client's CPU. Exits 1 when a bound is missed. Takes about two minutes on two cores.
"""

import argparse
import json
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, cast

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.acceptance.driving import Home  # noqa: E402 - found from the checkout
from tests.filings_of_texts import drop, texts  # noqa: E402

ROW_MS: Final = 3.0
REQUEST_MS: Final = 1.0
CONCURRENCY: Final = 64
WINDOW: Final = 2 * CONCURRENCY  # texts that the client has at once
_TICKS_A_S: Final = os.sysconf("SC_CLK_TCK")

CONFIG = """
[service]
log_format = "json"
log_level = "debug"
[edgar]
companies = []
[teacher]
kind = "openai"
base_urls = ["{url}"]
concurrency = {concurrency}
[student]
base = "seedling"
quantization = "none"
[trainer]
threshold = 10000000
[evaluator]
heldout = []
heldout_share = 0
"""


@dataclass(frozen=True)
class Server:
    port: int

    def seen(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_seen", timeout=10) as answer:
            return cast("dict[str, Any]", json.load(answer))


@dataclass
class Bounds:
    missed: list[str] = field(default_factory=list)

    def hold(self, what: str, figure: float, bound: float, *, exactly: bool = False, unit: str = "") -> None:
        good, word = (figure == bound, "must be") if exactly else (figure <= bound, "at most")
        shown = f"{figure:.3f}" if isinstance(figure, float) else f"{figure}"
        print(f"  {'ok  ' if good else 'MISS'} {what}: {shown}{unit} ({word} {bound:g}{unit})", flush=True)
        if not good:
            self.missed.append(what)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=None, help="default: a new one")
    parser.add_argument("--quick", action="store_true", help="a tenth of the texts: shows that it runs, not how fast")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="server-"))
    share = 10 if given.quick else 1
    packages = ", ".join(f"{name} {version(name)}" for name in ("aiohttp", "duckdb", "pydantic", "pyarrow"))
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {packages}")
    print(
        f"`{' '.join(['python', *sys.argv])}`, load {os.getloadavg()[0]:.1f}, {CONCURRENCY} requests at once, {folder}"
    )
    bounds = Bounds()
    measure_arrivals(folder / "arrivals", bounds, many=200 // share, few=max(10 // share, 2))
    measure_kill(folder / "kill", bounds, many=400, latency_s=0.0)
    measure_kill(folder / "kill-in-flight", bounds, many=400, latency_s=0.2)
    measure_speed(folder / "speed", bounds, many=5000 // share, strict=not given.quick)
    if bounds.missed:
        sys.exit(f"bounds missed: {', '.join(bounds.missed)}")


def measure_arrivals(folder: Path, bounds: Bounds, *, many: int, few: int) -> None:
    """Filings that repeat what is known and bring a little that is new, at the end, in front and anywhere."""
    print(f"{many} texts, again, then {few} more in each of three filings")
    known = texts(many)
    shuffled = [*known, *texts(few, first=3000)]
    random.Random(1).shuffle(shuffled)
    steps: tuple[tuple[str, list[str] | None, int], ...] = (
        ("first", known, many),
        ("again", None, 0),
        ("appended", [*known, *texts(few, first=1000)], few),
        ("prepended", [*texts(few, first=2000), *known], few),
        ("shuffled", shuffled, few),
    )
    with serving() as server:
        home = prepare(folder, server)
        for number, (name, passages, new) in enumerate(steps):
            if passages is not None:
                drop(home.folder / "inbox", 1000 + number, passages)
            before = server.seen()["asked"]
            run_once(home)
            bounds.hold(f"calls, {name}", server.seen()["asked"] - before, new, exactly=True)
        bounds.hold("texts labelled twice", twice(home), 0, exactly=True)


def measure_kill(folder: Path, bounds: Bounds, *, many: int, latency_s: float) -> None:
    print(f"{many} texts, each answered after {latency_s:g} s, kill -9 when half of them are labelled, then to the end")
    with serving(latency_s) as server:
        home = prepare(folder, server)
        drop(home.folder / "inbox", 1001, texts(many))
        service, labelled = home.start("--once"), 0
        for line in service.events():
            labelled += line["events"] if line["event"] == "labels_appended" else 0
            if labelled >= many // 2:
                break
        service.end(signal.SIGKILL)
        wait_for(lambda: worker(home) is None)
        print(f"       {labelled} labelled and {server.seen()['asked']} asked at the kill")
        run_once(home)
        (left,) = home.sql("SELECT count(*) AS n FROM labels")
        bounds.hold("labels", left["n"], many, exactly=True)
        bounds.hold("texts labelled twice", twice(home), 0, exactly=True)
        bounds.hold("calls that the kill wasted", server.seen()["asked"] - many, WINDOW)


def measure_speed(folder: Path, bounds: Bounds, *, many: int, strict: bool) -> None:
    print(f"{many} texts, from the first question to the last label published")
    with serving() as server:
        home = prepare(folder, server)
        for number in range(0, many, 250):
            drop(home.folder / "inbox", 1000 + number, texts(min(250, many - number), first=number))
        service = home.start("--once")
        clock = WorkerClock(home)
        lines = list(service.events())
        service.process.wait(60)
        seen, cpu_s = server.seen(), clock.seconds()
    if service.process.returncode:
        sys.exit(f"the service ended with {service.process.returncode}: {lines[-3:]}")
    batches = [line["events"] for line in lines if line["event"] == "labels_appended"]
    bounds.hold("labels", sum(batches), many, exactly=True)
    bounds.hold("calls", seen["asked"], many, exactly=True)
    row_ms = 1000 * (last(lines, "published") - seen["first_at"]) / many
    if strict:
        bounds.hold("overhead a row", row_ms, ROW_MS, unit=" ms")
        bounds.hold("client CPU a request", 1000 * cpu_s / many, REQUEST_MS, unit=" ms")
    else:
        print(f"       overhead a row {row_ms:.3f} ms: too few rows to judge")
    rate = many / (last(lines, "labels_appended") - seen["first_at"])
    print(
        f"       {rate:,.0f} labels/s until the last commit, {len(batches)} commits of {many / len(batches):.0f} on average"
    )
    print(f"       the client's process took {cpu_s:.2f} s of CPU, its start included")


class WorkerClock:
    """User and system time of the teacher's process, looked at until it is gone."""

    def __init__(self, home: Home) -> None:
        self._ticks = 0
        self._thread = threading.Thread(target=self._watch, args=(home,), daemon=True)
        self._thread.start()

    def seconds(self) -> float:
        self._thread.join(60)
        return self._ticks / _TICKS_A_S

    def _watch(self, home: Home) -> None:
        wait_for(lambda: worker(home) is not None, patience_s=120)
        found = worker(home)
        while found is not None:
            try:
                fields = Path(f"/proc/{found}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                return
            self._ticks = int(fields[11]) + int(fields[12])
            time.sleep(0.05)


@contextmanager
def serving(latency_s: float = 0.0) -> Iterator[Server]:
    command = [sys.executable, "-P", "-m", "tests.llm_server", "--flavour", "vllm", "--latency", str(latency_s)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        yield Server(int(process.stdout.readline()))
        process.stdin.close()


def prepare(folder: Path, server: Server) -> Home:
    (folder / "inbox").mkdir(parents=True)
    config = CONFIG.format(url=f"http://127.0.0.1:{server.port}/v1", concurrency=CONCURRENCY)
    (folder / "config.toml").write_text(config)
    return Home(folder)


def run_once(home: Home) -> None:
    done = home.run("run", "--once")
    if done.returncode:
        sys.exit(f"`finsdistill run --once` ended with {done.returncode}: {done.stderr[-2000:]}")


def twice(home: Home) -> int:
    return len(home.sql("SELECT text_id FROM labels GROUP BY text_id HAVING count(*) > 1"))


def worker(home: Home) -> int | None:
    """The teacher's process, by the folder it works in."""
    folder = (home.state / "work" / "teacher").resolve()
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if link.readlink() == folder:
                return int(link.parent.name)
        except OSError:
            continue
    return None


def wait_for(condition: Callable[[], bool], *, patience_s: float = 30.0) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            sys.exit("waited too long for the teacher's process")
        time.sleep(0.02)


def last(lines: list[dict[str, Any]], event: str) -> float:
    """When the log said it for the last time, in seconds since the epoch."""
    return max(datetime.fromisoformat(line["timestamp"]).timestamp() for line in lines if line["event"] == event)


if __name__ == "__main__":
    main()
