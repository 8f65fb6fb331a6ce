"""Every output with its flags and scores as one Parquet file: what a mean hides, and what another metric starts from."""

import os
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from evaluator.metrics import METRICS
from evaluator.scorecard import Scored
from evaluator.spec import PER_EXAMPLE_FILE, PerExampleFile
from store.files import fsync_dir
from store.ids import sha256_hex

_TEXTS = ("system", "text_id", "field", "company_id", "accession", "raw", "answer")
_FLAGS = ("empty", "unparsed", "hit_limit")


def write_per_example(run_dir: Path, scored: Sequence[Scored]) -> PerExampleFile:
    """One row an answer; `answer` is null where nothing could be read out of `raw`; a column a metric."""
    temporary = run_dir / f".{PER_EXAMPLE_FILE}.tmp"
    pq.write_table(_table(scored), temporary, compression="zstd")
    data = temporary.read_bytes()
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.rename(run_dir / PER_EXAMPLE_FILE)
    fsync_dir(run_dir)
    return PerExampleFile(path=PER_EXAMPLE_FILE, sha256=sha256_hex(data), rows=len(scored))


def _table(scored: Sequence[Scored]) -> "pa.Table":
    columns: dict[str, list[str | bool | float | None]] = {name: [] for name in (*_TEXTS, *_FLAGS)}
    columns |= {metric.name: [] for metric in METRICS}
    for one in scored:
        answer, row = one.answer, one.row
        texts = (one.system, row.text_id, answer.field, row.company_id, row.accession, answer.raw, answer.text)
        values = (*texts, answer.empty, answer.unparsed, answer.hit_limit, *one.scores)
        for column, value in zip(columns.values(), values, strict=True):
            column.append(value)
    return pa.table(columns, schema=_schema())


def _schema() -> "pa.Schema":
    return pa.schema(
        [pa.field(name, pa.string(), nullable=name == "answer") for name in _TEXTS]
        + [pa.field(name, pa.bool_(), nullable=False) for name in _FLAGS]
        + [pa.field(metric.name, pa.float64(), nullable=False) for metric in METRICS]
    )
