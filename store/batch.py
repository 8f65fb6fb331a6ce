"""A group of appends turned into the rows of one transaction. Pure: the writer gives it what it needs to know."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from store.errors import AppendKeyReused, StreamMoved
from store.projections import Value, rows_of
from store.records import Appended, Head, Links, Prepared
from store.tables import EVENTS, TABLES

Row = tuple[Value, ...]  # as its table's columns stand, `seq` first

_COLUMNS: Final = {table.name: tuple(name for name, _ in table.columns) for table in TABLES}


@dataclass(frozen=True)
class KeyUse:
    """What an append key stands for."""

    stream: str
    first_seq: int
    last_seq: int
    sha256: str


@dataclass
class Batch:
    """Grows append by append; a refused append leaves it as it was. `rows` maps a table's name to what it gets."""

    log_id: str
    head: Head
    now: datetime
    versions: dict[str, int]
    keys: dict[str, KeyUse]
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    new_keys: dict[str, KeyUse] = field(default_factory=dict)
    cursors: dict[str, int] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)  # streams that got events; `known` had some before
    known: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.known = frozenset(self.versions)

    def add(self, prepared: Prepared) -> Appended:
        """Raises AppendKeyReused and StreamMoved. A repeated key is answered before the version is looked at."""
        append = prepared.append
        if (use := self.keys.get(append.key)) is not None:
            if (use.sha256, use.stream) != (prepared.sha256, append.stream):
                raise AppendKeyReused(append.key, append.stream)
            return Appended(use.first_seq, use.last_seq, repeated=True)
        version = self.versions.get(append.stream, 0)
        if append.expect is not None and append.expect != version:
            raise StreamMoved(append.stream, append.expect, version)
        return self._take(prepared)

    def _take(self, prepared: Prepared) -> Appended:
        append, first = prepared.append, self.head.seq + 1
        if append.events:
            self._write(prepared)
            self.touched.add(append.stream)
        use = KeyUse(append.stream, first, self.head.seq, prepared.sha256)
        self.keys[append.key] = self.new_keys[append.key] = use
        if append.cursor is not None:
            self.cursors[append.cursor.consumer] = append.cursor.seq
        return Appended(first, self.head.seq, repeated=False)

    def _write(self, prepared: Prepared) -> None:
        append = prepared.append
        stream, key = append.stream, append.key
        # A clock that was set back must not reorder history.
        moment = max(self.now, self.head.recorded_at)
        links = Links(self.log_id, stream, append_key=key, recorded_at=moment)
        seq, version, digest = self.head.seq, self.versions.get(stream, 0), self.head.hash
        events = self.rows[EVENTS.name]
        for event, payload, sha256 in zip(append.events, prepared.payloads, prepared.digests, strict=True):
            seq, version = seq + 1, version + 1
            digest = links.hash(digest, seq, version, f'"{event.type}"', sha256)
            events.append((seq, stream, version, event.type, moment, key, payload, digest))
            for row in rows_of(event, moment):
                self.rows[row.table].append((seq, *map(row.values.get, _COLUMNS[row.table])))
        self.head, self.versions[stream] = Head(seq, digest, moment), version
