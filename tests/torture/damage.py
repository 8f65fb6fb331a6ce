"""Flips, cuts, deletions and older copies of every kind of file in a state; then a start and `rebuild --verify`.

Each must be found or harmless. Every unit has a control without damage, and a forged log that proves that the check can fail.
"""

import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final, Literal

import duckdb

from store.log import open_log
from store.rebuild import rebuild
from tests.torture.aftermath import WRONG, Aftermath, aftermath
from tests.torture.home import Home, a_home
from tests.torture.oracle import LIMITS
from tests.torture.results import Trial
from tests.torture.template import CLOSED, KILLED, OLDER, Template, files_by_kind, kind_of

Deed = Literal["flip", "smash", "cut", "delete", "older copy"]
DEEDS: Final[tuple[Deed, ...]] = ("flip", "flip", "smash", "cut", "cut", "delete", "delete", "older copy")
ROUNDS: Final = 25
_WEIGHTS: Final = {
    "log": 4,
    "WAL": 4,
    "published segment": 4,
    "high-water mark": 2,
    "manifest": 2,
    "blob": 2,
    "adapter": 2,
}
_BY_COMMAND: Final = 25  # every so many trials are made with the real command


@dataclass(frozen=True)
class Damage:
    """`file` is relative to the state."""

    state: str
    file: str
    deed: Deed


def unit(number: int, template: Template, rounds: int = ROUNDS) -> Iterator[Trial]:
    """This process must not have opened a database: its children are forked."""
    rng = random.Random(number)
    with tempfile.TemporaryDirectory(prefix=f"damage-{number}-") as name:
        folder = Path(name)
        yield _control(folder, number, template, rng.choice((CLOSED, KILLED)))
        yield _forged(folder, number, template)
        for nth in range(1, rounds + 1):
            yield _trial(folder, rng, (number, nth), template)


def _trial(folder: Path, rng: random.Random, at: tuple[int, int], template: Template) -> Trial:
    began_s = time.monotonic()
    damage = _chosen(rng, template)
    state = _copy(folder, template, damage.state)
    told = harm(state / damage.file, damage.deed, rng, template.state(OLDER) / damage.file)
    by_command = at[1] % _BY_COMMAND == 0
    after = by_the_command(folder) if by_command else None
    if after is None or after.outcome == "harmless":
        after = aftermath(state, template.hashes(damage.state), damage.file, template.state(damage.state))
    return _as_trial(at, kind_of(damage.file), f"{told}{' (command)' if by_command else ''}", damage, after, began_s)


def _as_trial(at: tuple[int, int], aim: str, deed: str, damage: Damage, after: Aftermath, began_s: float) -> Trial:
    wrong = after.outcome in WRONG
    return Trial(
        kind="damage",
        unit=at[0],
        nth=at[1],
        aim=aim,
        deed=damage.deed,
        hit=(damage.state, f"{damage.file}: {deed}"),
        outcome=after.outcome,
        complaints=(after.words or after.outcome,) if wrong else (),
        seconds=time.monotonic() - began_s,
    )


def _chosen(rng: random.Random, template: Template) -> Damage:
    """By kind, however many files it has; what holds events more often than what is made again."""
    while True:
        name = rng.choice((CLOSED, KILLED))
        kinds = files_by_kind(template.state(name))
        kind = rng.choices(sorted(kinds), [_WEIGHTS.get(kind, 1) for kind in sorted(kinds)])[0]
        file = rng.choice(kinds[kind])
        deed = rng.choice(DEEDS)
        older = template.state(OLDER) / file
        if deed != "older copy" or (
            older.exists() and older.read_bytes() != (template.state(name) / file).read_bytes()
        ):
            return Damage(name, file, deed)


def harm(path: Path, deed: Deed, rng: random.Random, older: Path) -> str:
    """Says what was done, so that it can be done again by hand."""
    body = bytearray(path.read_bytes())
    place = rng.randrange(len(body))
    match deed:
        case "flip":
            bit = rng.randrange(8)
            body[place] ^= 1 << bit
            path.write_bytes(body)
            return f"bit {bit} of byte {place} of {len(body)} flipped"
        case "smash":
            rubbish = rng.randbytes(min(512, len(body) - place))
            body[place : place + len(rubbish)] = rubbish
            path.write_bytes(body)
            return f"{len(rubbish)} bytes from {place} of {len(body)} replaced"
        case "cut":
            path.write_bytes(body[:place])
            return f"cut at {place} of {len(body)} bytes"
        case "delete":
            path.unlink()
            return "deleted"
        case "older copy":
            shutil.copyfile(older, path)
            return "replaced by an older copy"


def _copy(folder: Path, template: Template, name: str) -> Path:
    shutil.rmtree(folder / "state", ignore_errors=True)
    shutil.copytree(template.state(name), folder / "state")
    return folder / "state"


def by_the_command(folder: Path) -> Aftermath:
    """The same question to the real commands: a start, a stop and `rebuild --verify`."""
    with a_home(folder, random.Random(0), "plain") as home:
        life = home.start()
        life.until("service_started", 1, 30.0)
        ready = life.ready_s is not None
        life.end()
        code = life.process.returncode
        if code != 0 and life.last_words.startswith("finsdistill: ") and code == 3:
            return Aftermath("found" if ready else "refused", life.last_words)
        if code != 0:
            return Aftermath("rude", f"`run` ended with {code}: {life.last_words[-300:]}")
        return _verified(home)


def _verified(home: Home) -> Aftermath:
    done = home.command("rebuild", "--verify")
    if done.returncode == 0:
        return Aftermath("harmless", "")
    return Aftermath("found" if done.returncode == 3 else "rude", done.stderr.strip()[-300:])


def _control(folder: Path, number: int, template: Template, name: str) -> Trial:
    """Nothing was done, and nothing may be found."""
    began_s = time.monotonic()
    after = aftermath(_copy(folder, template, name), template.hashes(name), None, template.state(name))
    trial = _as_trial((number, -1), "control", "nothing", Damage(name, "", "flip"), after, began_s)
    fault = () if after.outcome == "harmless" else (f"nothing was done, and it was {after.outcome}: {after.words}",)
    return trial.model_copy(update={"deed": "nothing", "complaints": fault})


def _forged(folder: Path, number: int, template: Template) -> Trial:
    """The newest event is taken away so that nothing in the state tells of it: the check must call that a loss."""
    began_s = time.monotonic()
    state = _copy(folder, template, CLOSED)
    forger = get_context("fork").Process(target=_forge, args=(state,))
    forger.start()
    forger.join()
    after = aftermath(state, template.hashes(CLOSED), None, template.state(CLOSED))
    trial = _as_trial((number, 0), "forged log", "forged", Damage(CLOSED, "log.duckdb", "flip"), after, began_s)
    fault = () if after.outcome == "lost" else (f"a lost event was called {after.outcome}: {after.words}",)
    return trial.model_copy(update={"deed": "forged", "complaints": fault})


def _forge(state: Path) -> None:
    """As somebody would who knows how it all hangs together, and leaves no mark."""
    with duckdb.connect(str(state / "log.duckdb")) as file:
        file.execute("DELETE FROM raw.events WHERE seq = (SELECT max(seq) FROM raw.events)")
    (state / "high-water").unlink()
    shutil.rmtree(state / "published")
    log = open_log(state, purpose=None, limits=LIMITS)
    rebuild(log, lambda _: None)
    log.close()
