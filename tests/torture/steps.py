"""The state machine as a trial: so many examples of a seed."""

import time
from collections.abc import Iterator
from typing import Final

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.torture.machine import LogMachine
from tests.torture.results import Trial

EXAMPLES: Final = 10
STEPS: Final = 20


def unit(number: int, examples: int = EXAMPLES) -> Iterator[Trial]:
    """One trial an example would hide what hypothesis shrinks: a unit is one trial for each of its examples, or one failure."""
    began_s = time.monotonic()
    LogMachine.taken.clear()
    quiet = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    complaints: tuple[str, ...] = ()
    try:
        run_state_machine_as_test(seed(number)(LogMachine), settings=quiet)
    except Exception as failure:  # noqa: BLE001 - whatever broke the law, with the steps that break it
        notes = "\n".join(getattr(failure, "__notes__", ()))
        complaints = (f"{failure!r}\n{notes}"[:3000],)
    yield Trial(
        kind="machine",
        unit=number,
        nth=0,
        aim=f"{examples} examples of {STEPS} steps",
        deed="steps",
        hit=(),
        outcome="wrong" if complaints else "whole",
        complaints=complaints,
        counts={"examples": LogMachine.taken.pop("begin", 0), **dict(LogMachine.taken)},
        seconds=time.monotonic() - began_s,
    )
