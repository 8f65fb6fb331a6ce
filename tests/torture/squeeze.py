"""A disk that is full, one that may no longer be written, and two services at once: said in a sentence, and nothing lost."""

import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.torture.home import Home, a_home, is_busy
from tests.torture.life import Life
from tests.torture.results import Trial

ROUNDS: Final = 10
_MIB: Final = 2**20
_LIVES_S: Final = 6.0
# Root may write in spite of permissions; without these capabilities it is a user like any other.
_PLAIN_ROOT: Final = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")
# When the disk is taken away: after this was said for the n-th time.
_MOMENTS: Final = (
    ("file_reading", 1),
    ("filing_chunking", 1),
    ("labels_appending", 1),
    ("publishing", 2),
    ("published", 4),
    ("service_started", 1),
)


@dataclass(frozen=True)
class Squeezed:
    """`deed` on a running life; `release` before the next one. `survives`: the service is to live on."""

    aim: str
    deed: Callable[[Home, Life], None]
    release: Callable[[Home], None]
    survives: bool = False


def why_not() -> str | None:
    """What this machine does not allow."""
    if os.geteuid() != 0:
        return "only root may mount a tmpfs"
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, text=True, check=False)
        if done.returncode:
            return f"no tmpfs can be mounted here: {done.stderr.strip()}"
        subprocess.run(["umount", folder], check=True)
    return None


def unit(number: int, rounds: int = ROUNDS) -> Iterator[Trial]:
    rng = random.Random(number)
    ways = (
        Squeezed("full disk", _fill, _empty),
        Squeezed("no write permission", _shut, _open),
        Squeezed("second service", _second, _nothing, survives=True),
    )
    with (
        tempfile.TemporaryDirectory(prefix=f"squeeze-{number}-") as name,
        _tmpfs(Path(name), 48),
        a_home(Path(name), rng, "plain") as home,
    ):
        for nth in range(rounds):
            yield _round(home, (number, nth), ways[nth % len(ways)])


def _round(home: Home, at: tuple[int, int], way: Squeezed) -> Trial:
    began_s = time.monotonic()
    home.feed(home.rng.randint(10, 30))
    event, times = home.rng.choice(_MOMENTS)
    life = home.start(prefix=_PLAIN_ROOT)
    life.until(event, times, _LIVES_S)
    way.deed(home, life)
    ended = not life.wait(life.age_s + (0.5 if way.survives else _LIVES_S))
    if not ended:
        life.process.send_signal(signal.SIGTERM)
        life.wait(life.age_s + 12.0)
    life.kill(group=True)
    way.release(home)
    complaints, gone_s, _ = home.check(life)
    code = life.process.returncode
    wanted = (0,) if way.survives else (0, 3)
    if code not in wanted or (code == 3 and not life.last_words.startswith("finsdistill: ")):
        complaints.append(f"it ended with {code}: {life.last_words[-300:]}")
    complaints += [f"the second one: {word}" for word in _seconds(home)]
    return Trial(
        kind="squeeze",
        unit=at[0],
        nth=at[1],
        aim=way.aim,
        deed=f"{event} {times}",
        hit=(life.last_words[-160:],) if code else (),
        outcome="wrong" if complaints else "went on" if code == 0 else "ended with a sentence",
        complaints=tuple(complaints),
        events=len(home.known),
        ready_s=life.ready_s,
        busy=is_busy(),
        orphans_s=gone_s,
        seconds=time.monotonic() - began_s,
    )


@contextmanager
def _tmpfs(folder: Path, mib: int) -> Iterator[None]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def _fill(home: Home, _life: Life) -> None:
    """All but a little that the seed says."""
    left = home.rng.choice((0, 0, 4096, 65536, 262144))
    with (home.folder / "filling").open("wb", buffering=0) as file:
        free = shutil.disk_usage(home.folder).free - left
        try:
            while free > 0:
                free -= file.write(bytes(min(free, _MIB)))
        except OSError:  # it is full
            pass


def _empty(home: Home) -> None:
    (home.folder / "filling").unlink()


def _shut(home: Home, _life: Life) -> None:
    """What is open stays open; nothing new can be made, and nothing opened for writing."""
    for path in (home.state, *home.state.rglob("*")):
        path.chmod(0o500 if path.is_dir() else 0o400)


def _open(home: Home) -> None:
    for path in (home.state, *home.state.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


def _second(home: Home, _life: Life) -> None:
    done = home.command("run", "--once")
    (home.folder / "second").write_text(
        f"{done.returncode} {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ''}"
    )


def _nothing(home: Home) -> None:
    """There is nothing to be put back."""


def _seconds(home: Home) -> list[str]:
    """What the second service did wrong, where there was one."""
    path = home.folder / "second"
    if not path.exists():
        return []
    said = path.read_text()
    path.unlink()
    return [] if said.startswith("3 finsdistill: ") and "in use by another finsdistill" in said else [said]
