"""JSON Lines: one canonical JSON object a row, so that `sha256sum` of the file is the rows' sha256."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa

from daemon.exporting.formats.base import Batch


@dataclass(frozen=True)
class _Lines:
    file: IO[bytes]

    def write(self, batch: Batch) -> None:
        self.file.writelines(batch.lines)


class JsonLines:
    name = "jsonl"

    @contextmanager
    def open(self, path: Path, schema: pa.Schema) -> Iterator[_Lines]:  # noqa: ARG002 - JSON carries no types
        with path.open("xb") as file:
            yield _Lines(file)
            file.flush()
            os.fsync(file.fileno())
