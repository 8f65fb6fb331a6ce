"""Progress bars of what the service is doing, for a person at a terminal."""

import sys
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from daemon.activity import Activity
from daemon.terminal import printable


class Bars:
    """One bar a task; `refresh` is called by the publishing tick. Nothing is drawn where nobody watches."""

    def __init__(self, activity: Activity, *, shown: bool) -> None:
        self._activity, self.shown = activity, shown
        self._ids: dict[str, TaskID] = {}
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=Console(file=sys.stderr),
            transient=True,
        )
        self.console = self._progress.console  # what is printed on it stands above the bars

    def __enter__(self) -> "Bars":
        if self.shown:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.shown:
            self._progress.stop()

    def refresh(self) -> None:
        if not self.shown:
            return
        tasks = {task.what: task for task in self._activity.tasks()}
        for gone in set(self._ids) - set(tasks):
            self._progress.remove_task(self._ids.pop(gone))
        for what, task in tasks.items():
            if what not in self._ids:
                self._ids[what] = self._progress.add_task(printable(what), total=task.total, note="")
            self._progress.update(self._ids[what], completed=task.done, total=task.total, note=printable(task.note))
