"""Parquet: typed columns, a row group a batch."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from daemon.exporting.formats.base import Batch


@dataclass(frozen=True)
class _Groups:
    writer: pq.ParquetWriter

    def write(self, batch: Batch) -> None:
        self.writer.write_batch(batch.table)


class Parquet:
    name = "parquet"

    @contextmanager
    def open(self, path: Path, schema: pa.Schema) -> Iterator[_Groups]:
        with path.open("xb") as file:
            with pq.ParquetWriter(file, schema, compression="zstd") as writer:
                yield _Groups(writer)
            file.flush()
            os.fsync(file.fileno())
