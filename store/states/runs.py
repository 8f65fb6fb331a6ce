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
    first; `champion` is the one in use, None for the base; `formers` were it before and were not rolled back, the last one
    last. `failed` are the adapters that could not be scored, `rolled_back` those that a person took back. `scratch_rows` are
    the rows of the last training from scratch.
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
    formers: tuple[str, ...] = ()
    failed: frozenset[str] = frozenset()
    rolled_back: frozenset[str] = frozenset()
    scratch_rows: int | None = None
    busy_until: int = 0

    @property
    def newest(self) -> e.AdapterTrained | None:
        return self.adapters[-1] if self.adapters else None

    @property
    def before(self) -> str | None:
        """Who is champion again when this one is rolled back; None for the base."""
        return next((name for name in reversed(self.formers) if name != self.champion), None)

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
            lost = {event.adapter_id} if event.final and event.adapter_id is not None else set()
            return replace(runs, failures=runs.failures + 1, settled=event.final, failed=runs.failed | lost)
        case e.AdapterPromoted():
            return _promoted(runs, event)
        case e.AdapterHeld():
            return replace(runs, settled=True)
        case e.AdapterRolledBack():
            return _rolled_back(runs, event)
        case _:
            return runs


def _promoted(runs: Runs, event: e.AdapterPromoted) -> Runs:
    settled = runs.settled or (runs.adapter is not None and runs.adapter.adapter_id == event.adapter_id)
    # Not `replaces`: what the gate compared with need not be the champion any more when it decides.
    formers = runs.formers if runs.champion in (None, event.adapter_id) else (*runs.formers, runs.champion)
    back = runs.rolled_back - {event.adapter_id}
    return replace(runs, champion=event.adapter_id, formers=formers, settled=settled, rolled_back=back)


def _rolled_back(runs: Runs, event: e.AdapterRolledBack) -> Runs:
    """Whoever is rolled back is nobody's predecessor any more, however often it was champion."""
    formers = tuple(name for name in runs.formers if name != event.adapter_id)
    until = len(formers) - 1 - formers[::-1].index(event.to) if event.to in formers else 0
    taken_back = runs.rolled_back | {event.adapter_id}
    return replace(runs, champion=event.to, formers=formers[:until], rolled_back=taken_back)


def _trained(runs: Runs, event: e.AdapterTrained) -> Runs:
    return replace(
        runs,
        adapter=event,
        adapters=(*runs.adapters, event),
        newest_recipe=runs.snapshot.recipe if runs.snapshot else None,
        failures=0,
        failed=runs.failed - {event.adapter_id},
        scratch_rows=event.rows if event.start == "scratch" else runs.scratch_rows,
    )


def runs_of(events: Iterable[e.Event]) -> Runs:
    """The state after a whole log of these events."""
    runs = Runs()
    for seq, event in enumerate(events, start=1):
        runs = fold(runs, event, seq)
    return runs
