"""`python -m tests.torture kill|damage|fault|squeeze|machine --count N [--seed N] [--jobs N] [--minutes M] [--into DIR]`.

`--unit N` replays one unit and prints its trials. `report` writes docs/reliability.json and docs/reliability.md from DIR.
"""

import argparse
import sys
from pathlib import Path
from typing import get_args

from tests.torture import campaign, report
from tests.torture.results import Kind

ROOT = Path(__file__).resolve().parents[2]
COUNTS = {"kill": 1000, "damage": 1000, "fault": 500, "squeeze": 60, "machine": 20}


def main() -> int:
    given = _arguments()
    if given.what == "report":
        report.write(given.into, ROOT / "docs")
        return 0
    kinds = get_args(Kind) if given.what == "all" else (given.what,)
    wrong = sum(_run(kind, given) for kind in kinds)
    if given.what == "all":
        report.write(given.into, ROOT / "docs")
    return 1 if wrong else 0


def _run(kind: Kind, given: argparse.Namespace) -> int:
    if (why := campaign.why_not(kind)) is not None:
        print(f"{kind}: left out, {why}", flush=True)
        return 1
    if given.unit is not None:
        trials = campaign.unit(kind, given.unit, given.into)
        print("\n".join(trial.model_dump_json(exclude_defaults=True) for trial in trials))
        return sum(bool(trial.complaints) for trial in trials)
    count = given.count or COUNTS[kind]
    wish = campaign.Wish(kind, count, given.seed, given.jobs, given.minutes, given.into)
    return campaign.run(wish, lambda line: print(line, flush=True))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=(*get_args(Kind), "all", "report"))
    parser.add_argument("--count", type=int, help=f"trials; default {COUNTS}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=600.0, help="begin nothing new after so long")
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "torture", help="folder of results")
    parser.add_argument("--unit", type=int, help="replay this one")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
