"""kill -9 of the real service, again and again on one state, at moments chosen by a seed; everything checked after each."""

import random
import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.torture import disk
from tests.torture.blows import Blow, chosen, phase_of
from tests.torture.ending import to_the_end
from tests.torture.home import WINDOW, Flavour, Home, a_home, is_busy
from tests.torture.life import STARTS_S, Life, begin, children_of
from tests.torture.oracle import was_merging
from tests.torture.results import Trial

FLAVOURS: Final[tuple[Flavour, ...]] = ("training", *("labelling", "plain") * 4)
ROUNDS: Final[dict[Flavour, int]] = {"labelling": 25, "plain": 25, "training": 16}
_PATIENCE_S: Final = 2.5  # a moment that has not come by then is taken as it is
_TRAINS_S: Final = 40.0


def flavour_of(number: int) -> Flavour:
    return FLAVOURS[number % len(FLAVOURS)]


def unit(number: int, rounds: int | None = None) -> Iterator[Trial]:
    """A new state, and its kills; then it runs to its end, where everything must have come out once."""
    rng, flavour = random.Random(number), flavour_of(number)
    with tempfile.TemporaryDirectory(prefix=f"kills-{number}-") as name, a_home(Path(name), rng, flavour) as home:
        home.feed_real(0 if flavour == "training" else 1)
        for nth in range(rounds or ROUNDS[flavour]):
            yield _round(home, number, nth)
        yield to_the_end(home, number)


def _round(home: Home, number: int, nth: int) -> Trial:
    began_s = time.monotonic()
    blow = chosen(home.rng, home.flavour, nth)
    _feed(home, nth)
    record = home.folder / f"record-{nth}"
    extra: dict[str, str] = {}
    if blow.strike is not None:
        under = home.backup if blow.backup else home.state
        strike = replace(blow.strike, below=home.published or -1) if blow.aim == "merging" else blow.strike
        extra = disk.environment(strike, under=under, record=record)
    life = home.start(**({} if blow.backup else extra))
    hit = _struck(home, life, blow, extra)
    hit += tuple(phase_of(line.path) for line in disk.struck(record))
    hit += ("merging",) if was_merging(home.state) else ()
    complaints, gone_s, wasted = home.check(life)
    return Trial(
        kind="kill",
        unit=number,
        nth=nth,
        aim=blow.aim,
        deed=blow.deed,
        hit=tuple(sorted({*hit})) or ("between the phases",),
        outcome="whole" if not complaints else "wrong",
        complaints=tuple(complaints),
        events=len(home.known),
        ready_s=life.ready_s,
        ready_cpu_s=life.ready_cpu_s,
        busy=is_busy(),
        wasted=wasted if home.flavour == "labelling" else None,
        window=WINDOW if home.flavour == "labelling" else None,
        orphans_s=gone_s,
        seconds=time.monotonic() - began_s,
    )


def _feed(home: Home, nth: int) -> None:
    """A training state's first filing is the held-out one; the others bring a crossing of the threshold each."""
    if home.flavour != "training":
        home.feed(home.rng.randint(8, 40))
        return
    if nth == 0:
        home.feed(10)
    if nth % 3 == 0:
        home.feed(60)
    home.configure(threshold=10_000_000 if nth == 0 else 40)


def _struck(home: Home, life: Life, blow: Blow, extra: dict[str, str]) -> tuple[str, ...]:
    """Waits for the moment and kills; gives the phases that were under way."""
    if blow.event is not None:
        patience_s = _TRAINS_S if blow.event == "adapter_trained" else 2 * _PATIENCE_S
        came = life.until(blow.event, blow.nth, patience_s * home.pace)
        if blow.backup and came:
            return _backup_struck(home, life, blow, extra)
        if came:
            life.wait(life.age_s + blow.after_s)
        if came and blow.stop and life.process.poll() is None:
            life.process.send_signal(signal.SIGTERM)
            life.until("service_stopped", 1, 3 * _PATIENCE_S)
            life.wait(life.age_s + (_PATIENCE_S if blow.strike else blow.after_s / 12))
    else:
        if blow.strike is not None:
            life.until("service_started", 1, STARTS_S)
        life.wait(life.age_s + _PATIENCE_S if blow.strike else blow.after_s * home.pace)
    at_work = children_of(home.folder) if home.flavour == "training" else set()
    asked = (*at_work, *(("labelling",) if home.server.in_flight else ()))
    done = ("the end: it was done before",) if life.process.poll() is not None and life.process.returncode >= 0 else ()
    return (*life.kill(group=blow.group), *asked, *done)


def _backup_struck(home: Home, life: Life, blow: Blow, extra: dict[str, str]) -> tuple[str, ...]:
    """`finsdistill backup` beside the running service; both are killed at once, where it does not kill itself."""
    backup = begin(home.folder, ("backup", str(home.backup)), extra)
    backup.wait(_PATIENCE_S if blow.strike else blow.after_s)
    lived = backup.process.poll() is None or backup.process.returncode < 0
    backup.kill(group=True)
    return (*life.kill(group=blow.group), *(("backup",) if lived else ()))
