"""The real command in a folder of its own, as the benchmarks of watching EDGAR drive it."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from daemon.standin import StandIn

COMMAND = Path(sys.executable).with_name("finsdistill")

CONFIG = """
[service]
log_format = "json"
publish_every_s = 1.0
[edgar]
user_agent = "finsdistill benchmark bench@example.com"
companies = {companies}
since = 1990-01-01
poll = {poll}
data_url = "{data_url}"
www_url = "{www_url}"
[teacher]
kind = "extractive"
[student]
base = "seedling"
quantization = "none"
[trainer]
threshold = 10000000
"""


@dataclass
class Home:
    """A folder with a configuration, and the real command in it."""

    folder: Path

    def configure(self, edgar: StandIn, ciks: Sequence[int], *, poll: int = 2) -> "Home":
        self.folder.mkdir(parents=True, exist_ok=True)
        companies = json.dumps([str(cik) for cik in ciks])
        text = CONFIG.format(companies=companies, poll=poll, data_url=edgar.data_url, www_url=edgar.www_url)
        (self.folder / "config.toml").write_text(text)
        return self

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Of the published tables, while the service runs too."""
        with duckdb.connect(str(self.folder / "state" / "finsdistill.duckdb"), read_only=True) as tables:
            return tables.execute(sql).fetchall()

    def recorded(self) -> set[str]:
        """Accessions of the log itself; no service may run."""
        with duckdb.connect(str(self.folder / "state" / "log.duckdb"), read_only=True) as log:
            return {
                name[7:]
                for (name,) in log.execute("SELECT stream FROM raw.events WHERE type = 'FilingFetched'").fetchall()
            }

    def blobs(self) -> set[str]:
        return {path.name for path in (self.folder / "state" / "blobs").glob("??/[!.]*")}


@dataclass
class Service:
    process: "subprocess.Popen[str]"
    lines: list[dict[str, Any]]
    reader: threading.Thread

    def count(self, event: str) -> int:
        return sum(line["event"] == event for line in self.lines)

    def wait_for(self, met: Callable[[], bool], within_s: float) -> bool:
        deadline = time.monotonic() + within_s
        while not met():
            if time.monotonic() > deadline or self.process.poll() is not None:
                return False
            time.sleep(0.002)
        return True

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        code = self.process.wait(20)
        self.reader.join(5)
        return code


def started(home: Home) -> Service:
    process = subprocess.Popen([COMMAND, "run"], cwd=home.folder, stderr=subprocess.PIPE, text=True)
    lines: list[dict[str, Any]] = []

    def read() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("{"):
                lines.append(json.loads(line))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    return Service(process, lines, reader)


@contextmanager
def running(home: Home) -> Iterator[Service]:
    service = started(home)
    try:
        yield service
    finally:
        if service.process.poll() is None:
            print(f"  stopped by SIGTERM with exit code {service.end(signal.SIGTERM)}")


def proof(home: Home) -> str:
    deadline = time.monotonic() + 10
    while (left := processes_in(home.folder)) and time.monotonic() < deadline:
        time.sleep(0.05)
    done = subprocess.run(
        [COMMAND, "rebuild", "--verify"], cwd=home.folder, capture_output=True, text=True, check=False
    )
    agrees = done.returncode == 0 and "WRONG" not in done.stdout
    return f"rebuild {'agrees' if agrees else 'DISAGREES'}, {len(left)} processes left"


def processes_in(folder: Path) -> list[str]:
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if link.readlink().is_relative_to(folder):
                found.append(link.parent.name)
        except OSError:  # it ended while we looked
            continue
    return found
