"""The figures of a reliability report, counted from trials. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Final

from pydantic import BaseModel, ConfigDict

from tests.torture.campaign import Campaign
from tests.torture.home import READY_S
from tests.torture.results import Trial

_MANY: Final = 50  # failures that are written out


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Row(_Frozen):
    """One line of a table: what it is about, and a count for each column that is not 0."""

    name: str
    counts: dict[str, int]


class Spread(_Frozen):
    n: int
    median: float
    most: float


class Failure(_Frozen):
    kind: str
    unit: int
    nth: int
    aim: str
    deed: str
    what: str


class Kills(_Frozen):
    """`ready` of all starts that were let live, `judged` of those on a machine that was not busy with something else."""

    kills: int
    states: int
    events_checked: int
    by_phase: tuple[Row, ...]
    by_deed: tuple[Row, ...]
    endings: int
    ready: Spread | None
    judged: Spread | None
    ready_cpu: Spread | None
    late: int
    orphans: Spread | None
    wasted: Spread | None
    window: int | None


class Summary(_Frozen):
    """`docs/reliability.json`: what `docs/reliability.md` is written from."""

    campaigns: tuple[Campaign, ...]
    kills: Kills
    damages: int
    damage: tuple[Row, ...]
    deeds: tuple[Row, ...]
    controls: tuple[Row, ...]
    faults_fired: int
    calls_failed: tuple[Row, ...]
    faults: tuple[Row, ...]
    fault_places: tuple[Row, ...]
    not_fired: int
    squeezes: tuple[Row, ...]
    machine: tuple[Row, ...]
    failures: int
    named: tuple[Failure, ...]


def summary(campaigns: Sequence[Campaign], trials: Sequence[Trial]) -> Summary:
    of = {kind: [t for t in trials if t.kind == kind] for kind in ("kill", "damage", "fault", "squeeze", "machine")}
    harmed = [trial for trial in of["damage"] if trial.nth > 0]
    fired = [trial for trial in of["fault"] if trial.counts]
    wrong = [trial for trial in trials if trial.complaints]
    return Summary(
        campaigns=tuple(campaigns),
        kills=_kills(of["kill"]),
        damages=len(harmed),
        damage=_rows(harmed, lambda t: t.aim, lambda t: (t.outcome,)),
        deeds=_rows(harmed, lambda t: t.deed, lambda t: (t.outcome,)),
        controls=_rows([t for t in of["damage"] if t.nth in (-1, 0)], lambda t: t.aim, lambda t: (t.outcome,)),
        faults_fired=len(fired),
        calls_failed=_sums(fired),
        faults=_rows(fired, lambda t: f"{t.aim}, {t.deed.split(',')[0]}", lambda t: (t.outcome,)),
        fault_places=_many(fired),
        not_fired=sum(t.outcome == "not fired" for t in of["fault"]),
        squeezes=_rows(of["squeeze"], lambda t: t.aim, lambda t: (t.outcome,)),
        machine=_sums(of["machine"]),
        failures=len(wrong),
        named=tuple(_failure(trial) for trial in wrong[:_MANY]),
    )


def _kills(trials: Sequence[Trial]) -> Kills:
    struck = [trial for trial in trials if trial.nth >= 0]
    calm = [trial for trial in struck if not trial.busy]
    return Kills(
        kills=len(struck),
        states=len({trial.unit for trial in struck}),
        events_checked=sum(trial.events for trial in struck),
        by_phase=_many(struck),
        by_deed=_rows(struck, lambda t: t.deed, lambda t: (t.outcome,)),
        endings=sum(trial.nth == -1 and not trial.complaints for trial in trials),
        ready=_spread(trial.ready_s for trial in struck),
        judged=_spread(trial.ready_s for trial in calm),
        ready_cpu=_spread(trial.ready_cpu_s for trial in struck),
        late=sum(trial.busy and (trial.ready_s or 0.0) > READY_S for trial in struck),
        orphans=_spread(trial.orphans_s for trial in struck),
        wasted=_spread(trial.wasted for trial in struck),
        window=next((trial.window for trial in struck if trial.window is not None), None),
    )


def _rows(
    trials: Iterable[Trial], name: Callable[[Trial], str], columns: Callable[[Trial], tuple[str, ...]]
) -> tuple[Row, ...]:
    """A row for each name, counting the trials and each of their columns."""
    counted: dict[str, Counter[str]] = {}
    for trial in trials:
        counted.setdefault(name(trial), Counter()).update(("trials", *columns(trial)))
    return tuple(Row(name=key, counts=dict(sorted(counted[key].items()))) for key in sorted(counted))


def _many(trials: Iterable[Trial]) -> tuple[Row, ...]:
    """A trial may hit several things at once."""
    hits = Counter(place for trial in trials for place in set(trial.hit))
    return tuple(Row(name=place, counts={"hits": hits[place]}) for place in sorted(hits))


def _sums(trials: Iterable[Trial]) -> tuple[Row, ...]:
    total: Counter[str] = Counter()
    for trial in trials:
        total.update(trial.counts)
    return tuple(Row(name=name, counts={"times": total[name]}) for name in sorted(total))


def _spread(values: Iterable[float | None]) -> Spread | None:
    known = [value for value in values if value is not None]
    return Spread(n=len(known), median=round(median(known), 3), most=round(max(known), 3)) if known else None


def _failure(trial: Trial) -> Failure:
    what = "; ".join(trial.complaints)
    return Failure(kind=trial.kind, unit=trial.unit, nth=trial.nth, aim=trial.aim, deed=trial.deed, what=what[:600])
