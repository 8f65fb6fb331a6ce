"""What a format does with rows."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa


@dataclass(frozen=True)
class Batch:
    """The same rows twice: for those who keep types, and as canonical JSON lines."""

    table: pa.RecordBatch
    lines: tuple[bytes, ...]


class RowWriter(Protocol):
    def write(self, batch: Batch) -> None: ...


class Format(Protocol):
    """`name` is what a person writes behind --format, and the ending of its files."""

    name: str

    def open(self, path: Path, schema: pa.Schema) -> AbstractContextManager[RowWriter]:
        """Rows are written in the block; after it the file is whole and on disk."""
        ...
