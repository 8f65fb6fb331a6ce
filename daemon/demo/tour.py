"""The demo's run: a service of its own beside a stand-in of EDGAR, until there is nothing left to show."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from daemon.app import App
from daemon.demo.programme import Programme
from daemon.samples import Sample
from daemon.standin import StandIn
from store.errors import FinsdistillError

_APPEARS_EVERY_S: Final = 0.7
_AT_MOST_S: Final = 15 * 60.0  # between two years; on two cores of 2020 it is less than one minute

_READ: Final = "SELECT count(*) FROM filings WHERE status IN ('chunked', 'alias', 'refused')"
_PENDING: Final = "SELECT count(*) FROM pending"
_SNAPSHOTS: Final = "SELECT count(*) FROM raw.snapshots"
_DECIDED: Final = """
SELECT (SELECT count(*) FROM adapters WHERE status <> 'challenger')
    + (SELECT count(DISTINCT snapshot_id) FROM raw.runs WHERE status = 'failed' AND stage = 'train')
"""


class DemoFailed(FinsdistillError):
    """The loop did not come to its end."""


@dataclass(frozen=True)
class Tour:
    """Tells the stand-in what appears, and the service when all is done. Runs on a thread of its own."""

    app: App
    edgar: StandIn
    programme: Programme
    appeared: Callable[[Sample], None]

    def play(self) -> None:
        """A year appears when the year before is being trained on. Raises DemoFailed."""
        there = len(self.programme.there)
        for trainings, year in enumerate(self.programme.years):
            self._wait_until(partial(self._may_go_on, trainings, there))
            there += len(year)
            for sample in year:
                if self.app.stop.wait(_APPEARS_EVERY_S):
                    return
                self.edgar.publish(sample.accession)
                self.appeared(sample)
        self._wait_until(partial(self._is_settled, there))

    def _wait_until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _AT_MOST_S
        while not holds() and not self.app.stop.wait(0.2):
            if time.monotonic() > deadline:
                minutes = _AT_MOST_S / 60
                raise DemoFailed(
                    f"nothing more came for {minutes:.0f} minutes: see {self.app.state_dir}/runs/*/log.txt"
                )

    def _may_go_on(self, trainings: int, filings: int) -> bool:
        return self._count(_SNAPSHOTS) >= trainings or self._is_settled(filings)

    def _is_settled(self, filings: int) -> bool:
        """Whether all that is there was read, labelled, trained on and decided, as far as it goes."""
        if self._count(_READ) < filings or self._count(_PENDING):
            return False
        due = self.app.standing.now().eligible >= self.app.settings.trainer.threshold
        return not due and self._count(_SNAPSHOTS) == self._count(_DECIDED)

    def _count(self, sql: str) -> int:
        return int(self.app.log.query(sql)[0][0])
