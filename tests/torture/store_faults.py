"""Disk errors by libfiu in a process that does nothing but append and publish: many for the time of one service."""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from os import environ
from pathlib import Path
from typing import Final

import store
from tests.torture import disk
from tests.torture.blows import phase_of
from tests.torture.faults import manners, outcome_of, some_strike
from tests.torture.oracle import inspect, lost
from tests.torture.results import Trial
from tests.torture.said import Stored, twice_in

ROUNDS: Final = 40
ROOT: Final = Path(store.__file__).parents[1]
CHILD: Final = Path(__file__).with_name("storing_child.py")
_PATIENCE_S: Final = 60


def unit(number: int, rounds: int = ROUNDS) -> Iterator[Trial]:
    rng = random.Random(number)
    with tempfile.TemporaryDirectory(prefix=f"store-faults-{number}-") as name:
        known: tuple[Stored, ...] = ()
        for nth in range(rounds):
            trial, known = _round(Path(name), rng, (number, nth), known)
            yield trial


def child(
    folder: Path, strike: disk.Strike, *, seed: int, appends: int, record: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    """A process that appends to `folder/state` and is struck."""
    state = folder / "state"
    state.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, CHILD, state, str(seed), str(appends)],
        env=environ
        | {"PYTHONPATH": str(ROOT)}
        | disk.environment(strike, under=state, record=record or folder / "record"),
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )


def _round(
    folder: Path, rng: random.Random, at: tuple[int, int], known: tuple[Stored, ...]
) -> tuple[Trial, tuple[Stored, ...]]:
    began_s = time.monotonic()
    strike, word = some_strike(rng, without=("blobs/", "status.json"))
    record, state = folder / f"record-{at[1]}", folder / "state"
    done = child(folder, strike, seed=at[1], appends=rng.randint(3, 15), record=record)
    fired = disk.struck(record)
    found = inspect(state, folder / "looked-at")
    said = [int(line.split()[1]) for line in done.stdout.splitlines()]
    complaints = [*found.complaints, *lost(known, found.events), *twice_in(found.events)]
    complaints += [f"event {seq} was acknowledged and is not there" for seq in said if seq > len(found.events)]
    complaints += manners(done.returncode, done.stderr.strip(), fired=bool(fired))
    trial = Trial(
        kind="fault",
        unit=at[0],
        nth=at[1],
        aim=strike.calls[-1],
        deed=f"{word}, {'from then on' if strike.lasts else 'once'}, store alone",
        hit=tuple(sorted({phase_of(line.path) for line in fired})),
        outcome="not fired" if not fired else "wrong" if complaints else outcome_of(done.returncode, stopped=False),
        complaints=tuple(complaints),
        events=len(found.events),
        counts=disk.fired_calls(fired),
        seconds=time.monotonic() - began_s,
    )
    return trial, found.events or known
