"""A home to be tortured: what is dropped into it, who labels for it, and what it acknowledged in all its lives."""

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from daemon import commands
from daemon.commands import WatchAdd, drop
from daemon.samples import SAMPLE_CIKS
from daemon.ulid import new_ulid
from store.publishing.manifest import Manifest
from tests import filings_of_texts
from tests.acceptance.driving import COMMAND
from tests.llm_server import LlmServer
from tests.torture.life import Life, all_gone, begin
from tests.torture.oracle import inspect, lost
from tests.torture.said import Said, Stored, not_ended_once, twice_in

CONCURRENCY: Final = 4
WINDOW: Final = 2 * CONCURRENCY  # texts that the client has at once
REAL: Final = Path(__file__).resolve().parents[3] / "shared" / "edgar" / "files"
READY_S: Final = 5.0
BUSY: Final = 1.5  # processes that want a core, for each core
_WAITING: Final = 50.0  # percent of the time in which somebody waited for a core
_WAITED: Final = re.compile(r"some avg10=([\d.]+)")
_USUAL_S: Final = 1.3  # from start to service on two idle cores; `pace` is by how much it is slower now

# Who labels, and whether it trains: a server that counts its calls, the extractive teacher alone, or with trainings.
Flavour = Literal["labelling", "plain", "training"]

# Nobody is watched: only commands ask for the companies that are then refused, and nothing leaves this machine.
_CONFIG: Final = """
[service]
log_format = "json"
log_level = "debug"
publish_every_s = 0.2
min_free_gib = 0
[edgar]
user_agent = "finsdistill torture torture@example.com"
companies = []
data_url = "http://127.0.0.1:9"
www_url = "http://127.0.0.1:9"
[teacher]
{teacher}
[student]
base = "seedling"
quantization = "none"
[trainer]
threshold = {threshold}
epochs = 1
objective = "summary"
[evaluator]
heldout = ["1000"]
heldout_share = 0
max_examples = 4
max_summary_tokens = 16
max_rationale_tokens = 8
"""


@dataclass
class Home:
    folder: Path
    rng: random.Random
    flavour: Flavour
    server: LlmServer
    said: Said = field(default_factory=Said)
    known: tuple[Stored, ...] = ()
    filings: int = 0
    texts: int = 0
    asked: list[Path] = field(default_factory=list)
    rubbish: list[Path] = field(default_factory=list)
    calls_settled: int = 0
    pace: float = 1.0

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def backup(self) -> Path:
        return self.folder / "backup"

    @property
    def published(self) -> int:
        """The last event that is published; 0 before there is one."""
        path = self.state / "published" / "manifest.json"
        return Manifest.model_validate_json(path.read_bytes()).seq if path.exists() else 0

    def configure(self, *, threshold: int = 10_000_000) -> None:
        lines = 'kind = "extractive"'
        if self.flavour == "labelling":
            lines = f'kind = "openai"\nbase_urls = {json.dumps([self.server.base_url])}\nconcurrency = {CONCURRENCY}'
        (self.folder / "inbox").mkdir(parents=True, exist_ok=True)
        (self.folder / "config.toml").write_text(_CONFIG.format(teacher=lines, threshold=threshold))

    def feed(self, count: int) -> None:
        """One more filing with so many new texts, and a command; now and then rubbish where a command should be."""
        passages = filings_of_texts.texts(count, first=self.texts)
        filings_of_texts.drop(self.folder / "inbox", 1000 + self.filings, passages)
        self.filings, self.texts = self.filings + 1, self.texts + count
        self.asked.append(drop(self.state, WatchAdd(companies=(str(self._sample()),))))
        if self.rng.random() < 0.1:
            self.rubbish.append(self.state / commands.FOLDER / f"{new_ulid()}.json")
            self.rubbish[-1].write_text("{")

    def feed_real(self, count: int) -> None:
        """Small real filings, where there are any beside the checkout."""
        files = sorted((p for p in REAL.glob("*/*") if p.stat().st_size < 300_000), key=lambda p: p.stat().st_size)
        for path in self.rng.sample(files, min(count, len(files))):
            target = self.folder / "inbox" / f"{path.parent.name}-{path.name}"
            shutil.copyfile(path, target)
            os.utime(target, (1_700_000_000, 1_700_000_000))

    def start(self, *arguments: str, prefix: Sequence[str] = (), **environment: str) -> Life:
        return begin(self.folder, ("run", *arguments), environment, prefix)

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [COMMAND, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120, check=False
        )

    def check(self, life: Life | None) -> tuple[list[str], float, int]:
        """What must not be after the end of a life; seconds until its last process was gone; calls wasted by it."""
        gone_s, orphans = all_gone(self.folder)
        found = inspect(self.state, self.folder / "looked-at")
        complaints = [f"processes {orphans} were left"] if orphans else []
        complaints += [*found.complaints, *lost(self.known, found.events), *twice_in(found.events)]
        if life is not None:
            self.said.hear(life.lines)
            complaints += self._started(life)
        complaints += [*self.said.missing_in(found.events), *self._commands(found.events)]
        self.known = found.events or self.known
        wasted = self._wasted()
        if wasted > WINDOW:
            complaints.append(f"{wasted} calls to the teacher were wasted, {WINDOW} may be in flight")
        return complaints, gone_s, wasted

    def _started(self, life: Life) -> list[str]:
        """A start that is too slow. Where the machine has more to do than it has cores for, it is told and not judged."""
        if life.ready_s is None:
            return []
        self.pace = max(1.0, life.ready_s / _USUAL_S)
        return [f"ready after {life.ready_s:.1f} s"] if life.ready_s > READY_S and not is_busy() else []

    def unfinished(self) -> list[str]:
        """After a run to the end: texts that did not end once, and commands that nobody took."""
        wrong = not_ended_once(self.known)
        left = commands.waiting(self.state)
        found = [f"{len(wrong)} texts did not end once: {wrong[:3]}"] if wrong else []
        found += [f"{len(left)} commands are left"] if left else []
        there = len({event.payload["text_id"] for event in self.known if event.type == "ChunkAppended"})
        return found if there >= self.texts else [*found, f"{there} of at least {self.texts} texts are there"]

    def _wasted(self) -> int:
        """By this life: calls that came to no event. A text asked twice in one life counts as wasted too."""
        settled = sum(event.type in ("ChunkLabelled", "LabelRefused") for event in self.known)
        lost_calls = self.server.asked - settled if self.flavour == "labelling" else 0
        wasted, self.calls_settled = lost_calls - self.calls_settled, lost_calls
        return wasted

    def _commands(self, events: Sequence[Stored]) -> list[str]:
        """A command is a file until it is an event; rubbish is set aside with a reason."""
        keys = [event.append_key for event in events if event.type == "CompanyRefused"]
        done = {path: sum(path.stem in key for key in keys) for path in self.asked}
        found = [f"command {p.name} had {n} effects" for p, n in done.items() if n > 1 or (n == 0 and not p.exists())]
        aside = self.state / commands.FOLDER / "refused"
        return found + [
            f"{path.name} is neither there nor set aside with a reason"
            for path in self.rubbish
            if not path.exists() and not (aside / path.with_suffix(".reason.txt").name).exists()
        ]

    def _sample(self) -> int:
        return self.rng.choice(sorted(SAMPLE_CIKS))


def is_busy(pressure: Path = Path("/proc/pressure/cpu")) -> bool:
    """Whether the machine has so much to do that how long something takes is no matter of ours: over the last minute, or,
    where the kernel tells that, over the last ten seconds."""
    waited = _WAITED.search(pressure.read_text()) if pressure.exists() else None
    return os.getloadavg()[0] > BUSY * (os.cpu_count() or 1) or (waited is not None and float(waited[1]) > _WAITING)


@contextmanager
def a_home(folder: Path, rng: random.Random, flavour: Flavour) -> Iterator[Home]:
    with LlmServer("vllm") as server:
        server.latency_s = 0.05
        home = Home(folder, rng, flavour, server)
        home.configure()
        (home.state / commands.FOLDER).mkdir(parents=True, exist_ok=True)
        yield home
