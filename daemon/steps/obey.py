"""Command file in: the facts that it asks for, out."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from daemon import commands
from daemon.activity import Activity
from daemon.adopting import Adopting, AdoptionRefused, AdoptionWaits
from daemon.backfill import Backfills
from daemon.command_order import CommandOrder
from daemon.commands import (
    Adopt,
    Backfill,
    CommandMalformed,
    Promote,
    Rechunk,
    Relabel,
    Requeue,
    RequeueAll,
    Rollback,
    WatchAdd,
    WatchRemove,
)
from daemon.disk import as_state_problem
from daemon.edgar.problems import EdgarProblem, NoUserAgent
from daemon.promotion import PromotionRefused, Promotions
from daemon.rechunking import Rechunking, RechunkRefused, RechunkWaits
from daemon.requeuing import NoRecipe, Requeuing
from daemon.stopped import Stopped
from daemon.watchlist import WatchList
from store.errors import AppendKeyReused, EventUnusable, StreamMoved


@dataclass(frozen=True)
class Hands:
    """Who does what is commanded. `poll` is called when more is wanted than before: who asks does not want to wait for
    the next round; None in a service without EDGAR."""

    watch: WatchList
    poll: Callable[[], None] | None
    backfills: Backfills
    requeuing: Requeuing
    rechunking: Rechunking
    promotions: Promotions
    adopting: Adopting


class Obey:
    """Takes one command file at a time, oldest first."""

    def __init__(
        self, state_dir: Path, hands: Hands, activity: Activity, *, clock_s: Callable[[], float] = time.time
    ) -> None:
        self._state_dir, self._hands, self._activity, self._clock_s = state_dir, hands, activity, clock_s
        self._words = structlog.get_logger()
        self._round = 0
        self._next: deque[Path] = deque()  # listed once and then taken: there may be thousands
        self._postponed: dict[Path, int] = {}  # and in which round it was taken
        self._order = CommandOrder()
        self._unfinished: set[Path] = set()  # may still be written to
        self._done: set[Path] = set()  # in the log, and its file could not be removed

    def advance(self) -> bool:
        """A command that needs EDGAR or a teacher who is away stays, and is tried when `again` was called; later ones about
        the same thing stay behind it."""
        if not self._next:
            self._next.extend(commands.waiting(self._state_dir))
            self._unfinished.intersection_update(self._next)
            self._order.keep(set(self._next))
        while self._next:
            path = self._next.popleft()
            if self._may_be_taken(path):
                self._take(path)
                return True
        return False

    def _may_be_taken(self, path: Path) -> bool:
        if self._postponed.get(path) == self._round or self._order.ahead_of(path) is not None:
            return False
        return not self._is_being_written(path)

    def again(self) -> None:
        """Called by any thread: what is taken at this moment and postponed after it is tried again too."""
        self._round += 1
        self._postponed.clear()

    @property
    def waiting(self) -> bool:
        """For a file that somebody may be writing."""
        return bool(self._unfinished)

    def close(self) -> None:
        """Nothing to end."""

    def _is_being_written(self, path: Path) -> bool:
        return path in self._unfinished and not commands.is_at_rest(path, self._clock_s())

    def _take(self, path: Path) -> None:
        began = self._round
        self._unfinished.discard(path)
        try:
            dropped = commands.read(path)
            self._order.learn(path, dropped.command)
            if (ahead := self._order.ahead_of(path)) is not None:
                self._words.info("command_behind_another", file=path.name, ahead=ahead.name)
                return
            self._order.begins(path)
            if path not in self._done:
                self._do(dropped)
        except CommandMalformed as error:
            self._malformed(path, began, error)
        except (PromotionRefused, AdoptionRefused, RechunkRefused, NoRecipe, AppendKeyReused, EventUnusable) as error:
            self._refuse(path, began, str(error))
        except (EdgarProblem, NoUserAgent, AdoptionWaits, RechunkWaits) as error:
            self._wait(path, began, error)
        except FileNotFoundError:
            self._words.info("command_taken_back", file=commands.shown(path))
        except StreamMoved:
            self._next.appendleft(path)  # somebody else decided: decide on the new facts, before any later one
            self._words.info("command_again", file=path.name)
        except Stopped:
            self._postponed[path] = began  # the next service takes it
        else:
            self._remove(path, began, dropped.command.command)

    def _wait(self, path: Path, began: int, error: EdgarProblem | NoUserAgent | AdoptionWaits | RechunkWaits) -> None:
        self._order.waits(path)
        match error:
            case EdgarProblem():
                self._postpone(path, began, f"waits for EDGAR: {error.why}")
            case NoUserAgent():
                self._postpone(path, began, f"waits for a service that may ask EDGAR: {error}")
            case AdoptionWaits() | RechunkWaits():
                self._postponed[path] = (
                    began  # no trouble: `again` is called when the teacher said it, when all is read
                )
                self._words.info("command_waits", file=path.name, reason=str(error))

    def _remove(self, path: Path, began: int, command: str) -> None:
        try:
            commands.remove(path)
        except OSError as error:
            self._done.add(path)
            self._stay(path, began, error)
        else:
            self._done.discard(path)
            self._words.info("command_done", command=command, file=path.name)

    def _malformed(self, path: Path, began: int, error: CommandMalformed) -> None:
        if error.unfinished and not commands.is_at_rest(path, self._clock_s()):
            self._unfinished.add(path)
        else:
            self._refuse(path, began, error.reason)

    def _refuse(self, path: Path, began: int, reason: str) -> None:
        self._activity.trouble(f"the command {commands.shown(path)} was refused: {reason}")
        try:
            target = commands.set_aside(path, reason)
        except FileNotFoundError:
            self._words.info("command_taken_back", file=commands.shown(path))
        except OSError as error:
            self._stay(path, began, error)
        else:
            self._words.warning("command_refused", file=str(target), reason=reason)

    def _stay(self, path: Path, began: int, error: OSError) -> None:
        """A folder that does not let its files go holds up nobody; a disk that takes nothing stops the service."""
        if not isinstance(error, PermissionError) and as_state_problem(error) is not None:
            raise error
        self._postpone(path, began, f"cannot be moved out of its folder: {error.strerror}")

    def _postpone(self, path: Path, began: int, why: str) -> None:
        self._postponed[path] = began
        self._activity.trouble(f"the command {commands.shown(path)} {why}")
        self._words.warning("command_postponed", file=commands.shown(path), reason=why)

    def _do(self, dropped: commands.Dropped) -> None:
        hands, key = self._hands, dropped.key
        match dropped.command:
            case WatchAdd(companies=names):
                if hands.poll is None:
                    raise NoUserAgent
                hands.watch.add(names, key=key)
                hands.poll()
            case WatchRemove(companies=names):
                hands.watch.remove(names, key=key)
            case Backfill() as command:
                if hands.poll is None:
                    raise NoUserAgent
                hands.backfills.ask(command, key=key)
                hands.poll()
            case Requeue() as command:
                hands.requeuing.these(command, key=key)
            case RequeueAll() as command:
                hands.requeuing.all(command, key=key)
            case Rechunk() as command:
                hands.rechunking.obey(command, key=key)
            case Promote() as command:
                hands.promotions.promote(command, key=key)
            case Rollback() as command:
                hands.promotions.rollback(command, key=key)
            case Relabel() as command:
                hands.adopting.relabel(command, key=key)
            case Adopt() as command:
                hands.adopting.keep_old(command, key=key)
