"""Command file in: the facts that it asks for, out."""

from collections.abc import Callable
from pathlib import Path

import structlog

from daemon import commands
from daemon.activity import Activity
from daemon.commands import CommandMalformed, WatchAdd, WatchRemove
from daemon.edgar.problems import EdgarProblem
from daemon.stopped import Stopped
from daemon.watchlist import WatchList


class Obey:
    """Takes one command file at a time, oldest first."""

    def __init__(self, state_dir: Path, watch: WatchList, activity: Activity, *, poll: Callable[[], None]) -> None:
        """`poll` is called when somebody new is watched: who asks does not want to wait for the next round."""
        self._state_dir, self._watch, self._activity, self._poll = state_dir, watch, activity, poll
        self._words = structlog.get_logger()
        self._postponed: set[Path] = set()

    def advance(self) -> bool:
        """A command that needs EDGAR while EDGAR is away stays and is tried when `again` was called."""
        for path in commands.waiting(self._state_dir):
            if path not in self._postponed:
                self._take(path)
                return True
        return False

    def again(self) -> None:
        self._postponed.clear()

    @property
    def waiting(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing to end."""

    def _take(self, path: Path) -> None:
        try:
            dropped = commands.read(path)
            self._do(dropped)
        except CommandMalformed as error:
            self._activity.trouble(f"the command {path.name} was refused: {error.reason}")
            self._words.warning("command_refused", file=str(commands.set_aside(error)), reason=error.reason)
        except EdgarProblem as error:
            self._postponed.add(path)
            self._activity.trouble(f"the command {path.name} waits for EDGAR: {error.why}")
            self._words.warning("command_postponed", file=path.name, reason=error.why)
        except FileNotFoundError:
            self._words.info("command_taken_back", file=path.name)
        except Stopped:
            self._postponed.add(path)  # the next service takes it
        else:
            path.unlink(missing_ok=True)
            self._words.info("command_done", command=dropped.command.command, file=path.name)

    def _do(self, dropped: commands.Dropped) -> None:
        match dropped.command:
            case WatchAdd(companies=names):
                self._watch.add(names, key=dropped.key)
                self._poll()
            case WatchRemove(companies=names):
                self._watch.remove(names, key=dropped.key)
