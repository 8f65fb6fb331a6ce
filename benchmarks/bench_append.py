"""What a durable append costs beside a plain DuckDB insert of the same rows: `python benchmarks/bench_append.py`.

One minute. Chunk events of 1,500 characters, from real filings where they lie beside the checkout, else of made-up words. Each
round appends a batch to a log, then inserts the very rows that this append wrote (events and chunks) into a fresh DuckDB file
of the same limits, one transaction, DuckDB's own fsync: once from Python values (`from_pylist`), once from Arrow tables made
beforehand, which no producer has. Streams, keys, the chain, the checks and the mark are what the log does beyond that.
Throughput is events over the time of all rounds: DuckDB folds its WAL into the file every few batches, for either.
"""

import argparse
import os
import platform
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import duckdb
import pyarrow as pa
import pydantic

from store.database import arrow_schema
from store.events import ChunkAppended
from store.ids import chunk_id, text_id
from store.log import EventLog, Limits, open_log
from store.records import Append
from store.tables import EVENTS, TABLES, Table, columns_sql

EDGAR: Final = Path(__file__).resolve().parents[2] / "shared" / "edgar" / "files"
CHARACTERS: Final = 1_500
CHUNKS: Final = next(table for table in TABLES if table.name == "chunks")
FILING: Final = "0000320193-26-000001"
LIMITS: Final = Limits()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--batch", type=int, default=1_000, help="events an append")
    parser.add_argument("--singles", type=int, default=500)
    parser.add_argument("--folder", type=Path, default=None, help="on the disk that is measured")
    given = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        batches(Path(name), given.rounds, given.batch)
        singles(Path(name), given.singles)
        producers(Path(name), given.singles)
    print("load after it: {:.1f} {:.1f} {:.1f}".format(*os.getloadavg()))


def machine() -> str:
    versions = f"Python {platform.python_version()}, DuckDB {duckdb.__version__}, pyarrow {pa.__version__}, "
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, {versions}pydantic {pydantic.VERSION}, {LIMITS.threads} threads; "
        "load before it: {:.1f} {:.1f} {:.1f}".format(*os.getloadavg())
    )


def passages() -> Iterator[str]:
    """Texts of 1,500 characters without end, the same in every run."""
    for path in sorted(EDGAR.rglob("*.txt")):
        words = " ".join(re.sub(r"<[^>]*>", " ", path.read_text("latin-1")).split())
        yield from (words[at : at + CHARACTERS] for at in range(0, len(words) - CHARACTERS, CHARACTERS))
    made_up = random.Random(1)
    while True:
        words = " ".join("".join(made_up.choices("etaoinshrdlu", k=made_up.randint(2, 11))) for _ in range(300))
        yield words[:CHARACTERS]


def chunks() -> Iterator[ChunkAppended]:
    for ordinal, text in enumerate(passages()):
        name = text_id(text)
        yield ChunkAppended(
            chunk_id=chunk_id(FILING, "7", name, ordinal),
            text_id=name,
            accession=FILING,
            ordinal=ordinal,
            item="7",
            char_start=ordinal * CHARACTERS,
            char_end=(ordinal + 1) * CHARACTERS,
            split="train",
            text=text,
        )


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Plain:
    """A DuckDB file with the two tables and nothing else."""

    def __init__(self, path: Path) -> None:
        self._connection = duckdb.connect(
            str(path), config={"memory_limit": LIMITS.memory, "threads": str(LIMITS.threads)}
        )
        for table in (EVENTS, CHUNKS):
            self._connection.execute(f"CREATE TABLE {table.name} ({columns_sql(table)})")
        self._connection.execute("CHECKPOINT")

    def insert(self, rows: "dict[Table, pa.Table]") -> None:
        self._connection.execute("BEGIN")
        for table, incoming in rows.items():
            self._connection.register("incoming", incoming)
            self._connection.execute(f"INSERT INTO {table.name} SELECT * FROM incoming")
        self._connection.execute("COMMIT")

    def insert_values(self, rows: "dict[Table, list[dict[str, Any]]]") -> None:
        self.insert({table: as_arrow(table, own) for table, own in rows.items()})


def as_arrow(table: Table, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=arrow_schema(table))


def written(log: EventLog, after: int) -> dict[Table, list[dict[str, Any]]]:
    """What the log wrote beyond `after`, as a producer of rows would have it."""
    found = {}
    for table in (EVENTS, CHUNKS):
        names = arrow_schema(table).names
        rows = log.query(f"SELECT {', '.join(names)} FROM raw.{table.name} WHERE seq > {after} ORDER BY seq")
        found[table] = [dict(zip(names, row, strict=True)) for row in rows]
    return found


@dataclass(frozen=True)
class Times:
    """Seconds of each round."""

    ours: list[float]
    from_values: list[float]
    from_arrow: list[float]


def batches(folder: Path, rounds: int, size: int) -> None:
    times = Times([], [], [])
    values, arrow = Plain(folder / "values.duckdb"), Plain(folder / "arrow.duckdb")
    log = open_log(folder / "batches", purpose="real", limits=LIMITS)
    source = chunks()
    for round_ in range(-3, rounds):  # three to warm up
        batch = Append("filing-x", tuple(next(source) for _ in range(size)), f"k{round_}")
        after = log.head.seq
        ours = seconds(partial(log.append, batch))
        rows = written(log, after)
        tables = {table: as_arrow(table, own) for table, own in rows.items()}
        by_values, by_arrow = seconds(partial(values.insert_values, rows)), seconds(partial(arrow.insert, tables))
        if round_ >= 0:
            times.ours.append(ours)
            times.from_values.append(by_values)
            times.from_arrow.append(by_arrow)
    log.close()
    report(times, size)


def report(times: Times, size: int) -> None:
    payload = f"{len(times.ours)} appends of {size:,} chunk events of {CHARACTERS:,} characters"
    print(f"{payload} (p50; all rounds, checkpoints included)")
    for name, measured in (
        ("log.append", times.ours),
        ("(a) plain insert, from Python values", times.from_values),
        ("(b) plain insert, from ready Arrow tables", times.from_arrow),
    ):
        p50, mean = statistics.median(measured), statistics.fmean(measured)
        print(f"  {name:<42} {1000 * p50:7.1f} ms  {size / p50:9,.0f} events/s; {size / mean:9,.0f} events/s")
    for name, plain in (("a", times.from_values), ("b", times.from_arrow)):
        of_rounds = statistics.median(plain) / statistics.median(times.ours)
        of_all = sum(plain) / sum(times.ours)
        verdict = "met" if of_all >= 0.6 else "NOT met"
        print(
            f"  throughput over ({name}): {of_all:.2f}; 0.6 is {verdict}. Between two checkpoints (p50): {of_rounds:.2f}"
        )


def singles(folder: Path, count: int) -> None:
    log = open_log(folder / "singles", purpose="real", limits=LIMITS)
    facts = chunks()
    for number in range(50):
        log.append(Append("filing-x", (next(facts),), f"warm{number}"))
    for name, stream in (("one stream", "filing-x"), ("a new stream each", "filing-{}")):
        appends = [Append(stream.format(n), (next(facts),), f"{name}{n}") for n in range(count)]
        taken = sorted(seconds(partial(log.append, one)) for one in appends)
        p50, p95 = 1000 * taken[count // 2], 1000 * taken[int(count * 0.95)]
        print(f"single events, {name}: p50 {p50:.2f} ms, p95 {p95:.2f} ms; 3 ms is {'met' if p50 <= 3 else 'NOT met'}")
    log.close()


def producers(folder: Path, count: int) -> None:
    """Whoever waits while a commit runs goes into the next one; what is spelled and hashed meanwhile costs nobody time."""
    log = open_log(folder / "producers", purpose="real", limits=LIMITS)
    facts = chunks()
    for threads, events, appends in ((1, 1, count), (8, 1, count), (64, 1, count), (1, 1_000, 20), (3, 1_000, 20)):
        waiting = [Append("filing-x", tuple(islice(facts, events)), f"{threads}-{events}-{n}") for n in range(appends)]
        commits: list[int] = []
        log.on_commit(lambda head, commits=commits: commits.append(head.seq))
        with ThreadPoolExecutor(threads) as pool:
            taken = seconds(partial(list, pool.map(log.append, waiting)))
        done = f"{appends * events / taken:7,.0f} events/s, {appends / len(commits):.1f} appends a commit"
        print(f"appends of {events:,} from {threads} threads: {done}")
    log.close()


if __name__ == "__main__":
    main()
