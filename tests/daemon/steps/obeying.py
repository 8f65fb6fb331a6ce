"""The obeying half of a service: the step that obeys command files, on a log with two dead letters, without EDGAR."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from daemon.activity import Activity
from daemon.adopting import Adopting
from daemon.backfill import Backfills
from daemon.blobs import Blobs
from daemon.directory import Directory
from daemon.intake import Intake
from daemon.promotion import Promotions
from daemon.rechunking import Rechunking
from daemon.requeuing import Requeuing
from daemon.splits import SplitRule
from daemon.steps.obey import Hands, Obey
from daemon.steps.plans import Folders
from daemon.watchlist import WatchList
from store.log import EventLog
from tests.builders import a_chunk, a_dead_letter, a_filing, a_log, a_recipe, an_adoption, put

OTHER = "6" * 32
LATE = 4e9  # seconds: every file was written long ago


class Teacher:
    """What the service knows of the configured recipe."""

    wanted: str | None = OTHER
    settled = 0

    def settle(self) -> None:
        self.settled += 1


@contextmanager
def a_log_with_dead_letters(folder: Path) -> Iterator[EventLog]:
    with a_log(folder) as log:
        put(log, a_recipe(), an_adoption(), a_filing(), a_chunk("A."), a_chunk("B."))
        put(log, a_dead_letter("A."), a_dead_letter("B."))
        yield log


def a_service(state: Path, log: EventLog, activity: Activity, teacher: Teacher) -> Obey:
    intake = Intake(log, blobs=Blobs(state / "blobs"), splits=SplitRule(frozenset(), 0.0), activity=activity)
    watch = WatchList(log, Directory(state / "edgar", None), intake, activity)
    rechunking = Rechunking(log, "p2", asked=lambda: None, ended=lambda: None)
    promotions = Promotions(log, Folders(state), "seedling")
    adopting = Adopting(log, lambda: teacher.wanted, teacher.settle)
    hands = Hands(watch, None, Backfills(log), Requeuing(log, activity), rechunking, promotions, adopting)
    return Obey(state, hands, activity, clock_s=lambda: LATE)


def watched(obey: Obey) -> Obey:
    """A service that may ask EDGAR; `polls` counts how often somebody new was looked for."""
    polls: list[int] = []
    return Obey(
        obey._state_dir, replace(obey._hands, poll=lambda: polls.append(1)), obey._activity, clock_s=lambda: LATE
    )


def work(obey: Obey) -> None:
    while obey.advance():
        pass


def pending(log: EventLog) -> set[str]:
    return {row[0] for row in log.query("SELECT text_id FROM pending")}
