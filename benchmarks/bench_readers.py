"""What a reader costs the writer: `python benchmarks/bench_readers.py [--pairs 5] [--raw 0 10]`. One minute.

A log gets single events and is published every second, as in the service. Each pair times appends alone and then beside two
other processes: `finsdistill sql` with a query that never ends, and a DuckDB connection on the published file that stays
open with half an answer read. `--raw 0` adds the same query in a Python of the user's own, whose priority is the user's affair.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench_append import chunks, machine, seconds

from store.events import ChunkAppended
from store.log import EventLog, open_log
from store.publishing.manifest import VIEWS_FILE
from store.publishing.publish import Publisher
from store.records import Append

COMMAND: Final = Path(sys.executable).with_name("finsdistill")
# 8,000 million hashes in constant memory.
RUNAWAY: Final = "SELECT max(md5(a.payload || b.payload || c.payload)) FROM events a, events b, events c"
RUNNING_S: Final = 3.0  # seconds of CPU after which the query itself is at work
OPEN_SHELL: Final = """
import duckdb, sys
half_read = duckdb.connect(sys.argv[1], read_only=True).execute("SELECT * FROM events")
half_read.fetchone()
print("open", flush=True)
sys.stdin.read()
"""
RAW_SHELL: Final = "import duckdb, sys; duckdb.connect(sys.argv[1], read_only=True).execute(sys.argv[2]).fetchall()"
LIMIT: Final = 1.5


class Appending:
    """Single events under keys of their own."""

    def __init__(self, log: EventLog) -> None:
        self._log, self._facts, self._numbers = log, chunks(), count()

    def facts(self, number: int) -> tuple[ChunkAppended, ...]:
        return tuple(islice(self._facts, number))

    def p50_ms(self, appends: int) -> float:
        batches = [Append("filing-x", self.facts(1), f"k{next(self._numbers)}") for _ in range(appends)]
        return 1000 * statistics.median(seconds(partial(self._log.append, one)) for one in batches)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--appends", type=int, default=300, help="single events in each half of a pair")
    levels = "also a runaway query in a Python of the user's own, at each of these niceness levels"
    parser.add_argument("--raw", type=int, nargs="*", default=[], metavar="NICE", help=levels)
    given = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        state = Path(name) / "state"
        (Path(name) / "config.toml").write_text(f'[service]\nstate_dir = "{state}"\n')
        log = open_log(state, purpose="real")
        publisher, appending = Publisher(log, state), Appending(log)
        log.append(Append("filing-x", appending.facts(2_000), "base"))
        publisher.publish()
        command = [str(COMMAND), "sql", "--config", str(state.parent / "config.toml"), RUNAWAY]
        raw = [sys.executable, "-c", RAW_SHELL, str(state / VIEWS_FILE), RUNAWAY]
        with publishing(publisher):
            compare("`finsdistill sql` that never ends, and an open shell", state, given, appending, command)
            for nice in given.raw:
                shell = f"a Python of the user's own at nice {nice} that never ends, and an open shell"
                compare(shell, state, given, appending, ["nice", "-n", str(nice), *raw])
        log.close()
    print("load after it: {:.1f} {:.1f} {:.1f}".format(*os.getloadavg()))


@contextmanager
def publishing(publisher: Publisher) -> Iterator[None]:
    """Every second, from a thread of its own, as the service does."""
    over = threading.Event()

    def publish() -> None:
        while not over.wait(1.0):
            publisher.publish()

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def compare(name: str, state: Path, given: argparse.Namespace, appending: Appending, command: list[str]) -> None:
    ratios = []
    appending.p50_ms(given.appends)  # warm
    for _ in range(given.pairs):
        alone = appending.p50_ms(given.appends)
        with open_shell(state), running(command):
            beside = appending.p50_ms(given.appends)
        ratios.append(beside / alone)
        print(f"  alone {alone:.2f} ms, beside {beside:.2f} ms: {ratios[-1]:.2f}", flush=True)
    ratio = statistics.median(ratios)
    print(f"{name}: p50 of a commit times {ratio:.2f} (median of {given.pairs}); {LIMIT} is {verdict(ratio)}")


def verdict(ratio: float) -> str:
    return "met" if ratio <= LIMIT else "NOT met"


@contextmanager
def open_shell(state: Path) -> Iterator[None]:
    command = [sys.executable, "-c", OPEN_SHELL, str(state / VIEWS_FILE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as shell:
        assert shell.stdout is not None and shell.stdout.readline() == "open\n"
        yield
        shell.kill()


@contextmanager
def running(command: list[str]) -> Iterator[None]:
    """Yields once the query is at work; it is still at work afterwards."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as query:
        while cpu_s(query.pid) < RUNNING_S:
            assert query.poll() is None, "the query ended"
            time.sleep(0.05)
        yield
        assert query.poll() is None, "the query ended"
        query.kill()


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
