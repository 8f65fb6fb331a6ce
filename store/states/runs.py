"""Where training stands: a pure fold over the events of snapshots, runs, adapters and champions."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from store import events as e

TYPES: Final = (
    "SnapshotSealed",
    "TrainingStarted",
    "AdapterTrained",
    "TrainingFailed",
    "AdapterEvaluated",
    "AdapterPromoted",
    "AdapterHeld",
    "AdapterRolledBack",
)


@dataclass(frozen=True)
class Runs:
    """`snapshot` is the newest; `adapter` its adapter once there is one; `settled` once nothing more comes of it.

    `failures` counts the failed tries of the stage that is due. `adapters` are all ever trained, oldest
    first; `champion` is the one in use, None for the base. `scratch_rows` are the rows of the last training from scratch.
    `busy_until` is the event that settled the last snapshot: what came before it came during that training.
    """

    snapshot: e.SnapshotSealed | None = None
    started: e.TrainingStarted | None = None
    adapter: e.AdapterTrained | None = None
    settled: bool = True
    failures: int = 0
    adapters: tuple[e.AdapterTrained, ...] = ()
    newest_recipe: str | None = None
    champion: str | None = None
    scratch_rows: int | None = None
    busy_until: int = 0

    @property
    def newest(self) -> e.AdapterTrained | None:
        return self.adapters[-1] if self.adapters else None

    @property
    def champion_adapter(self) -> e.AdapterTrained | None:
        return next((adapter for adapter in self.adapters if adapter.adapter_id == self.champion), None)


def fold(runs: Runs, event: e.Event, seq: int) -> Runs:
    """The state after `event`, which is number `seq` of the log."""
    after = _fold(runs, event)
    return replace(after, busy_until=seq) if after.settled and not runs.settled else after


def _fold(runs: Runs, event: e.Event) -> Runs:
    match event:
        case e.SnapshotSealed():
            return replace(runs, snapshot=event, started=None, adapter=None, settled=False, failures=0)
        case e.TrainingStarted():
            return replace(runs, started=event)
        case e.AdapterTrained():
            return _trained(runs, event)
        case e.TrainingFailed():
            return replace(runs, failures=runs.failures + 1, settled=event.final)
        case e.AdapterPromoted():
            settled = runs.settled or (runs.adapter is not None and runs.adapter.adapter_id == event.adapter_id)
            return replace(runs, champion=event.adapter_id, settled=settled)
        case e.AdapterHeld():
            return replace(runs, settled=True)
        case e.AdapterRolledBack():
            return replace(runs, champion=event.to)
        case _:
            return runs


def _trained(runs: Runs, event: e.AdapterTrained) -> Runs:
    return replace(
        runs,
        adapter=event,
        adapters=(*runs.adapters, event),
        newest_recipe=runs.snapshot.recipe if runs.snapshot else None,
        failures=0,
        scratch_rows=event.rows if event.start == "scratch" else runs.scratch_rows,
    )


def runs_of(events: Iterable[e.Event]) -> Runs:
    """The state after a whole log of these events."""
    runs = Runs()
    for seq, event in enumerate(events, start=1):
        runs = fold(runs, event, seq)
    return runs
