"""The formats of an export. A new one: its file, and its line here."""

from typing import Final

from daemon.exporting.formats.base import Batch, Format, RowWriter
from daemon.exporting.formats.jsonl import JsonLines
from daemon.exporting.formats.parquet import Parquet

__all__ = ["FORMATS", "Batch", "Format", "RowWriter"]

FORMATS: Final[dict[str, Format]] = {made.name: made for made in (Parquet(), JsonLines())}
