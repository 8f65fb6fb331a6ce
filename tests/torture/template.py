"""States to be damaged, made once by the real service: one that was closed, one that kill -9 left with its newest events in
the WAL alone, and an older copy of each file. What they must still hold afterwards stands beside them."""

import json
import random
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.torture.home import Home, a_home
from tests.torture.oracle import inspect
from tests.torture.said import Stored

CLOSED: Final = "closed"
KILLED: Final = "killed"
OLDER: Final = "older"
_EXPECTED: Final = "expected.json"
_TICKERS: Final = {"0": {"cik_str": 1000, "ticker": "INVENTED", "title": "INVENTED COMPANY 1000"}}


@dataclass(frozen=True)
class Template:
    """`folder` holds the states `closed`, `killed` and `older`."""

    folder: Path

    def state(self, name: str) -> Path:
        return self.folder / name

    def hashes(self, name: str) -> tuple[str, ...]:
        """Of every event that was acknowledged, in order."""
        return tuple(json.loads((self.folder / f"{name}.{_EXPECTED}").read_text()))


def make(folder: Path, seed: int, *, train: bool) -> Template:
    """Takes about 40 seconds with a training, 10 without."""
    if (folder / f"{KILLED}.{_EXPECTED}").exists():
        return Template(folder)
    with a_home(folder / "home", random.Random(seed), "plain") as home:
        for count in (20, 20):
            home.feed(count)
        _once(home)
        shutil.copytree(home.state, folder / OLDER)
        home.configure(threshold=20 if train else 10_000_000)
        for count in (12, 12):
            home.feed(count)
        (home.state / "commands" / "refused").mkdir(exist_ok=True)
        _put_aside(home)
        _once(home)
        _keep(home, folder, CLOSED)
        home.configure()
        home.feed(40)
        life = home.start()
        life.until("labels_appended", 2, 30.0)
        life.process.send_signal(signal.SIGKILL)
        life.bury()
        complaints, *_ = home.check(life)
        assert not complaints, complaints
        _keep(home, folder, KILLED)
    return Template(folder)


def _once(home: Home) -> None:
    life = home.start("--once")
    assert not life.wait(240.0), "the run to the end did not end"
    life.bury()
    complaints, *_ = home.check(life)
    assert life.process.returncode == 0 and not complaints, (life.process.returncode, complaints, life.last_words)


def _put_aside(home: Home) -> None:
    """Files that a service of this configuration does not make by itself."""
    (home.state / "commands" / "01ARZ3NDEKTSV4RRFFQ69G5FAV.json").write_text("{")
    (home.state / "edgar").mkdir(exist_ok=True)
    (home.state / "edgar" / "company_tickers.json").write_text(json.dumps(_TICKERS))


def _keep(home: Home, folder: Path, name: str) -> None:
    shutil.copytree(home.state, folder / name)
    hashes = [event.hash for event in _whole(folder / name, folder / "looked-at")]
    (folder / f"{name}.{_EXPECTED}").write_text(json.dumps(hashes))


def _whole(state: Path, scratch: Path) -> tuple[Stored, ...]:
    found = inspect(state, scratch)
    assert not found.complaints, found.complaints
    return found.events


# What a file of the state is, by where it lies; the first that fits.
_KINDS: Final[Mapping[str, str]] = {
    "log.duckdb.wal": "WAL",
    "log.duckdb": "log",
    "high-water": "high-water mark",
    "finsdistill.duckdb": "views",
    "status.json": "status",
    "finsdistill.lock": "lock",
    "published/manifest.json": "manifest",
    "published/": "published segment",
    "blobs/": "blob",
    "adapters/": "adapter",
    "snapshots/": "snapshot",
    "runs/": "run folder",
    "commands/refused/": "refused command",
    "commands/": "command",
    "edgar/": "EDGAR cache",
    "work/": "work folder",
}


def kind_of(name: str) -> str:
    """`name` is relative to the state; what is not known here goes by its own name, so that a new kind is seen."""
    return next((kind for start, kind in _KINDS.items() if name.startswith(start)), name.split("/", maxsplit=1)[0])


def files_by_kind(state: Path) -> dict[str, list[str]]:
    """Relative names, sorted; empty files and links are left out."""
    found: dict[str, list[str]] = {}
    for path in sorted(state.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.stat().st_size:
            name = str(path.relative_to(state))
            found.setdefault(kind_of(name), []).append(name)
    return found
