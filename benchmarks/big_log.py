"""A big log in minutes: `python benchmarks/big_log.py --events 1000000 [--real] [--folder /tmp/biglogs]`.

What `benchmarks/big_facts.py` says is written in slices straight into the tables of a log that the service made, with the
true chain, and published. Each size is built once; benchmarks work on copies. About 25,000 events a second.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import duckdb  # noqa: E402
import pyarrow as pa  # noqa: E402

from benchmarks.big_facts import START, Lot, Size, history  # noqa: E402 - found from the checkout
from daemon.labelling.recipes import Recipes  # noqa: E402
from daemon.teachers.extractive import ExtractiveSettings  # noqa: E402
from store.database import arrow_schema, open_database  # noqa: E402
from store.highwater import HighWater, Mark  # noqa: E402
from store.ids import sha256_hex  # noqa: E402
from store.log import EventLog, open_log  # noqa: E402
from store.publishing.publish import Publisher  # noqa: E402
from store.records import Head, Record, chain_hash  # noqa: E402
from store.tables import EVENTS, TABLES  # noqa: E402

FOLDER: Final = Path("/tmp/biglogs")  # noqa: S108 - a cache that anybody may delete
_DONE: Final = "built-4"  # its number counts what a cached log no longer is
_SLICE: Final = 100_000  # events inserted at a time
_APART: Final = timedelta(milliseconds=40)  # between two appends
_KEYS: Final = pa.schema(
    [(name, pa.string()) for name in ("append_key", "stream")]
    + [(name, pa.int64()) for name in ("first_seq", "last_seq")]
    + [("sha256", pa.string())]
)
# As store.ids.canonical_json writes it, without making an encoder for each event.
_json: Callable[[object], str] = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


def cached(size: Size, folder: Path = FOLDER) -> Path:
    """The state folder of a published log of this size, built if it is not there. Not to be written to: copy it."""
    home = folder / size.name
    if not (home / _DONE).exists():
        shutil.rmtree(home, ignore_errors=True)
        build(size, home)
        (home / _DONE).touch()
    return home


def copy(size: Size, target: Path, folder: Path = FOLDER) -> Path:
    """A copy that may be written to, blocks shared where the file system can."""
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-r", "--reflink=auto", str(cached(size, folder)), str(target)], check=True)  # noqa: S607
    return target


def build(size: Size, state: Path, *, publish: bool = True) -> None:
    recipe = ExtractiveSettings().recipe()
    log = open_log(state, purpose="real", clock=lambda: START)
    Recipes(log, recipe, whole=True)  # declares and adopts it
    head, log_id = log.head, log.log_id
    streams = dict(log.query("SELECT stream, version FROM ledger.streams"))
    log.close()
    connection = open_database(state / "log.duckdb", memory_limit="4GiB", threads=2, temp_dir=state / "tmp")
    bulk = _Bulk(connection, log_id, head, streams)
    for lot in history(size, recipe.recipe_id):
        if bulk.head.seq >= size.events:
            break
        bulk.add(lot)
    bulk.close()
    high_water = HighWater(state / "high-water")
    high_water.write(Mark(log_id, bulk.head.seq, bulk.head.hash))
    high_water.close()
    if publish:
        _publish(state)


def _publish(state: Path) -> None:
    log: EventLog = open_log(state, purpose="real")
    try:
        publisher = Publisher(log, state)
        while publisher.publish() or publisher.tidy().worked:
            pass
    finally:
        log.close()


class _Bulk:
    def __init__(self, connection: duckdb.DuckDBPyConnection, log_id: str, head: Head, streams: dict[str, int]) -> None:
        self._connection, self._log_id, self.head, self._streams = connection, log_id, head, streams
        self._now: datetime = head.recorded_at
        self._records: list[Record] = []
        self._rows: dict[str, list[dict[str, Any]]] = {table.name: [] for table in TABLES}
        self._keys: list[dict[str, Any]] = []

    def add(self, lot: Lot) -> None:
        self._now += _APART
        first, payloads = self.head.seq + 1, [_json(fact.payload) for fact in lot.facts]
        version = self._streams.get(lot.stream, 0)
        for number, (fact, payload) in enumerate(zip(lot.facts, payloads, strict=True)):
            seq = first + number
            values = (seq, lot.stream, version + number + 1, fact.type, self._now, lot.key, payload)
            digest = chain_hash(self.head.hash, self._log_id, Record(*values, hash=""))
            self._records.append(Record(*values, hash=digest))
            self.head = Head(seq, digest, self._now)
            for table, row in fact.rows:
                self._rows[table].append({**row, "seq": seq, "recorded_at": self._now})
        self._streams[lot.stream] = version + len(lot.facts)
        names = {"append_key": lot.key, "stream": lot.stream, "first_seq": first, "last_seq": self.head.seq}
        self._keys.append({**names, "sha256": sha256_hex("\n".join(payloads))})
        if len(self._records) >= _SLICE:
            self._flush()

    def close(self) -> None:
        self._flush()
        versions = {"stream": list(self._streams), "version": list(self._streams.values())}
        self._insert("ledger.streams", pa.table(versions), how="INSERT OR REPLACE")
        # Nobody needs to walk a chain that was made a moment ago; a test does, for all that is made here.
        self._connection.execute("DELETE FROM ledger.verified")
        self._connection.execute("INSERT INTO ledger.verified VALUES (?, ?)", [self.head.seq, self.head.hash])
        self._connection.execute("CHECKPOINT")
        self._connection.close()

    def _flush(self) -> None:
        self._connection.execute("BEGIN")
        columns = {name: [getattr(r, name) for r in self._records] for name in arrow_schema(EVENTS).names}
        self._insert("raw.events", pa.table(columns, schema=arrow_schema(EVENTS)))
        for table in TABLES:
            if rows := self._rows[table.name]:
                self._insert(f"raw.{table.name}", pa.Table.from_pylist(rows, schema=arrow_schema(table)))
                rows.clear()
        self._insert("ledger.appends", pa.Table.from_pylist(self._keys, schema=_KEYS))
        self._connection.execute("COMMIT")
        self._records.clear()
        self._keys.clear()

    def _insert(self, name: str, rows: pa.Table, how: str = "INSERT") -> None:
        self._connection.register("incoming", rows)
        self._connection.execute(f"{how} INTO {name} BY NAME SELECT * FROM incoming")
        self._connection.unregister("incoming")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--real", action="store_true", help="texts of 1.5 KB")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    given = parser.parse_args()
    began = time.monotonic()
    state = cached(Size(given.events, given.real), given.folder)
    size_mb = (state / "log.duckdb").stat().st_size / 1e6
    print(f"{state}: log.duckdb {size_mb:,.0f} MB, {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
