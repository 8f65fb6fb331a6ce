"""A process that publishes and merges, and keeps what each of its steps found. Run as a script by test_publish_crash.py.

Python tells an audit hook of every change to a file before it is made. What lies there at that moment is what a kill then
would leave. DuckDB's own writing of the new views file is one step, which ends before that file is renamed into its place.
"""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from store.log import open_log
from store.publishing.manifest import VIEWS_FILE
from store.publishing.publish import Publisher
from tests.builders import a_chunk, labelled, put

CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.utime"}


def keeping(state: Path, target: Path) -> Callable[[str, tuple[Any, ...]], None]:
    """Copies what is published to `target/0`, `target/1`, … before each change below `state`."""
    steps = 0
    ours = (str(state / "published"), str(state / VIEWS_FILE), str(state / f".{VIEWS_FILE}"))

    def hook(event: str, args: tuple[Any, ...]) -> None:
        nonlocal steps
        writes = event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
        if (writes or event in CHANGES) and str(args[0]).startswith(ours):
            shutil.copytree(
                state, target / str(steps), ignore=lambda *_: ["log.duckdb", "log.duckdb.wal", "high-water"]
            )
            steps += 1

    return hook


def main(state: Path, target: Path) -> None:
    log = open_log(state, purpose="real")
    labelled(log, "Sales rose.", "Costs fell.")
    publisher = Publisher(log, state)
    for n in range(4):
        put(log, a_chunk(f"Text {n}."))
        publisher.publish()
    put(log, a_chunk("The last text."))
    sys.addaudithook(keeping(state, target))
    publisher.publish()
    while publisher.tidy().worked:
        pass
    log.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
