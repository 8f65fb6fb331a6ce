"""A campaign: units of one kind, several at a time, until there are as many trials as were asked for."""

import os
import platform
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from tests.torture import damage, disk, faults, kills, squeeze, steps, store_faults
from tests.torture.results import TRIALS, Kind, Trial
from tests.torture.template import Template, make

ROOT: Final = Path(__file__).resolve().parents[2]
CAMPAIGNS: Final = "campaigns.jsonl"
_UNITS_A_SEED: Final = 10_000
_PACKAGES: Final = ("duckdb", "pyarrow", "hypothesis", "torch")
_STORE_FAULTS: Final = 3  # of so many units of faults all but one strike the store alone, which is cheaper


@dataclass(frozen=True)
class Wish:
    """`count` trials (of faults: that fired), or as many as `minutes` allow; `jobs` units at a time."""

    kind: Kind
    count: int
    seed: int
    jobs: int
    minutes: float
    into: Path


class Campaign(BaseModel):
    """What was run, where and when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    seed: int
    asked: int
    jobs: int
    began_at: datetime
    ended_at: datetime
    seconds: float
    commit: str
    machine: str
    versions: dict[str, str]


def run(wish: Wish, say: Callable[[str], None]) -> int:
    """How many trials went wrong; each unit's trials are on disk as soon as it is done."""
    began_at, began_s = datetime.now(UTC), time.monotonic()
    wish.into.mkdir(parents=True, exist_ok=True)
    wrong, counted = 0, Counter[str]()
    for number, trials in _units(wish, began_s, lambda: counted.total() >= wish.count):
        with (wish.into / TRIALS).open("a") as lines:
            lines.writelines(trial.model_dump_json(exclude_defaults=True) + "\n" for trial in trials)
        bad = [trial for trial in trials if trial.complaints]
        counted.update(trial.kind for trial in trials if counts(trial))
        wrong += len(bad)
        seconds = sum(trial.seconds for trial in trials)
        say(
            f"{wish.kind} unit {number}: {len(trials)} trials in {seconds:.0f} s, {len(bad)} wrong; "
            f"{counted.total()} of {wish.count}"
        )
        for trial in bad:
            say(f"  WRONG {trial.nth} {trial.aim} ({trial.deed}): {'; '.join(trial.complaints)[:500]}")
    _note(wish, began_at, time.monotonic() - began_s)
    return wrong


def counts(trial: Trial) -> bool:
    """Whether it is one of those that were asked for: no control, and no fault that never came."""
    return trial.nth > 0 if trial.kind == "damage" else trial.nth >= 0 and trial.outcome != "not fired"


def unit(kind: Kind, number: int, folder: Path) -> list[Trial]:
    """All trials of one unit; a harness that fails is a trial that went wrong."""
    began_s = time.monotonic()
    done: list[Trial] = []
    try:
        for trial in _trials(kind, number, folder):
            done.append(trial)
    except Exception:  # noqa: BLE001 - told as a failure, with the seed that replays it
        why = traceback.format_exc(limit=-4)
        done.append(
            Trial(
                kind=kind,
                unit=number,
                nth=-2,
                aim="the harness",
                deed="none",
                hit=(),
                outcome="wrong",
                complaints=(why,),
                seconds=time.monotonic() - began_s,
            )
        )
    return done


def _trials(kind: Kind, number: int, folder: Path) -> Iterator[Trial]:
    match kind:
        case "kill":
            return kills.unit(number)
        case "damage":
            return damage.unit(number, Template(folder / "template"))
        case "fault":
            return faults.unit(number) if number % _STORE_FAULTS == 0 else store_faults.unit(number)
        case "squeeze":
            return squeeze.unit(number)
        case "machine":
            return steps.unit(number)


def why_not(kind: Kind) -> str | None:
    """What this machine lacks for it."""
    return disk.why_not(fiu=True) if kind == "fault" else squeeze.why_not() if kind == "squeeze" else None


def _units(wish: Wish, began_s: float, enough: Callable[[], bool]) -> Iterator[tuple[int, list[Trial]]]:
    """As they are done; new ones are begun while there is time, and all that were begun are waited for."""
    if wish.kind == "damage":
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:  # it opens databases, which no forking process may
            pool.submit(make, wish.into / "template", wish.seed, train=True).result()
    first = wish.seed * _UNITS_A_SEED
    pool = ProcessPoolExecutor(wish.jobs, get_context("spawn"))
    going: dict[Future[list[Trial]], int] = {}
    begun = 0
    try:
        while True:
            while len(going) < wish.jobs and not enough() and time.monotonic() - began_s < wish.minutes * 60:
                going[pool.submit(unit, wish.kind, first + begun, wish.into)] = first + begun
                begun += 1
            if not going:
                return
            for future in wait(going, return_when=FIRST_COMPLETED).done:
                yield going.pop(future), future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _note(wish: Wish, began_at: datetime, seconds: float) -> None:
    campaign = Campaign(
        kind=wish.kind,
        seed=wish.seed,
        asked=wish.count,
        jobs=wish.jobs,
        began_at=began_at,
        ended_at=datetime.now(UTC),
        seconds=round(seconds, 1),
        commit=_commit(),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        versions={"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
    )
    with (wish.into / CAMPAIGNS).open("a") as lines:
        lines.write(campaign.model_dump_json() + "\n")


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":  # a spawned worker imports the module under its own name
    sys.exit("use `python -m tests.torture`")
