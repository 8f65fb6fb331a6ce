"""Writes the sample filings for a person to look at: `python -m daemon.samples --out DIR [--seed N]`."""

import argparse
import sys
from pathlib import Path

from daemon.samples.mirror import write_samples


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m daemon.samples", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder to write to, in EDGAR's own layout")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    for sample in write_samples(given.out, seed=given.seed):
        line = f"{sample.filed}  {sample.form:6}  {sample.shape:5}  {sample.company}  {given.out / sample.path}"
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
