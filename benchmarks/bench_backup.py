"""What a backup, a second one and a restore take: `python benchmarks/bench_backup.py [--events 100000 1000000] [--small]`.

On big logs of `big_log.py`, texts of 1.5 KB unless `--small`. Each step is a process of its own, so that its peak memory is its
own, and has its CPU time beside the wall's, for a machine that is shared; the limits are the service's defaults (2 GiB for
DuckDB, 2 threads). The logs name blobs that they do not have: those are counted as missing, and the copying of blobs is not
measured. Ratios within one run only.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import duckdb
import pyarrow as pa

from benchmarks.big_facts import Size
from benchmarks.big_log import copy
from store.backups.backup import back_up
from store.log import Limits, open_log
from store.publishing.publish import Publisher
from store.restoring.restore import Hands, Wish, restore
from tests.builders import a_chunk, put
from trainer.run import adapter_id_of

NEW: Final = 1_000  # events between the first backup and the second


def step(what: str, state: Path, place: Path) -> dict[str, float]:
    """One step in this process."""
    began = time.monotonic()
    if what == "restore":
        done = restore(state, place, Wish(), Hands(Limits(), adapter_id_of))
        found: dict[str, float] = {"events": done.head.seq if done.head else 0}
    else:
        made = back_up(state, place, adapter_id_of=adapter_id_of)
        found = {"files": made.copied, "MB": made.copied_bytes / 1e6}
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = {"s": time.monotonic() - began, "CPU s": used.ru_utime + used.ru_stime}
    return found | spent | {"MiB at most": used.ru_maxrss / 1024}


def measured(what: str, state: Path, place: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--step", what, str(state), str(place)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def grow(state: Path) -> None:
    log = open_log(state, purpose=None)
    put(log, *(a_chunk(f"{n} " + "word " * 300, filing=10**6 - 1, ordinal=n) for n in range(NEW)), stream="more")
    publisher = Publisher(log, state)
    while publisher.publish():
        pass
    log.close()


def report(size: Size, folder: Path) -> None:
    state = copy(size, folder / "state")
    print(f"\n{size.name}: log.duckdb {(state / 'log.duckdb').stat().st_size / 1e6:,.0f} MB")
    show("first backup", measured("backup", state, folder / "backup"))
    show("nothing new", measured("backup", state, folder / "backup"))
    grow(state)
    show(f"{NEW:,} new events", measured("backup", state, folder / "backup"))
    shutil.rmtree(state)
    show("restore", measured("restore", folder / "fresh", folder / "backup"))


def show(what: str, found: dict[str, float]) -> None:
    print(f"{what:<18}" + "".join(f"{value:>12,.1f} {name}" for name, value in found.items()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--small", action="store_true", help="texts of a few words")
    parser.add_argument("--step", nargs=3, default=None, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        what, state, place = given.step
        print(json.dumps(step(what, Path(state), Path(place))))
        return
    print(
        f"{platform.python_implementation()} {platform.python_version()}, DuckDB {duckdb.__version__}, pyarrow "
        f"{pa.__version__}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    for events in given.events:
        with tempfile.TemporaryDirectory() as name:
            report(Size(events, not given.small), Path(name))
    print(f"load after it: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
