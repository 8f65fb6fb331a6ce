"""Puts the demo together: samples, stand-in, a service of purpose `demo`, the tour beside it and the screen before it."""

import threading
import time
from pathlib import Path
from typing import Final

from daemon.app import App, build
from daemon.cli.progress import Bars
from daemon.demo.closing import closing
from daemon.demo.home import make_home
from daemon.demo.programme import Programme, programme
from daemon.demo.screen import Screen
from daemon.demo.story import Story
from daemon.demo.tour import Tour
from daemon.service import Outside, run_service
from daemon.settings import load_settings
from daemon.standin import StandIn
from daemon.ticking import Failure

_TITLE: Final = (
    "finsdistill: the whole loop in about four minutes, with invented filings and toy models, on this machine alone"
)


def run_demo(folder: Path, *, seed: int, stop: threading.Event, bars: bool) -> None:
    """Ends by itself, or when `stop` is set. Raises FolderTaken and DemoFailed."""
    started = time.monotonic()
    home = make_home(folder, seed=seed)
    plan = programme(home.samples)
    screen = Screen(Story({sample.accession: sample for sample in home.samples}))
    screen.write(_TITLE, "bold")
    screen.write(f"Everything lies in {folder}\n")
    hidden = [sample.accession for year in plan.years for sample in year]
    with StandIn(home.edgar, hidden=hidden) as edgar:
        home.configure(edgar, seed=seed)
        screen.there(plan.there)
        was_stopped = _run(home.config, edgar, plan, screen, stop=stop, bars=bars)
    if was_stopped:
        screen.write("\nStopped before its end; `finsdistill demo` begins anew.")
        return
    for line in closing(folder, seconds=time.monotonic() - started):
        screen.write(line)


def _run(config: Path, edgar: StandIn, plan: Programme, screen: Screen, *, stop: threading.Event, bars: bool) -> bool:
    """Whether it was stopped from outside."""
    app = build(load_settings(config, {}), stop, label_while_training=True, purpose="demo")
    ended = threading.Event()
    failure = Failure(stop)
    try:
        with Bars(app.activity, shown=bars) as shown:
            screen.follow(app.log, app.activity, shown)
            thread = threading.Thread(target=_play, args=(app, Tour(app, edgar, plan, screen.appeared), ended, failure))
            thread.start()
            try:
                run_service(app, Outside(screen.refresh))
            finally:
                stop.set()
                thread.join()
        failure.raise_if_any()
        screen.refresh()
    finally:
        app.close()
    return not ended.is_set()


def _play(app: App, tour: Tour, ended: threading.Event, failure: Failure) -> None:
    with failure.caught():
        tour.play()
        if not app.stop.is_set():
            ended.set()
            app.stop.set()
