"""One life of the real service: what it says, what it is doing, and its end."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.acceptance.driving import COMMAND

MARK: Final = "FINSDISTILL_TORTURE"  # in the environment of every process of a service: how its orphans are found

STARTS_S: Final = 30.0  # on a machine that has much else to do
_TICKS_A_S: Final = os.sysconf("SC_CLK_TCK")

# What begins a phase, and what ends it: between the two, a kill hits the phase.
SPANS: Final = {
    "ingest": (("file_reading", "filing_chunking"), ("filing_fetched", "filing_refused", "filing_chunked")),
    "committing labels": (("labels_appending",), ("labels_appended",)),
    "sealing": (("snapshot_sealing",), ("snapshot_sealed",)),
    "training": (("training_started",), ("adapter_trained", "training_failed")),
    "evaluating": (("adapter_trained",), ("adapter_decided", "training_failed")),
    "publishing": (("publishing",), ("published",)),
    "closing": (("service_stopped",), ()),
}


@dataclass
class Life:
    """`lines` and `under_way` grow while it lives; `since_s` is when the command was started."""

    process: "subprocess.Popen[str]"
    since_s: float
    lines: list[dict[str, Any]] = field(default_factory=list)
    under_way: set[str] = field(default_factory=set)
    ready_s: float | None = None
    ready_cpu_s: float | None = None
    last_words: str = ""

    def __post_init__(self) -> None:
        self._heard = threading.Condition()
        self._counts: dict[str, int] = {}
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def age_s(self) -> float:
        return time.monotonic() - self.since_s

    def until(self, event: str, nth: int, within_s: float) -> bool:
        """Whether it said so before it ended, and in time. Time counts from when it serves, or from now."""
        if self.ready_s is None and event != "service_started":
            self.until("service_started", 1, STARTS_S)
        deadline = max(time.monotonic(), self.since_s + (self.ready_s or 0.0)) + within_s
        with self._heard:
            self._heard.wait_for(
                lambda: self._counts.get(event, 0) >= nth or not self._reader.is_alive(), deadline - time.monotonic()
            )
            return self._counts.get(event, 0) >= nth

    def wait(self, at_s: float) -> bool:
        """Until so long after its start; whether it lives then."""
        try:
            self.process.wait(max(0.0, self.since_s + at_s - time.monotonic()))
        except subprocess.TimeoutExpired:
            return True
        return False

    def kill(self, *, group: bool) -> tuple[str, ...]:
        """SIGKILL, to the service or to its children too; gives the phases that it hit."""
        with self._heard:
            hit = tuple(sorted(self.under_way))
        if self.process.poll() is None:
            (os.killpg if group else os.kill)(self.process.pid, signal.SIGKILL)
        self.bury()
        return hit if self.ready_s is not None or hit else ("starting",)

    def end(self, within_s: float = 15.0) -> int:
        """As systemd stops it."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(within_s)
        self.bury()
        return code

    def bury(self) -> None:
        """Hears it out: what it said before its end counts as said."""
        self.process.wait()
        self._reader.join(5)

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._heard:
                self._hear(line)
                self._heard.notify_all()
        with self._heard:
            self._heard.notify_all()

    def _hear(self, line: str) -> None:
        if not line.startswith("{") or not line.endswith("}\n"):  # the last one may have been cut off
            self.last_words = line.strip() or self.last_words
            return
        said = json.loads(line)
        event = said["event"]
        self.lines.append(said)
        self._counts[event] = self._counts.get(event, 0) + 1
        if event == "service_started":
            self.ready_s, self.ready_cpu_s = self.age_s, _cpu_s(self.process.pid)
        for phase, (begins, ends) in SPANS.items():
            if event in begins:
                self.under_way.add(phase)
            elif event in ends:
                self.under_way.discard(phase)


def _cpu_s(pid: int) -> float | None:
    """Of the process, without its children; None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_S


def begin(
    folder: Path,
    arguments: Sequence[str] = ("run",),
    environment: Mapping[str, str] | None = None,
    prefix: Sequence[str] = (),
) -> Life:
    """The command in `folder`, in a process group of its own; `prefix` is a command that runs it."""
    process = subprocess.Popen(
        [*prefix, COMMAND, *arguments],
        cwd=folder,
        env=os.environ | {MARK: str(folder), "OMP_NUM_THREADS": "1"} | dict(environment or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    return Life(process, time.monotonic())


def left_of(folder: Path) -> list[int]:
    """Processes that a service in this folder started, or that work in it; zombies are none."""
    mark = f"{MARK}={folder}\0".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            ours = mark in (entry / "environ").read_bytes() + b"\0" or (entry / "cwd").readlink().is_relative_to(folder)
            if ours and "\nState:\tZ" not in (entry / "status").read_text():
                found.append(int(entry.name))
        except OSError:  # it ended while we looked
            continue
    return found


def children_of(folder: Path) -> set[str]:
    """The heavy work that goes on there, also where it was taken up again without a word in the log."""
    words = {"trainer": "training", "evaluator": "evaluating"}
    found = set()
    for pid in left_of(folder):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:  # it ended while we looked
            continue
        found |= {words[part] for part in command if part in words}
    return found


def all_gone(folder: Path, within_s: float = 5.0) -> tuple[float, list[int]]:
    """How long it took until no process was left, and which ones were left after all."""
    began_s = time.monotonic()
    while left := left_of(folder):
        if time.monotonic() - began_s >= within_s:
            break
        time.sleep(0.02)
    return time.monotonic() - began_s, left
