"""The demo's screen: lines as they come, the reasons dimmed below the first of a kind, bars of what runs underneath."""

import sys
import textwrap
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from rich.console import Console
from rich.text import Text

from daemon.activity import Activity
from daemon.cli.progress import Bars
from daemon.demo.story import TYPES, Line, Story
from daemon.samples import Sample
from daemon.terminal import printable
from store.log import EventLog, utc_now

_WIDTH: Final = 110
_MARGIN: Final = 17  # columns of clock and kind
_STILL_S: Final = 10.0  # where nobody sees bars, what runs is said again after so long
_STYLES: Final = {"decision": "bold green", "scored": "bold", "failed": "bold red", "refused": "red"}


class Screen:
    """Told from several threads: by the tour what appears, by the publishing tick what the log has new."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
        self._started_s = time.monotonic()
        self._said_s = self._started_s
        self._log: EventLog | None = None
        self._activity = Activity()
        self._bars: Bars | None = None
        self._read_to = 0

    def follow(self, log: EventLog, activity: Activity, bars: Bars) -> None:
        self._log, self._activity, self._bars = log, activity, bars
        self._console = bars.console if bars.shown else self._console

    def there(self, samples: Iterable[Sample]) -> None:
        self._say(self._story.there(tuple(samples)))

    def appeared(self, sample: Sample) -> None:
        self._say(self._story.appears(sample, self._now_s()))

    def refresh(self) -> None:
        """What is new in the log, then the bars."""
        if self._log is not None:
            records = list(self._log.records(after=self._read_to, types=TYPES))
            self._read_to = records[-1].seq if records else self._read_to
            for line in self._story.feed((record.event for record in records), self._now_s()):
                self._say(line)
        if self._bars is not None:
            self._bars.refresh()
            if not self._bars.shown and time.monotonic() - self._said_s > _STILL_S:
                self._say_what_runs()

    def write(self, text: str = "", style: str = "") -> None:
        self._console.print(Text(printable(text), style=style))

    def _say_what_runs(self) -> None:
        long_ago = utc_now() - timedelta(seconds=_STILL_S / 2)
        for task in (task for task in self._activity.tasks() if task.started_at < long_ago):
            of = f" {task.done}/{task.total}" if task.total else ""
            self._say(Line("…", f"{task.what}{of} {task.note}".rstrip()))

    def _say(self, line: Line) -> None:
        self._said_s = time.monotonic()
        minutes, seconds = divmod(int(self._now_s()), 60)
        margin = " " * _MARGIN
        first = f"{minutes:2}:{seconds:02}  {line.kind:<10}"
        text = textwrap.fill(line.text, _WIDTH, initial_indent=first, subsequent_indent=margin)
        self.write(text, _STYLES.get(line.kind, ""))
        if line.why:
            self.write(textwrap.fill(line.why, _WIDTH, initial_indent=margin, subsequent_indent=margin), "dim")

    def _now_s(self) -> float:
        return time.monotonic() - self._started_s
