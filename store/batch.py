"""A group of appends turned into the records of one transaction. Pure: the writer gives it what it needs to know."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from store.errors import AppendKeyReused, StreamMoved
from store.projections import Row, rows_of
from store.records import Append, Appended, Head, Record, batch_sha256, chain_hash, payloads_of


@dataclass(frozen=True)
class KeyUse:
    """What an append key stands for."""

    stream: str
    first_seq: int
    last_seq: int
    sha256: str


@dataclass
class Batch:
    """Grows append by append; a refused append leaves it as it was."""

    log_id: str
    head: Head
    now: datetime
    versions: dict[str, int]
    keys: dict[str, KeyUse]
    records: list[Record] = field(default_factory=list)
    rows: list[tuple[int, Row]] = field(default_factory=list)
    new_keys: dict[str, KeyUse] = field(default_factory=dict)
    cursors: dict[str, int] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)

    def add(self, append: Append) -> Appended:
        """Raises EventUnusable, AppendKeyReused and StreamMoved. A repeated key is answered before the version is looked at."""
        payloads = payloads_of(append)
        sha256 = batch_sha256(payloads)
        if (use := self.keys.get(append.key)) is not None:
            if (use.sha256, use.stream) != (sha256, append.stream):
                raise AppendKeyReused(append.key, append.stream)
            return Appended(use.first_seq, use.last_seq, repeated=True)
        version = self.versions.get(append.stream, 0)
        if append.expect is not None and append.expect != version:
            raise StreamMoved(append.stream, append.expect, version)
        return self._take(append, payloads, sha256)

    def _take(self, append: Append, payloads: list[str], sha256: str) -> Appended:
        first = self.head.seq + 1
        for event, payload in zip(append.events, payloads, strict=True):
            version = self.versions.get(append.stream, 0) + 1
            record = Record(
                seq=self.head.seq + 1,
                stream=append.stream,
                version=version,
                type=event.type,
                # A clock that was set back must not reorder history.
                recorded_at=max(self.now, self.head.recorded_at),
                append_key=append.key,
                payload=payload,
                hash="",
            )
            record = replace(record, hash=chain_hash(self.head.hash, self.log_id, record))
            self.head = Head(record.seq, record.hash, record.recorded_at)
            self.versions[append.stream] = version
            self.records.append(record)
            self.rows.extend((record.seq, row) for row in rows_of(event, record.recorded_at))
        if append.events:
            self.touched.add(append.stream)
        use = KeyUse(append.stream, first, self.head.seq, sha256)
        self.keys[append.key] = self.new_keys[append.key] = use
        if append.cursor is not None:
            self.cursors[append.cursor.consumer] = append.cursor.seq
        return Appended(first, self.head.seq, repeated=False)
