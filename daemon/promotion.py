"""Who is champion by a person's decision. The gate's decisions are `daemon/steps/train.py`'s."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Final

import structlog

from daemon.commands import Promote, Rollback
from daemon.steps.plans import Folders
from store.errors import FinsdistillError
from store.events import AdapterPromoted, AdapterRolledBack, AdapterTrained, Event
from store.log import EventLog
from store.records import Append
from store.states.runs import TYPES, Runs, fold
from trainer.run import check_adapter
from trainer.spec import TrainingProblem

_LISTED: Final = '`finsdistill sql "SELECT adapter_id, status FROM adapters"` lists them'


class PromotionRefused(FinsdistillError):
    """This adapter cannot become champion, or be taken back, as things stand."""


def runs_until_now(events: Iterable[tuple[int, Event]]) -> Runs:
    """`events` are those of `store.states.runs.TYPES` with their numbers in the log, in order."""
    return reduce(lambda runs, found: fold(runs, found[1], found[0]), events, Runs())


def named(runs: Runs, start: str) -> AdapterTrained:
    """The adapter whose id begins with `start`. Raises PromotionRefused for none, or several."""
    found = {adapter.adapter_id: adapter for adapter in runs.adapters if adapter.adapter_id.startswith(start)}
    if start and len(found) == 1:
        return next(iter(found.values()))
    if start and found:
        raise PromotionRefused(f"{start!r} is the start of {len(found)} adapters' ids: give more of it")
    raise PromotionRefused(f"no adapter is called {start!r}: {_LISTED}")


def promotion(runs: Runs, adapter_id: str, *, base: str) -> AdapterPromoted | None:
    """None when it is the champion already. `base` is the configured student's. Raises PromotionRefused."""
    adapter = named(runs, adapter_id)
    if runs.champion == adapter.adapter_id:
        return None
    short = adapter.adapter_id[:8]
    if adapter.adapter_id in runs.failed:
        raise PromotionRefused(f"adapter {short} failed: it could not be scored; promote another one")
    if not runs.settled and runs.adapter is not None and runs.adapter.adapter_id == adapter.adapter_id:
        raise PromotionRefused(
            f"adapter {short} is being scored: promote it when `finsdistill status` shows its scores"
        )
    if adapter.base != base:
        raise PromotionRefused(
            f"adapter {short} stands on the base {adapter.base}, and the configured one is {base}: "
            f'set [student] base = "{adapter.base}" again, or promote an adapter of {base}'
        )
    return AdapterPromoted(
        adapter_id=adapter.adapter_id, replaces=runs.champion, by="person", reason="a person promoted it"
    )


def rollback(runs: Runs, adapter_id: str, *, reason: str) -> AdapterRolledBack:
    """The champion before it is champion again, or the base when there was none. Raises PromotionRefused."""
    adapter = named(runs, adapter_id)
    if runs.champion != adapter.adapter_id:
        champion = f"adapter {runs.champion} is" if runs.champion else "there is none, the base is in use"
        raise PromotionRefused(
            f"adapter {adapter.adapter_id[:8]} is not the champion ({champion}): only the champion can be rolled back"
        )
    return AdapterRolledBack(adapter_id=adapter.adapter_id, to=runs.before, reason=reason)


def check_files(folders: Folders, adapter_id: str) -> None:
    """Raises PromotionRefused when the adapter's files are not there, or not what its id names."""
    try:
        check_adapter(folders.adapter(adapter_id), adapter_id)
    except TrainingProblem as cause:
        raise PromotionRefused(f"adapter {adapter_id[:8]} cannot be champion: {cause}") from cause


@dataclass(frozen=True)
class Promotions:
    """Records what people decide; `base` is the configured student's."""

    log: EventLog
    folders: Folders
    base: str

    def promote(self, command: Promote, *, key: str) -> None:
        """Raises PromotionRefused, and StreamMoved when somebody else decided meanwhile: then decide again."""
        if self.log.was_appended(key):
            return
        runs, versions = self._standing()
        event = promotion(runs, command.adapter_id, base=self.base)
        if event is None:
            structlog.get_logger().info("already_champion", adapter_id=command.adapter_id)
            return
        check_files(self.folders, event.adapter_id)
        self._append(runs, event, key=key, versions=versions)
        structlog.get_logger().info("adapter_promoted", adapter_id=event.adapter_id, replaces=event.replaces)

    def rollback(self, command: Rollback, *, key: str) -> None:
        """As `promote`."""
        if self.log.was_appended(key):
            return
        runs, versions = self._standing()
        event = rollback(runs, command.adapter_id, reason=command.reason)
        if event.to is not None:
            check_files(self.folders, event.to)
        self._append(runs, event, key=key, versions=versions)
        structlog.get_logger().info("adapter_rolled_back", adapter_id=event.adapter_id, to=event.to or "the base")

    def _standing(self) -> tuple[Runs, dict[str, int]]:
        """Where training stands, and the version of every stream that this was read from."""
        records = list(self.log.records(types=TYPES))
        versions = {record.stream: record.version for record in records}
        return runs_until_now((record.seq, record.event) for record in records), versions

    def _append(
        self, runs: Runs, event: AdapterPromoted | AdapterRolledBack, *, key: str, versions: dict[str, int]
    ) -> None:
        stream = f"run-{named(runs, event.adapter_id).snapshot_id}"
        self.log.append(Append(stream, (event,), key, expect=versions[stream]))
