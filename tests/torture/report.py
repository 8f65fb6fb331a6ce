"""Writes docs/reliability.json and, from it alone, docs/reliability.md: no figure there is typed by hand."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tests.torture import results
from tests.torture.campaign import CAMPAIGNS, Campaign
from tests.torture.home import BUSY, READY_S
from tests.torture.summary import Row, Spread, Summary, summary

JSON: Final = "reliability.json"
MARKDOWN: Final = "reliability.md"

_HEAD: Final = """# Reliability, as it was tortured

Written by `python -m tests.torture report` from `docs/reliability.json`; no figure here is typed by hand, and a test holds the
two files together. `make torture` runs all of it again.
"""

_KILLS: Final = """## kill -9

The real command (`finsdistill run`) on one state folder after the other, killed at moments that a seed chooses: at any time,
after a line of its log, by its own hand at a chosen disk call (before it, after it, or with half of the bytes written), and
beside a `finsdistill backup` that is killed too. After each kill, on a copy of the state: every event that was there before and
every one that the service said it had recorded is there, once and unchanged; the chain is whole; every projection equals its
rebuild; what is published equals the log; commands had one effect; no process is left; no more calls to the teacher (a
loopback server that counts) came to nothing than may be with it at once. Each state then runs to its end: every text has
ended once, `rebuild --verify` agrees, a backup and a restore give the same events.
"""

_DAMAGE: Final = """## Damage to files

A byte flipped, 512 bytes replaced, a file cut, deleted, or replaced by an older copy of itself, in a state that was closed and
in one that kill -9 left with its newest events in the WAL alone. Then a start and `rebuild --verify`; a part by the real
commands. `refused`: the start ends with 3 and a sentence. `found`: `rebuild --verify` or the file's own reader says so.
`healed`: made again, and told. `harmless`: everything is there and agrees. A `lost` event or row without a word, a `rude` end
without a sentence or a `hung` start would be failures. Each unit has a control without damage, and a forged log, rid of its
last event and of every mark that tells of it: the check must call that a loss, else it could not fail.
"""

_FAULTS: Final = """## Disk errors

libfiu fails a chosen call, once or from then on, with EIO or ENOSPC, in the real service or in a process that appends and
publishes. Counted are trials in which libfiu really failed a call, as the wrapper that asked it wrote down. The process must go
on, or end with 3 and a sentence; nothing that was acknowledged may be missing, and the next start is on the same state.
"""

_SQUEEZES: Final = """## A full disk, no permission, two services

On a small tmpfs, under the running service: the tmpfs is filled, write permission is taken from the state folder, or a second
service is started, which must end with 3 and leave the first one unharmed.
"""

_MACHINE: Final = """## State machine

hypothesis drives a log through appends (also repeated, contradicting and on stale versions), publishing, tidying, rebuilding,
restarts, crashes and removed files, and compares it with a model after each step.
"""


def write(folder: Path, docs: Path) -> None:
    """From the results in `folder`."""
    lines = (folder / CAMPAIGNS).read_text().splitlines()
    made = summary([Campaign.model_validate_json(line) for line in lines], results.read(folder))
    (docs / JSON).write_text(made.model_dump_json(indent=1) + "\n")
    (docs / MARKDOWN).write_text(rendered(made))


def rendered(made: Summary) -> str:
    """Pure."""
    parts = [_HEAD, _verdict(made), _campaigns(made), _KILLS, _kills(made)]
    parts += [_DAMAGE, f"{made.damages:,} damaged states.\n", _table("what was damaged", made.damage)]
    parts += [_table("how", made.deeds)]
    parts += [
        _table("control", made.controls),
        _FAULTS,
        _faults(made),
        _SQUEEZES,
        _table("what was done", made.squeezes),
    ]
    parts += [_MACHINE, _table("step", made.machine), _failures(made)]
    return "\n".join(part for part in parts if part)


def _verdict(made: Summary) -> str:
    bad = f"**{made.failures:,} went wrong**; they are at the end." if made.failures else "None went wrong."
    return (
        f"{made.kills.kills:,} kills, {made.damages:,} damaged files, {made.faults_fired:,} disk errors that really fired, "
        f"{sum(row.counts['trials'] for row in made.squeezes):,} squeezes. {bad}\n"
    )


def _campaigns(made: Summary) -> str:
    rows = [
        f"| {c.kind} | {c.seed} | {c.jobs} | {c.began_at:%Y-%m-%d %H:%M} | {c.seconds / 60:.1f} | {c.commit} |"
        for c in made.campaigns
    ]
    machines = sorted({c.machine for c in made.campaigns})
    versions = sorted({f"{name} {number}" for c in made.campaigns for name, number in c.versions.items()})
    head = "| what | seed | jobs | began (UTC) | minutes | commit |\n| --- | --- | --- | --- | --- | --- |"
    return "\n".join([f"{'; '.join(machines)}; {', '.join(versions)}.\n", head, *rows, ""])


def _kills(made: Summary) -> str:
    kills = made.kills
    lines = [
        f"- {kills.kills:,} kills of {kills.states:,} states; {kills.events_checked:,} events checked, each state's after each "
        f"kill; {kills.endings:,} states ran to their end and were whole.",
        *_spread("Ready again, seconds from the start of the command", kills.ready),
        *_spread(
            f"- of these on a machine with less than {BUSY:g} processes a core (bound: {READY_S:g} s)", kills.judged
        ),
        *_spread("CPU seconds of the service's own process until it serves", kills.ready_cpu),
        f"- starts of more than {READY_S:g} s while the machine was busier than that, which are not judged: {kills.late:,}.",
        *_spread("Seconds until the last process of a killed service was gone", kills.orphans),
        *_spread(f"Calls to the teacher that a kill wasted (bound: {kills.window})", kills.wasted),
        "",
    ]
    return "\n".join([*lines, _table("phase that was hit", kills.by_phase), _table("how", kills.by_deed)])


def _faults(made: Summary) -> str:
    told = (
        f"{made.faults_fired:,} trials in which a fault fired; in {made.not_fired:,} more the chosen call never came.\n"
    )
    tables = (("call", made.faults), ("call that libfiu failed", made.calls_failed), ("where", made.fault_places))
    return "\n".join([told, *(_table(name, rows) for name, rows in tables)])


def _failures(made: Summary) -> str:
    if not made.named:
        return ""
    return "\n".join(["## What went wrong\n", *_named(made), ""])


def _named(made: Summary) -> Iterator[str]:
    for f in made.named:
        what = " ".join(f.what.split()).replace("`", "'")
        yield f"- `python -m tests.torture {f.kind} --unit {f.unit}`, trial {f.nth}, {f.aim} ({f.deed}): {what}"


def _spread(what: str, spread: Spread | None) -> Iterator[str]:
    if spread is not None:
        indent = "  " if what.startswith("-") else "- "
        yield f"{indent}{what}: median {spread.median:g}, most {spread.most:g} ({spread.n:,} measured)."


def _table(name: str, rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    columns = sorted({column for row in rows for column in row.counts}, key=lambda column: (column != "trials", column))
    head = [f"| {name} | {' | '.join(columns)} |", f"| --- |{' --- |' * len(columns)}"]
    lines = [f"| {row.name} | {' | '.join(f'{row.counts.get(column, 0):,}' for column in columns)} |" for row in rows]
    return "\n".join([*head, *lines, ""])
