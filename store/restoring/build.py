"""A new log from whatever holds its events: gathered along the chain, folded anew, and proven, in a folder of its own."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from store.backups.copies import Unreadable
from store.backups.walking import EventSource, Walk
from store.database import duckdb_errors, open_database
from store.errors import StateUnusable
from store.highwater import HighWater, Mark
from store.log import Limits, open_log
from store.rebuild import rebuild, verify

_SLICE: Final = 50_000  # events inserted at a time, and at most as many bytes as below
_SLICE_BYTES: Final = 64 << 20


@dataclass(frozen=True)
class Stretch:
    """Events that were taken from one place."""

    path: Path
    first_seq: int
    last_seq: int


@dataclass(frozen=True)
class Gathered:
    """`troubles`: files, or parts of them, that could not be used, in words."""

    stretches: tuple[Stretch, ...]
    troubles: tuple[str, ...]


def gather(walk: Walk, sources: Sequence[EventSource], sink: Callable[[pa.Table], None]) -> Gathered:
    """As far as all of them together continue the chain; the first that can is asked first, again after each stretch."""
    stretches: list[Stretch] = []
    troubles: list[str] = []
    going = True
    while going:
        going = False
        for source in sources:
            start = walk.head.seq
            if not source.covers(start + 1):
                continue
            try:
                walk.go(source, sink)
            except Unreadable as trouble:
                if str(trouble) not in troubles:
                    troubles.append(str(trouble))
            if walk.head.seq > start:
                stretches.append(Stretch(source.path, start + 1, walk.head.seq))
                going = True
                break
    return Gathered(tuple(stretches), tuple(troubles))


def write_log(
    folder: Path, walk: Walk, sources: Sequence[EventSource], *, limits: Limits, progress: Callable[[str], None]
) -> Gathered:
    """`folder` then holds a log of what could be gathered, its tables still empty, and its high-water mark."""
    path = folder / "log.duckdb"
    with _inserting(path, limits, temp=folder / "tmp") as insert:

        def sink(table: pa.Table) -> None:
            insert(table)
            progress(f"event {walk.head.seq:,}")

        gathered = gather(walk, sources, sink)
    high_water = HighWater(folder / "high-water")
    try:
        high_water.write(Mark(walk.log_id, walk.head.seq, walk.head.hash))
    finally:
        high_water.close()
    return gathered


@contextmanager
def _inserting(path: Path, limits: Limits, temp: Path) -> Iterator[Callable[[pa.Table], None]]:
    """What is given is inserted in slices: each insert costs a commit."""
    connection = open_database(path, memory_limit=limits.memory, threads=limits.threads, temp_dir=temp)
    waiting: list[pa.Table] = []

    def insert(table: pa.Table) -> None:
        waiting.append(table)
        if sum(t.num_rows for t in waiting) >= _SLICE or sum(t.nbytes for t in waiting) >= _SLICE_BYTES:
            _flush(connection, waiting)

    try:
        with duckdb_errors(path):
            yield insert
            _flush(connection, waiting)
            connection.execute("CHECKPOINT")
    finally:
        connection.close()


def _flush(connection: duckdb.DuckDBPyConnection, waiting: list[pa.Table]) -> None:
    if waiting:
        connection.register("incoming", pa.concat_tables(waiting))
        connection.execute("INSERT INTO raw.events BY NAME SELECT * FROM incoming")
        connection.unregister("incoming")
        waiting.clear()


def fold_and_prove(folder: Path, *, limits: Limits, progress: Callable[[str], None]) -> None:
    """Every table and the ledger from the events, by the code of `rebuild`, then proven equal to their rebuild."""
    log = open_log(folder, purpose=None, limits=limits)
    try:
        rebuild(log, lambda seq: progress(f"tables to event {seq:,} of {log.head.seq:,}"))
        proofs = verify(log, lambda seq: progress(f"proof to event {seq:,} of {log.head.seq:,}"))
        if wrong := [proof.table for proof in proofs if not proof.agrees]:
            raise StateUnusable(
                f"{', '.join(wrong)} differ from their rebuild: check the disk and the memory of this machine"
            )
    finally:
        log.close()
