"""The demo with three seeds, each history as it came: `python benchmarks/bench_demo.py [--seeds 0 1 2]`.

Prints how long each took, every adapter's summary ROUGE-L beside its baselines with 95 % intervals, and whether the last
champion's interval lies above the base's. Takes about ten minutes on two cores.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from daemon.query import run_query

COMMAND = Path(sys.executable).with_name("finsdistill")
SYSTEMS = ("challenger", "champion", "base", "lead2", "random2", "self")
HISTORY = """
SELECT a.adapter_id, a.rows, a.start, a.status, m.system, m.value, m.low, m.high, m.n, m.clusters
FROM adapters a JOIN metrics m ON m.adapter_id = a.adapter_id
WHERE m.field = 'summary' AND m.metric = 'rougeL' ORDER BY a.recorded_at
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    seeds = parser.parse_args().seeds
    versions = ", ".join(f"{name} {version(name)}" for name in ("torch", "transformers", "trl", "duckdb"))
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}")
    won = [play(seed) for seed in seeds]
    print(f"the last champion's interval lies above the base's in {sum(won)} of {len(won)} seeds")
    if not all(won):
        sys.exit(1)


def play(seed: int) -> bool:
    """Whether the last champion's interval lies above the base's."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, started = Path(scratch) / "demo", time.monotonic()
        subprocess.run(
            [COMMAND, "demo", "--dir", folder, "--seed", str(seed)], check=True, stdout=subprocess.DEVNULL, cwd=scratch
        )
        seconds = time.monotonic() - started
        columns, rows = run_query(folder / "state", HISTORY)
    history = [dict(zip(columns, row, strict=True)) for row in rows]
    print(f"seed {seed}: {seconds:.0f} s")
    for adapter in dict.fromkeys(row["adapter_id"] for row in history):
        scores = {row["system"]: row for row in history if row["adapter_id"] == adapter}
        any_row = scores["base"]
        shown = ", ".join(f"{name} {interval(scores[name])}" for name in SYSTEMS if name in scores)
        print(f"  {adapter[:8]} {any_row['rows']} rows, {any_row['start']}, {any_row['status']}: {shown}")
    return beats_base(history)


def interval(score: dict[str, float]) -> str:
    return f"{score['value']:.3f} [{score['low']:.3f}, {score['high']:.3f}]"


def beats_base(history: list[dict[str, float]]) -> bool:
    champions = [row["adapter_id"] for row in history if row["status"] == "champion"]
    if not champions:
        return False
    scores = {row["system"]: row for row in history if row["adapter_id"] == champions[-1]}
    return scores["challenger"]["low"] > scores["base"]["high"]


if __name__ == "__main__":
    main()
