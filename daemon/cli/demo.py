"""finsdistill demo"""

import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from daemon.origin import check_origin


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    folder: Annotated[Path, typer.Option("--dir", help="where it all lies; a former demo there is replaced")] = Path(
        "finsdistill-demo"
    ),
    seed: Annotated[int, typer.Option("--seed", min=0, help="of sample filings, training and scoring")] = 0,
) -> None:
    """Show the whole loop on invented filings with toy models: no GPU, no network, about four minutes."""
    check_origin()
    from daemon.demo.run import run_demo  # noqa: PLC0415 - what the other commands need not wait for
    from daemon.logs import set_up_logs  # noqa: PLC0415
    from daemon.signals import stop_on_signals  # noqa: PLC0415

    set_up_logs("warning", "console")
    stop = threading.Event()
    with stop_on_signals(stop):
        run_demo(folder.absolute(), seed=seed, stop=stop, bars=sys.stderr.isatty())
