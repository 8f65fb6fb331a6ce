"""Disk errors by libfiu in the real service, at a disk call chosen by a seed: nothing acknowledged is lost, and it says so."""

import errno
import random
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.torture import disk
from tests.torture.blows import phase_of
from tests.torture.disk import Call, Strike
from tests.torture.home import Home, a_home, is_busy
from tests.torture.life import STARTS_S, Life
from tests.torture.results import Trial

ROUNDS: Final = 25
ERRORS: Final = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC}
_LIVES_S: Final = 1.5  # after it is ready, without a fault: then it is stopped, which brings a publish and a checkpoint
# Where each call is made, as a census of a run shows: file, and how many of them are within reach of a short life.
_TARGETS: Final[dict[Call, tuple[tuple[str, int], ...]]] = {
    "write": (
        ("log.duckdb.wal$", 40),
        ("blobs/", 2),
        ("manifest.json", 4),
        ("status.json", 5),
        ("finsdistill.duckdb", 30),
        ("published/", 99),
        ("", 60),
    ),
    "pwrite": (("log.duckdb$", 16), ("high-water", 20), ("finsdistill.duckdb", 8), ("", 40)),
    "fdatasync": (
        ("log.duckdb.wal$", 30),
        ("log.duckdb$", 4),
        ("high-water", 20),
        ("finsdistill.duckdb", 20),
        ("", 40),
    ),
    "fsync": (("published/", 24), ("blobs/", 3), ("", 24)),
    "ftruncate": (("log.duckdb.wal$", 30),),
    "rename": (("published/", 14), ("blobs/", 2), ("finsdistill.duckdb", 4), ("status.json", 4), ("", 20)),
}
_OFTEN: Final[dict[Call, int]] = {"write": 5, "pwrite": 5, "fdatasync": 4, "fsync": 2, "ftruncate": 2, "rename": 3}


def unit(number: int, rounds: int = ROUNDS) -> Iterator[Trial]:
    rng = random.Random(number)
    with tempfile.TemporaryDirectory(prefix=f"faults-{number}-") as name, a_home(Path(name), rng, "plain") as home:
        for nth in range(rounds):
            yield _round(home, number, nth)


def _round(home: Home, number: int, nth: int) -> Trial:
    began_s = time.monotonic()
    strike, word = some_strike(home.rng)
    home.feed(home.rng.randint(5, 25))
    record = home.folder / f"record-{nth}"
    life = home.start(**disk.environment(strike, under=home.state, record=record))
    lived = _lived(life, record)
    complaints, gone_s, _ = home.check(life)
    fired = disk.struck(record)
    code = life.process.returncode
    complaints += manners(code, life.last_words, fired=bool(fired))
    places = {phase_of(line.path) for line in fired}
    return Trial(
        kind="fault",
        unit=number,
        nth=nth,
        aim=strike.calls[-1],
        deed=f"{word}, {'from then on' if strike.lasts else 'once'}",
        hit=tuple(sorted(places)),
        outcome="not fired" if not fired else "wrong" if complaints else outcome_of(code, stopped=lived),
        complaints=tuple(complaints),
        events=len(home.known),
        ready_s=life.ready_s,
        busy=is_busy(),
        orphans_s=gone_s,
        counts=disk.fired_calls(fired),
        seconds=time.monotonic() - began_s,
    )


def some_strike(rng: random.Random, *, without: tuple[str, ...] = ()) -> tuple[Strike, str]:
    """`without`: files that the process does not write."""
    call = rng.choices(list(_OFTEN), list(_OFTEN.values()))[0]
    file, reach = rng.choice([target for target in _TARGETS[call] if target[0] not in without])
    word = rng.choice(sorted(ERRORS))
    # DuckDB cuts its WAL back when a write into it failed, and in these lives at no other time: both are to fail.
    calls: tuple[Call, ...] = ("write", call) if call == "ftruncate" else (call,)
    lasts = call == "ftruncate" or rng.random() < 0.3
    return Strike("fault", int(reach ** rng.random()), calls, file, errno=ERRORS[word], lasts=lasts), word


def _lived(life: Life, record: Path) -> bool:
    """Until it ends by itself, a moment after the fault, or till its time is over; then it is stopped like any service.
    Whether it had to be."""
    while (
        life.process.poll() is None and life.age_s < (life.ready_s or STARTS_S) + _LIVES_S and not disk.struck(record)
    ):
        life.wait(life.age_s + 0.1)
    life.wait(life.age_s + 1.0 if disk.struck(record) else 0.0)
    stopped = life.process.poll() is None
    if stopped:
        life.process.send_signal(signal.SIGTERM)
        life.wait(life.age_s + 12.0)
    life.kill(group=True)
    return stopped


def manners(code: int, words: str, *, fired: bool) -> list[str]:
    """It goes on, or ends with 3 and a sentence that says what to do."""
    if code == 0 or (fired and code == 3 and words.startswith("finsdistill: ")):
        return []
    return [f"it ended with {code}{'' if fired else ' although nothing fired'}: {words[-300:]}"]


def outcome_of(code: int, *, stopped: bool) -> str:
    if code == 0:
        return "went on"
    return "said so when it was stopped" if stopped else "ended with a sentence"
