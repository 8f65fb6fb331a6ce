"""Events as the log stores them, and the chain that makes a lost or altered one noticeable. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from store.errors import EventUnusable
from store.events import EVENT, Event
from store.ids import canonical_json, sha256_hex

GENESIS: Final = "0" * 64  # the hash before the first event


@dataclass(frozen=True)
class Cursor:
    """How far a consumer has read: it has handled every event up to and including `seq`."""

    consumer: str
    seq: int


@dataclass(frozen=True)
class Append:
    """Events for one stream, all or none. `key` names the whole batch: the same key twice has one effect.

    `expect`: the version of the stream the decision was made on, 0 for a new one; None where no decision depends on it.
    """

    stream: str
    events: tuple[Event, ...]
    key: str
    expect: int | None = None
    cursor: Cursor | None = None

    def __post_init__(self) -> None:
        try:
            f"{self.stream}{self.key}".encode()
        except UnicodeEncodeError as cause:  # a file name that is no UTF-8 becomes such a text
            raise EventUnusable("batch", self.stream, str(cause)) from cause


@dataclass(frozen=True)
class Appended:
    """Where the batch stands; `repeated` when an earlier append with this key had put it there already."""

    first_seq: int
    last_seq: int
    repeated: bool


@dataclass(frozen=True)
class Record:
    """One stored event. `version` counts from 1 in its stream, `seq` from 1 in the log; `recorded_at` is naive UTC."""

    seq: int
    stream: str
    version: int
    type: str
    recorded_at: datetime
    append_key: str
    payload: str
    hash: str

    @property
    def event(self) -> Event:
        return EVENT.validate_json(self.payload)


@dataclass(frozen=True)
class Head:
    """The end of the log."""

    seq: int
    hash: str
    recorded_at: datetime


def payload_of(event: Event) -> str:
    """Raises ValueError for what cannot be stored: NaN, infinity, half a surrogate pair, an integer beyond 64 bits."""
    values = event.model_dump(mode="json")
    if (beyond := next(_beyond_64_bits(values), None)) is not None:
        raise ValueError(f"{beyond} is beyond 64 bits")
    payload = canonical_json(values)
    payload.encode()  # UnicodeEncodeError, a ValueError, for half a surrogate pair
    return payload


def _beyond_64_bits(value: object) -> Iterator[int]:
    """DuckDB's BIGINT is what every integer of a fact is stored as."""
    match value:
        case int() if value.bit_length() > 63:
            yield value
        case dict():
            yield from (found for inner in value.values() for found in _beyond_64_bits(inner))
        case list():
            yield from (found for inner in value for found in _beyond_64_bits(inner))


def payloads_of(append: Append) -> list[str]:
    """Raises EventUnusable for the first event that cannot be stored."""
    payloads = []
    for event in append.events:
        try:
            payloads.append(payload_of(event))
        except ValueError as cause:
            raise EventUnusable(event.type, append.stream, str(cause)) from cause
    return payloads


def chain_hash(prev: str, log_id: str, record: Record) -> str:
    """`record.hash` is not part of it. Whoever changes, drops or reorders an event breaks every later hash."""
    moment = record.recorded_at.replace(tzinfo=UTC)
    recorded_at_us = int(moment.timestamp()) * 1_000_000 + moment.microsecond
    link = [
        prev,
        log_id,
        record.seq,
        record.stream,
        record.version,
        record.type,
        recorded_at_us,
        record.append_key,
        sha256_hex(record.payload),
    ]
    return sha256_hex(canonical_json(link))


def batch_sha256(payloads: list[str]) -> str:
    """What tells a repeated append from another batch under the same key."""
    return sha256_hex("\n".join(payloads))
