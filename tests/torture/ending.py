"""The end of a tortured state: nobody kills it any more, it ends by itself, and nothing is missing or there twice."""

import time

from tests.torture.home import Home
from tests.torture.oracle import inspect
from tests.torture.results import Trial

_PATIENCE_S = 150.0


def to_the_end(home: Home, number: int) -> Trial:
    """Runs until nothing is pending, then proves, backs up and restores with the real commands."""
    began_s = time.monotonic()
    home.configure()
    home.server.latency_s = 0.0
    life = home.start("--once")
    life.wait(_PATIENCE_S)
    code = life.process.poll()
    life.kill(group=True)
    complaints, gone_s, _ = home.check(life)
    complaints += home.unfinished()
    if code != 0:
        complaints.append(f"the run to the end ended with {code}: {life.last_words[-300:]}")
    complaints += _told(home, "rebuild", "--verify") + _told(home, "status") + _restored(home)
    return Trial(
        kind="kill",
        unit=number,
        nth=-1,
        aim="the end",
        deed="none",
        hit=(),
        outcome="whole" if not complaints else "wrong",
        complaints=tuple(complaints),
        events=len(home.known),
        orphans_s=gone_s,
        seconds=time.monotonic() - began_s,
    )


def _told(home: Home, *arguments: str) -> list[str]:
    done = home.command(*arguments)
    if done.returncode == 0 and "WRONG" not in done.stdout:
        return []
    return [f"`{' '.join(arguments)}` ended with {done.returncode}: {done.stderr.strip()[-300:]}"]


def _restored(home: Home) -> list[str]:
    """What killed backups left is a backup to go on with, and a restore from it gives every event back."""
    if wrong := _told(home, "backup", str(home.backup)):
        return wrong
    other = Home(home.folder / "restored", home.rng, home.flavour, home.server)
    other.configure()
    if wrong := _told(other, "restore", str(home.backup)):
        return wrong
    found = inspect(other.state, home.folder / "looked-at")
    hashes = [event.hash for event in found.events]
    same = hashes == [event.hash for event in home.known]
    return [
        *found.complaints,
        *([] if same else [f"the restored log has {len(hashes)} events, not all of them the same"]),
    ]
