"""Events read from the log's own table, on any connection to it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from store.events import LogCreated
from store.records import Record

_COLUMNS: Final = "seq, stream, version, type, recorded_at, append_key, payload, hash"
_PAGE: Final = 2_000  # events read at a time; bounds the memory of a walk over the whole log

Query = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]  # all rows of one statement


def records_of(query: Query, *, after: int = 0, types: Sequence[str] = ()) -> Iterator[Record]:
    """Events with a higher `seq`, in order; of the given types, or all."""
    for page in _pages_of(query, after, types) if types else _pages(query, after):
        yield from (Record(*row) for row in page)


def _pages(query: Query, after: int) -> Iterator[list[tuple[Any, ...]]]:
    """By ranges of seq: DuckDB skips what lies outside, where a LIMIT would sort all that is left each time."""
    sql = f"SELECT {_COLUMNS} FROM raw.events WHERE seq BETWEEN ? AND ? ORDER BY seq"  # noqa: S608 - our own names
    while True:
        page = query(sql, [after + 1, after + _PAGE])
        if page:
            yield page
            after = page[-1][0]
            continue
        ((following,),) = query("SELECT min(seq) FROM raw.events WHERE seq > ?", [after])
        if following is None:
            return
        after = following - 1  # a hole, which whoever follows the chain will name


def _pages_of(query: Query, after: int, types: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
    """As a join, which reads the payloads of what it found alone: `list_contains` reads all of them."""
    sql = f"SELECT {_COLUMNS} FROM raw.events WHERE seq > ? AND type IN (SELECT unnest(?)) ORDER BY seq LIMIT {_PAGE}"  # noqa: S608 - our own names
    while page := query(sql, [after, list(types)]):
        yield page
        after = page[-1][0]


def creation_of(query: Query) -> LogCreated | None:
    """Who this log is. What the first event says counts: a table made from it may be damaged."""
    rows = query(f"SELECT {_COLUMNS} FROM raw.events WHERE seq = 1", [])  # noqa: S608 - our own names
    event = Record(*rows[0]).event if rows else None
    return event if isinstance(event, LogCreated) else None
