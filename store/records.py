"""Events as the log stores them, and the chain that makes a lost or altered one noticeable. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from pydantic_core import to_json

from store.errors import EventUnusable
from store.events import Event, Fact
from store.ids import canonical_json, sha256_hex
from store.upcast import event_of

GENESIS: Final = "0" * 64  # the hash before the first event

# Values that pydantic's writer spells as `canonical_json` does, at half the cost (a law in the tests). No floats: 1e-7, 1e-07.
_PLAIN: Final = frozenset({str, int, bool, type(None)})


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
        return event_of(self.payload)


@dataclass(frozen=True)
class Head:
    """The end of the log."""

    seq: int
    hash: str
    recorded_at: datetime


def payload_of(event: Event) -> str:
    """The event's canonical JSON. Raises ValueError for what cannot be stored: NaN, infinity, half a surrogate pair, an
    integer beyond 64 bits."""
    return _spelled(event).decode()


def _spelled(event: Event) -> bytes:
    own, names = vars(event), _always_there(type(event))
    if names is not None and _PLAIN.issuperset(map(type, own.values())):
        return to_json(_within_64_bits({name: own[name] for name in names}))
    values = _within_64_bits(event.model_dump(mode="json"))
    return canonical_json(values).encode()  # UnicodeEncodeError, a ValueError, for half a surrogate pair


@cache
def _always_there(kind: type[Fact]) -> tuple[str, ...] | None:
    """A kind's fields, sorted; None where some are left out of the payload at times."""
    sometimes = any(field.exclude_if is not None for field in kind.model_fields.values())
    return None if sometimes else tuple(sorted(kind.model_fields))


def _within_64_bits(values: dict[str, Any]) -> dict[str, Any]:
    """DuckDB's BIGINT is what every integer of a fact is stored as."""
    if (beyond := _beyond_64_bits(values.values())) is not None:
        raise ValueError(f"{beyond} is beyond 64 bits")
    return values


def _beyond_64_bits(values: Iterable[object]) -> int | None:
    for value in values:
        found = None
        if type(value) is str or value is None:
            continue
        if isinstance(value, int):
            found = value if value.bit_length() > 63 else None
        elif isinstance(value, (dict, list)):
            found = _beyond_64_bits(value.values() if isinstance(value, dict) else value)
        if found is not None:
            return found
    return None


@dataclass(frozen=True, slots=True)
class Prepared:
    """An append, and all that can be said of it before its place in the log is known."""

    append: Append
    payloads: list[str]
    digests: list[str]  # sha256 of each payload
    sha256: str  # of them all


def prepared(append: Append) -> Prepared:
    """Raises EventUnusable for the first event that cannot be stored."""
    payloads, digests = [], []
    for event in append.events:
        try:
            spelled = _spelled(event)
        except ValueError as cause:
            raise EventUnusable(event.type, append.stream, str(cause)) from cause
        payloads.append(spelled.decode())
        digests.append(sha256_hex(spelled))
    return Prepared(append, payloads, digests, batch_sha256(payloads))


def batch_sha256(payloads: Iterable[str]) -> str:
    """What tells a repeated append from another batch under the same key: the sha256 of its payloads, a line each."""
    whole = hashlib.sha256()
    for number, payload in enumerate(payloads):
        whole.update(f"\n{payload}".encode() if number else payload.encode())
    return whole.hexdigest()


def chain_hash(prev: str, log_id: str, record: Record) -> str:
    """`record.hash` is not part of it. Whoever changes, drops or reorders an event breaks every later hash."""
    links = Links(log_id, record.stream, append_key=record.append_key, recorded_at=record.recorded_at)
    return links.of(prev, record)


class Links:
    """What the hashes of one batch have in common, spelled once: the canonical JSON of design.md's nine values."""

    def __init__(self, log_id: str, stream: str, *, append_key: str, recorded_at: datetime) -> None:
        moment = recorded_at.replace(tzinfo=UTC)
        recorded_at_us = int(moment.timestamp()) * 1_000_000 + moment.microsecond
        self._log_id, self._stream = canonical_json(log_id), canonical_json(stream)
        self._moment_and_key = f"{recorded_at_us},{canonical_json(append_key)}"

    def hash(self, prev: str, seq: int, version: int, kind: str, digest: str) -> str:
        """`kind` is the event's type as JSON, `digest` the sha256 of its payload."""
        return sha256_hex(
            f'["{prev}",{self._log_id},{seq},{self._stream},{version},{kind},{self._moment_and_key},"{digest}"]'
        )

    def of(self, prev: str, record: Record) -> str:
        """For an event of this batch as it was stored."""
        return self.hash(prev, record.seq, record.version, canonical_json(record.type), sha256_hex(record.payload))
