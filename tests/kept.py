"""A state with everything that a backup is about: a published log, blobs that its events name, an adapter."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import duckdb

from store.backups.backup import Made, back_up
from store.log import EventLog, Limits, open_log
from store.publishing.publish import Publisher
from store.records import Head
from store.restoring.restore import Hands, Restored, Wish, restore
from tests.adapters import carded
from tests.builders import Clock, a_chunk, a_fetch, a_filing, a_log, a_training, labelled, put
from trainer.run import CONFIG, WEIGHTS, whole_adapter_id_of

LIMITS = Limits("512MiB", 1)
VIEWS = ("filings", "chunks", "triplets", "labels", "refusals", "dead_letters", "adapters", "events", "companies")


def a_blob(state: Path, body: bytes) -> str:
    sha256 = hashlib.sha256(body).hexdigest()
    path = state / "blobs" / sha256[:2] / sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return sha256


def an_adapter(state: Path, weights: bytes) -> str:
    """Named as the trainer names them; what is in it was never trained."""
    folder = state / "adapters" / "new"
    folder.mkdir(parents=True)
    for name, content in ((WEIGHTS, weights), (CONFIG, b"{}")):
        (folder / name).write_bytes(content)
    adapter_id = carded(folder)
    folder.rename(folder.with_name(adapter_id))
    return adapter_id


def fetched(log: EventLog, state: Path, n: int) -> str:
    """A filing whose bytes are there; the blob's sha256."""
    sha256 = a_blob(state, f"Filing {n}. ".encode() * 100)
    put(log, a_filing(n), a_fetch(n, sha256=sha256), stream=f"filing-{n}")
    return sha256


def trained(log: EventLog, state: Path, weights: bytes = b"weights") -> str:
    adapter_id = an_adapter(state, weights)
    put(log, a_training(adapter_id))
    return adapter_id


def publish(log: EventLog, state: Path) -> Publisher:
    """All that is in the log; segments are merged where there are enough of them."""
    publisher = Publisher(log, state)
    while publisher.publish():
        pass
    while publisher.tidy().worked:
        pass
    return publisher


def a_home(folder: Path) -> None:
    """`state` with a closed log of eleven events, all published, and `backup` of it."""
    state = folder / "state"
    with a_log(state) as log:
        fetched(log, state, 1)
        labelled(log, "Sales rose.", "Costs fell.")
        trained(log, state)
        publish(log, state)
    backed_up(state, folder / "backup")


def backed_up(state: Path, place: Path, *, verify: bool = False) -> Made:
    return back_up(state, place, adapter_id_of=whole_adapter_id_of, verify=verify, clock=Clock())


def flip(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)


def more(state: Path, *texts: str) -> Head:
    """A service was there meanwhile; where its log ended."""
    with a_log(state) as log:
        put(log, *(a_chunk(text) for text in texts))
        publish(log, state)
        return log.head


def head_of(folder: Path) -> Head:
    log = open_log(folder, purpose=None, limits=LIMITS)
    try:
        return log.head
    finally:
        log.close()


def views_of(state: Path) -> dict[str, list[str]]:
    """All rows of what a user can query, as text."""
    with duckdb.connect(str(state / "finsdistill.duckdb"), read_only=True) as connection:
        return {view: sorted(map(repr, connection.execute(f"FROM {view}").fetchall())) for view in VIEWS}


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def brought_back(
    state: Path, backup: Path | None = None, *, replace: bool = False, accept_loss: bool = False
) -> Restored:
    hands = Hands(LIMITS, whole_adapter_id_of, clock=Clock())
    return restore(state, backup, Wish(replace=replace, accept_loss=accept_loss), hands)


def killed(what: str, state: Path, place: Path, folder: Path, root: Path, *moments: int) -> list[Path]:
    """Copies of both, in which a backup or a restore was killed before the given renames and removals, or before each."""
    script = root / "tests" / "store" / "killed_child.py"
    command = [sys.executable, str(script), what, str(state), str(place), str(folder), *map(str, moments)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(root)}, timeout=120)
    return sorted(folder.iterdir())
