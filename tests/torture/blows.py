"""When and how a service is killed: chosen by a seed, steered at every phase by its own log lines and disk calls."""

import random
from dataclasses import dataclass
from typing import Final

from tests.torture import disk
from tests.torture.disk import Deed, Strike
from tests.torture.home import Flavour


@dataclass(frozen=True)
class Blow:
    """When `event` was said for the `nth` time, or at the start without one, `after_s` later. `stop`: with SIGTERM at that
    moment, and killed when it was obeyed. `strike`: by its own hand, at a disk call. `backup`: of a backup beside it."""

    aim: str
    event: str | None
    nth: int
    after_s: float
    group: bool
    stop: bool = False
    strike: Strike | None = None
    backup: bool = False

    @property
    def deed(self) -> str:
        if self.strike is not None:
            return f"SIGKILL at a disk call ({self.strike.deed})"
        return "SIGKILL to the process group" if self.group else "SIGKILL to the service"


@dataclass(frozen=True)
class Aim:
    """A kill comes within `spread_s` of one of the first `most` times that `event` is said."""

    event: str
    most: int
    spread_s: float


AIMS: Final = {
    "ingest": (Aim("file_reading", 1, 0.1), Aim("filing_chunking", 1, 0.06)),
    "labelling": (Aim("teacher_ready", 1, 1.5),),
    "committing labels": (Aim("labels_appending", 4, 0.01),),
    "publishing": (Aim("publishing", 3, 0.15),),
    "sealing": (Aim("snapshot_sealing", 1, 0.12),),
    "training": (Aim("training_started", 1, 4.0),),
    "evaluating": (Aim("adapter_trained", 1, 6.0),),
}
# What is aimed at how often. A kill at a disk call hits the moments that are too short for a clock.
_WEIGHTS: Final[dict[Flavour, dict[str, int]]] = {
    "labelling": {
        **{"any moment": 18, "ingest": 16, "labelling": 8, "committing labels": 9, "publishing": 12},
        **{"merging": 10, "closing": 7, "checkpoint": 10, "backup": 12, "disk call": 14},
    },
    "plain": {
        **{"any moment": 22, "ingest": 18, "committing labels": 12, "publishing": 12},
        **{"merging": 10, "closing": 7, "checkpoint": 10, "backup": 12, "disk call": 14},
    },
    "training": {"sealing": 10, "training": 50, "evaluating": 15, "any moment": 10, "disk call": 15},
}
_BY_STRIKE: Final = ("disk call", "merging", "checkpoint")
_SEALINGS: Final = 6  # rounds: a sealing that was killed begins anew, one that was not is followed by a long training
_DEEDS: Final[tuple[Deed, ...]] = ("kill", "after", "torn")
_FILES: Final = (
    *("", "", "log.duckdb.wal$", "high-water$", "published/", "manifest.json"),
    *("finsdistill.duckdb", "blobs/", "snapshots/"),
)


def chosen(rng: random.Random, flavour: Flavour, nth: int) -> Blow:
    """The same seed chooses the same; what it meets is a matter of the machine's time."""
    if flavour == "training" and nth == 0:
        return Blow("labelling", "teacher_ready", 1, rng.uniform(1.0, 2.0), group=False)  # labels to seal are needed
    weights = _WEIGHTS[flavour]
    if disk.why_not(fiu=False) is not None:
        weights = {aim: weight for aim, weight in weights.items() if aim not in _BY_STRIKE}
    aim = rng.choices(list(weights), list(weights.values()))[0]
    if flavour == "training" and nth <= _SEALINGS:
        aim = "sealing"
    group, deed, few = rng.random() < 0.3, rng.choice(_DEEDS), int(2 ** rng.uniform(0, 6))
    match aim:
        case "any moment":
            return Blow(aim, None, 1, rng.uniform(0.0, 3.5), group)
        case "closing":
            return Blow(aim, "service_started", 1, rng.uniform(0.0, 1.5), group, stop=True)
        case "checkpoint":
            strike = Strike(deed, 1 + few // 5, ("pwrite", "fdatasync", "ftruncate"), "log.duckdb$")
            return Blow(aim, "service_started", 1, rng.uniform(0.3, 1.5), group, stop=True, strike=strike)
        case "merging":
            return Blow(aim, None, 1, 0.0, group, strike=Strike(deed, int(2 ** rng.uniform(0, 5)), (), "published/"))
        case "sealing" if disk.why_not(fiu=False) is None:
            return Blow(aim, None, 1, 0.0, group, strike=Strike(deed, int(2 ** rng.uniform(0, 3)), (), "snapshots/"))
        case "disk call":
            return Blow(aim, None, 1, 0.0, group, strike=Strike(deed, few, (), rng.choice(_FILES)))
        case "backup":
            at = Strike(deed, few) if disk.why_not(fiu=False) is None and rng.random() < 0.7 else None
            return Blow(aim, "service_started", 1, rng.uniform(0.4, 1.2), group, strike=at, backup=True)
    aimed = rng.choice(AIMS[aim])
    return Blow(aim, aimed.event, rng.randint(1, aimed.most), rng.uniform(0.0, aimed.spread_s), group)


# What is written where: the first that fits, from the more to the less particular.
_PLACES: Final = (
    ("log.duckdb.wal", "commit"),
    ("log.duckdb", "checkpoint"),
    ("high-water", "high-water mark"),
    ("finsdistill.duckdb", "views"),
    ("/backup/", "backup"),
    ("/published/", "publishing"),
    ("/blobs/", "ingest"),
    ("/snapshots/", "sealing"),
)


def phase_of(path: str) -> str:
    """What a service does when it writes this file, in the report's words."""
    name = path.rpartition("/")[2].removeprefix(".")
    return next(
        (phase for part, phase in _PLACES if (part in path if "/" in part else name.startswith(part))), "other files"
    )
