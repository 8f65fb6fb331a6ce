"""What a start of the service and `rebuild --verify` make of a state that was damaged, each in a process of its own."""

import multiprocessing
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final, Literal

from daemon.blobs import Blobs
from daemon.lock import StateLock
from store.errors import FinsdistillError
from store.log import EventLog, open_log
from store.publishing.publish import Publisher
from store.rebuild import verify
from store.snapshot import read_manifest, read_rows, rows_sha256
from tests.torture.oracle import LIMITS, differences, events_in
from trainer.run import CARD, CONFIG, TRAINED, WEIGHTS, check_adapter, read_card, read_trained

# `refused`: the start says no. `found`: it starts, and `rebuild --verify` or the file's own reader says no. `healed`: the
# service noticed and made the file again. `harmless`: all is there and agrees. The others must not be: `lost` in silence,
# `rude` without a sentence, `hung`.
Outcome = Literal["refused", "found", "healed", "harmless", "lost", "rude", "hung"]
WRONG: Final = ("lost", "rude", "hung")
_PATIENCE_S: Final = 40.0
_TIDIES: Final = 60


@dataclass(frozen=True)
class Aftermath:
    outcome: Outcome
    words: str


def aftermath(state: Path, expected: Sequence[str], damaged: str | None, whole: Path) -> Aftermath:
    """`damaged` is the file's name in the state; `whole` the state before. Forked: a crash of DuckDB ends the child only."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_told, args=(theirs, state, expected, damaged, whole))
    child.start()
    theirs.close()
    try:
        told = ours.recv() if ours.poll(_PATIENCE_S) else Aftermath("hung", f"no answer in {_PATIENCE_S:.0f} s")
    except EOFError:
        child.join()
        told = Aftermath("rude", f"the process ended with {child.exitcode}")
    child.kill()
    child.join()
    return told


def _told(pipe: Connection, state: Path, expected: Sequence[str], damaged: str | None, whole: Path) -> None:
    try:
        pipe.send(_judged(state, expected, damaged, whole))
    except BaseException:  # noqa: BLE001 - whatever it is, no person could act on it
        pipe.send(Aftermath("rude", traceback.format_exc(limit=-3)))


def _judged(state: Path, expected: Sequence[str], damaged: str | None, whole: Path) -> Aftermath:
    try:
        lock = StateLock(state)
        log = open_log(state, purpose="real", limits=LIMITS)
        publisher = Publisher(log, state)
        mended = _tidied(publisher)
    except FinsdistillError as refusal:
        return Aftermath("refused" if refusal.exit_code == 3 else "rude", str(refusal))
    try:
        disagreeing = [proof.table for proof in verify(log, lambda _: None) if not proof.agrees]
    except FinsdistillError as found:
        return Aftermath("found", str(found))
    if disagreeing:
        return Aftermath("found", f"{', '.join(disagreeing)} differ from the log")
    well = Aftermath("healed", f"made again: {', '.join(mended)}") if mended else Aftermath("harmless", "")
    judged = _compared(log, state, expected) or _read(state, damaged, whole) or well
    log.close()
    lock.release()
    return judged


def _tidied(publisher: Publisher) -> list[str]:
    """What the service's tidying lane does after a start: merging, and reading every published file once."""
    mended: list[str] = []
    for _ in range(_TIDIES):
        tidied = publisher.tidy()
        mended += tidied.mended
        if not tidied.worked:
            break
    return [*mended, *publisher.mended()]


def _compared(log: EventLog, state: Path, expected: Sequence[str]) -> Aftermath | None:
    """The events themselves, and what is published of them."""
    hashes = [event.hash for event in events_in(log)]
    if hashes[: len(expected)] != list(expected):
        same = sum(a == b for a, b in zip(hashes, expected, strict=False))
        return Aftermath("lost", f"{same} of {len(expected)} events are there and as they were, and nothing was said")
    if wrong := differences(log, state):
        return Aftermath("lost", f"started and verified in silence, but {wrong[0]}")
    return None


def _read(state: Path, damaged: str | None, whole: Path) -> Aftermath | None:
    """A file that the log only names, as its reader reads it."""
    if damaged is None:
        return None
    folder, _, name = damaged.partition("/")
    path = state / damaged
    try:
        if folder == "blobs":
            Blobs(state / "blobs").get(path.name)
        elif folder == "snapshots":
            return _snapshot(path.parent)
        elif folder == "adapters":
            return _adapter(path, whole / damaged, name.partition("/")[0])
    except FinsdistillError as found:
        return Aftermath("found", str(found))
    except (OSError, ValueError) as found:  # the trainer's child fails with it, and the training is told as failed
        return Aftermath("found", f"its reader fails: {found}"[:300])
    return None


def _snapshot(folder: Path) -> Aftermath | None:
    """As the trainer and the evaluator read it; the service seals it again where it cannot be read."""
    manifest = read_manifest(folder)
    wanted = {"train.parquet": manifest.sha256, "heldout.parquet": manifest.heldout_sha256}
    for name, sha256 in wanted.items():
        if rows_sha256(read_rows(folder / name)) != sha256:
            return Aftermath("found", f"{name} does not have the hash that its manifest says")
    return None


def _adapter(path: Path, before: Path, adapter_id: str) -> Aftermath | None:
    if path.name in (WEIGHTS, CONFIG):
        check_adapter(path.parent, adapter_id)
    elif path.name == TRAINED and read_trained(path.parent) != read_trained(before.parent):
        return Aftermath("lost", "it tells other texts than the adapter learned from, and nothing was said")
    elif path.name == CARD and read_card(path.parent) != read_card(before.parent):
        return Aftermath("lost", "the adapter's card says something else, and nothing was said")
    return None
