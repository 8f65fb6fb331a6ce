"""What is published: immutable segments, and when they may be merged. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict

FORMAT: Final = 1
VIEWS_FILE: Final = "finsdistill.duckdb"  # beside published/, over what it holds
FAN_IN: Final = 4  # segments merged at once: about 30 stay for 10 million rows, each row rewritten about 10 times
GROWTH: Final = 2  # an older segment joins a merge while it is at most this many times what is newer


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Segment(_Frozen):
    """A Parquet file of one table's rows with `first_seq` ≤ seq ≤ `last_seq`; `file` is relative to the manifest."""

    file: str
    first_seq: int
    last_seq: int
    rows: int
    bytes: int
    sha256: str


class TableSegments(_Frozen):
    table: str
    segments: tuple[Segment, ...]


class RetiredFile(_Frozen):
    """Merged away; kept for readers that opened the set before."""

    file: str
    retired_at: datetime


class Manifest(_Frozen):
    """The truth about what is published: every event up to `seq`."""

    format: int
    log_id: str
    seq: int
    tables: tuple[TableSegments, ...]
    retired: tuple[RetiredFile, ...]

    def segments_of(self, table: str) -> tuple[Segment, ...]:
        return next((entry.segments for entry in self.tables if entry.table == table), ())


def to_merge(segments: Sequence[Segment]) -> int:
    """How many of the newest segments to merge into one; 0 for none."""
    newest_first = list(reversed(segments))
    rows, count = 0, 0
    for segment in newest_first:
        if count and segment.rows > GROWTH * rows:
            break
        rows, count = rows + segment.rows, count + 1
    return count if count >= FAN_IN else 0
