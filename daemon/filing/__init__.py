"""A filing's bytes to passages of prose, each with its Item and its place. Pure: no clock, disk or network."""

from daemon.filing.chunks import ChunkOptions, Passage
from daemon.filing.errors import FilingUnreadable, Reason
from daemon.filing.extraction import PARSER, Extraction, ItemSpan, extract
from daemon.filing.references import Status

__all__ = [
    "PARSER",
    "ChunkOptions",
    "Extraction",
    "FilingUnreadable",
    "ItemSpan",
    "Passage",
    "Reason",
    "Status",
    "extract",
]
