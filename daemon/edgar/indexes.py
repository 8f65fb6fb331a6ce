"""EDGAR's master indexes: who filed what on a day, or in a quarter. Pure.

A row is `CIK|Company Name|Form Type|Date Filed|File Name` under a head that changed over the years; the date has hyphens
in a quarter's index and none in a day's. A filing of several companies has a row for each.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

_HEAD: Final = re.compile(rb"\s*CIK\s*\|\s*Company Name\s*\|\s*Form Type\s*\|\s*Date Filed\s*\|\s*File ?name\s*", re.I)
_PATH: Final = re.compile(rb"\s*edgar/data/\d{1,10}/(\d{10}-\d{2}-\d{6})\.txt\s*", re.I)
_CIK: Final = re.compile(rb"\s*0*([1-9]\d{0,9})\s*")
_DAY: Final = re.compile(rb"\s*(\d{4})-?(\d{2})-?(\d{2})\s*")
_LISTED: Final = re.compile(rb"\bmaster\.(\d{8})\.idx\b")
_BLANK: Final = b"- \t\r"  # of lines that are no rows: the rule under the head, and nothing
_GZIP: Final = b"\x1f\x8b"
_SIP: Final = 1 << 16  # packed bytes, and unpacked ones, that are looked at together
_PIECE: Final = 1 << 20
_LARGEST: Final = 128 * 2**20  # bytes of one index, unpacked: the largest quarters have some 40 MB
_MOST: Final = 500_000  # wanted filings of one index; all forms of a quarter have some 300,000
_LONGEST: Final = 64 * 1024  # bytes of a line; a row has about 100
_FORM: Final = 40  # characters of a form
_NAME: Final = 200  # characters of a company's name that are kept

Wanted = Callable[[str, date], bool]


class IndexUnreadable(ValueError):
    """Bytes that are no whole index."""


@dataclass(frozen=True)
class Entry:
    """A filing. The company whose number begins the accession comes first in `ciks`, else the oldest number; `company` is
    its name."""

    accession: str
    ciks: tuple[int, ...]
    company: str
    form: str
    filed: date


@dataclass(frozen=True)
class Index:
    """`rows` of all forms; `entries` are the filings that were wanted, as they come."""

    rows: int
    entries: tuple[Entry, ...]


def read_index(body: bytes, wanted: Wanted) -> Index:
    """`body` is an index as it is or packed by gzip; `wanted` is asked with a form, in capitals, and the day it was filed
    on. Only wanted rows are held in memory. Raises IndexUnreadable."""
    lines = _lines(_unpacked(body) if body.startswith(_GZIP) else iter((body,)))
    if not any(_HEAD.fullmatch(line) for line in lines):
        raise IndexUnreadable("it has no line with the names of an index's columns")
    rows, found, broken = 0, dict[str, Entry](), b""
    for line in lines:
        parts = line.split(b"|")
        if len(parts) < 5 or not _PATH.fullmatch(parts[-1]) or not _CIK.fullmatch(parts[0]):
            broken = line if line.strip(_BLANK) else broken
            continue
        rows, broken = rows + 1, b""
        entry = _entry(parts, wanted)
        if entry is not None:
            known = found.get(entry.accession)
            found[entry.accession] = _joined(known, entry) if known else entry
            if len(found) > _MOST:
                raise IndexUnreadable(f"it names more than {_MOST:,} filings")
    if broken:
        raise IndexUnreadable(f"it ends within a row: {broken[:80]!r}")
    return Index(rows, tuple(found.values()))


def days_listed(page: bytes) -> tuple[date, ...]:
    """The days for which a folder of daily indexes has one, in order; `page` is the folder's listing as JSON or HTML."""
    return tuple(sorted({day for found in _LISTED.findall(page) if (day := _day(found)) is not None}))


def _entry(parts: list[bytes], wanted: Wanted) -> Entry | None:
    """None for a row that is not wanted. A company's name may hold the bar that separates columns."""
    form = parts[-3].decode("latin-1").strip().upper()[:_FORM]
    filed = _day(parts[-2])
    accession, cik = _PATH.fullmatch(parts[-1]), _CIK.fullmatch(parts[0])
    if filed is None or accession is None or cik is None or not wanted(form, filed):
        return None
    name = " ".join(_text(b"|".join(parts[1:-3])).split())[:_NAME]
    return Entry(accession[1].decode(), (int(cik[1]),), name, form, filed)


def _joined(known: Entry, other: Entry) -> Entry:
    own = int(known.accession[:10])
    ciks = tuple(sorted({*known.ciks, *other.ciks}, key=lambda cik: (cik != own, cik)))
    return replace(known if ciks[0] == known.ciks[0] else other, ciks=ciks)


def _text(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1")


def _day(text: bytes) -> date | None:
    if (digits := _DAY.fullmatch(text)) is None:
        return None
    try:
        return date(int(digits[1]), int(digits[2]), int(digits[3]))
    except ValueError:
        return None


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
        if len(rest) > _LONGEST:
            raise IndexUnreadable(f"a line of it has more than {_LONGEST:,} bytes")
    yield rest


def _unpacked(packed: bytes) -> Iterator[bytes]:
    """A piece at a time: a small file may unpack to more than any memory holds."""
    unpacker, size = zlib.decompressobj(16 + zlib.MAX_WBITS), 0
    for start in range(0, len(packed), _SIP):
        sip = packed[start : start + _SIP]
        while sip and not unpacker.eof:
            try:
                piece = unpacker.decompress(sip, _PIECE)
            except zlib.error as cause:
                raise IndexUnreadable(f"damaged gzip: {cause}") from cause
            sip, size = unpacker.unconsumed_tail, size + len(piece)
            if size > _LARGEST:
                raise IndexUnreadable(f"it unpacks to more than {_LARGEST:,} bytes")
            yield piece
    if not unpacker.eof:
        raise IndexUnreadable("gzip that stops before its end")
