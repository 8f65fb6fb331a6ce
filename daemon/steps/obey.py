"""Command file in: the facts that it asks for, out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from daemon import commands
from daemon.activity import Activity
from daemon.adopting import Adopting, AdoptionRefused, AdoptionWaits
from daemon.commands import (
    Adopt,
    CommandMalformed,
    Promote,
    Relabel,
    Requeue,
    RequeueAll,
    Rollback,
    WatchAdd,
    WatchRemove,
)
from daemon.edgar.problems import EdgarProblem, NoUserAgent
from daemon.promotion import PromotionRefused, Promotions
from daemon.requeuing import Requeuing
from daemon.stopped import Stopped
from daemon.watchlist import WatchList
from store.errors import StreamMoved


@dataclass(frozen=True)
class Hands:
    """Who does what is commanded. `poll` is called when somebody new is watched: who asks does not want to wait for the
    next round; None in a service without EDGAR."""

    watch: WatchList
    poll: Callable[[], None] | None
    requeuing: Requeuing
    promotions: Promotions
    adopting: Adopting


class Obey:
    """Takes one command file at a time, oldest first."""

    def __init__(self, state_dir: Path, hands: Hands, activity: Activity) -> None:
        self._state_dir, self._hands, self._activity = state_dir, hands, activity
        self._words = structlog.get_logger()
        self._round = 0
        self._postponed: dict[Path, int] = {}  # and in which round it was taken

    def advance(self) -> bool:
        """A command that needs EDGAR or a teacher who is away stays, and is tried when `again` was called."""
        for path in commands.waiting(self._state_dir):
            if self._postponed.get(path) != self._round:
                self._take(path)
                return True
        return False

    def again(self) -> None:
        """Called by any thread: what is taken at this moment and postponed after it is tried again too."""
        self._round += 1
        self._postponed.clear()

    @property
    def waiting(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing to end."""

    def _take(self, path: Path) -> None:
        began = self._round
        try:
            dropped = commands.read(path)
            self._do(dropped)
        except CommandMalformed as error:
            self._refuse(path, error.reason)
        except (PromotionRefused, AdoptionRefused) as error:
            self._refuse(path, str(error))
        except EdgarProblem as error:
            self._postpone(path, began, f"waits for EDGAR: {error.why}")
        except NoUserAgent as error:
            self._postpone(path, began, f"waits for a service that may ask EDGAR: {error}")
        except AdoptionWaits as error:
            self._postponed[path] = began  # no trouble: `again` is called as soon as the teacher has said it
            self._words.info("command_waits", file=path.name, reason=str(error))
        except FileNotFoundError:
            self._words.info("command_taken_back", file=path.name)
        except StreamMoved:
            self._words.info(
                "command_again", file=path.name
            )  # somebody else decided meanwhile: decide on the new facts
        except Stopped:
            self._postponed[path] = began  # the next service takes it
        else:
            path.unlink(missing_ok=True)
            self._words.info("command_done", command=dropped.command.command, file=path.name)

    def _refuse(self, path: Path, reason: str) -> None:
        self._activity.trouble(f"the command {path.name} was refused: {reason}")
        self._words.warning("command_refused", file=str(commands.set_aside(path, reason)), reason=reason)

    def _postpone(self, path: Path, began: int, why: str) -> None:
        self._postponed[path] = began
        self._activity.trouble(f"the command {path.name} {why}")
        self._words.warning("command_postponed", file=path.name, reason=why)

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
            case Requeue() as command:
                hands.requeuing.these(command, key=key)
            case RequeueAll() as command:
                hands.requeuing.all(command, key=key)
            case Promote() as command:
                hands.promotions.promote(command, key=key)
            case Rollback() as command:
                hands.promotions.rollback(command, key=key)
            case Relabel() as command:
                hands.adopting.relabel(command, key=key)
            case Adopt() as command:
                hands.adopting.keep_old(command, key=key)
