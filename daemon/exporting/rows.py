"""Rows of a split, streamed into a file and hashed on the way: memory holds a batch, however many there are."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal

import duckdb
import pyarrow as pa

from daemon.exporting.columns import LEARNED, Column, line_of, rows_sql, schema_of
from daemon.exporting.formats import Batch, Format
from daemon.exporting.manifest import SplitFile
from store.snapshot import TripletRow, row_line

Split = Literal["train", "heldout"]
_BATCH: Final = 5_000  # rows; of 3 KB each, and held about three times
# Labels that one query looks at. One query for all would need memory that grows with them: joined and sorted, a row is wide.
_SLICE: Final = 25_000
_BOUNDS: Final = """
SELECT seq FROM (SELECT seq, row_number() OVER (ORDER BY seq) AS place FROM raw_labels) WHERE place % ? = 0 ORDER BY seq
"""
_END: Final = 2**62  # behind every seq
_SEALED: Final = tuple(field.name for field in fields(TripletRow))


@dataclass(frozen=True)
class Written:
    """`sealed_sha256`: over the columns that a snapshot has, to compare with it; None where none was asked for. `learned`: rows
    that the adapter learned from."""

    file: SplitFile
    sealed_sha256: str | None
    learned: int = 0


@dataclass(frozen=True)
class Rows:
    """Which rows: as sealing would choose them at the connection's position, `since` being the snapshot before."""

    connection: duckdb.DuckDBPyConnection
    columns: tuple[Column, ...]
    since: int
    progress: Callable[[int], None]

    def write(self, folder: Path, split: Split, form: Format, *, sealed: bool) -> Written:
        name = f"{split}.{form.name}"
        digest, sealed_digest, count, learned = hashlib.sha256(), hashlib.sha256(), 0, 0
        with form.open(folder / name, schema_of(self.columns)) as writer:
            for batch in self._batches(split):
                rows: list[dict[str, Any]] = batch.to_pylist()
                lines = tuple(line_of(row) for row in rows)
                writer.write(Batch(batch, lines))
                for line in lines:
                    digest.update(line)
                if sealed:
                    for row in rows:
                        sealed_digest.update(row_line(TripletRow(**{name: row[name] for name in _SEALED})))
                count += len(rows)
                learned += sum(row.get(LEARNED.name, False) for row in rows)
                self.progress(count)
        file = SplitFile(split=split, file=name, rows=count, rows_sha256=digest.hexdigest())
        return Written(file, sealed_digest.hexdigest() if sealed else None, learned)

    def _batches(self, split: Split) -> Iterator[pa.RecordBatch]:
        schema = schema_of(self.columns)
        for after, upto in pairwise((0, *self._bounds(), _END)):
            wanted = {"since": self.since, "split": split, "after": after, "upto": upto}
            # Not `execute`, whose result is made of Python's rows first.
            reader: pa.RecordBatchReader = self.connection.sql(rows_sql(self.columns), params=wanted).to_arrow_reader(
                _BATCH
            )
            for batch in reader:
                yield from pa.Table.from_batches([batch]).cast(schema).to_batches()

    def _bounds(self) -> list[int]:
        return [seq for (seq,) in self.connection.execute(_BOUNDS, [_SLICE]).fetchall()]
