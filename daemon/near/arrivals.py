"""The log's texts in the order in which they came, for the index."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from daemon.near.judging import Newcomer
from store.events import ChunkAppended
from store.log import EventLog
from store.states.texts.columns import HELDOUT, TRAIN

_UNTIL: Final = "SELECT max(seq) FROM (SELECT seq FROM raw.chunks WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?)"
_ARRIVED: Final = """
SELECT c.accession, c.seq, c.text_id, c.split = 'heldout', len(c.marks) = 0,
    json_extract_string(e.payload, '$.text'), json_extract_string(e.payload, '$.v') = '1'
FROM raw.chunks c JOIN raw.events e ON e.seq = c.seq
WHERE c.seq > ? AND c.seq <= ? AND e.seq > ? AND e.seq <= ? ORDER BY c.seq
"""
_UNLINKED: Final = """
SELECT DISTINCT text_id FROM raw.text_changes WHERE seq > ? AND seq <= ? AND NOT linked AND NOT across
"""
_FIRST: Final = """
SELECT c.accession, c.seq, c.text_id, c.split = 'heldout', len(c.marks) = 0,
    json_extract_string(e.payload, '$.text'), false
FROM raw.chunks c JOIN raw.events e ON e.seq = c.seq
WHERE c.seq IN (SELECT min(seq) FROM raw.chunks WHERE text_id IN (SELECT unnest(?)) GROUP BY text_id, split) ORDER BY c.seq
"""


@dataclass(frozen=True)
class Arrival:
    """An occurrence. `old`: it comes from a version that compared no texts."""

    accession: str
    seq: int
    text_id: str
    heldout: bool
    sound: bool
    text: str
    old: bool

    @property
    def bit(self) -> int:
        return int(HELDOUT if self.heldout else TRAIN)


def arrived(log: EventLog, after: int, head: int, *, limit: int) -> tuple[list[Arrival], int]:
    """At most so many, and those that stand for themselves again; and up to which event that is all."""
    ((last,),) = log.query(_UNTIL, [after, head, limit])
    until = last if last is not None and last < head else head
    new = [Arrival(*row) for row in log.query(_ARRIVED, [after, until, after, until])]
    if len(new) < limit:
        until = head
    free = [name for (name,) in log.query(_UNLINKED, [after, until])]
    return new + first_of(log, free), until


def first_of(log: EventLog, names: Sequence[str]) -> list[Arrival]:
    """Of each text the oldest occurrence in each of its splits."""
    return [Arrival(*row) for row in log.query(_FIRST, [list(names)])] if names else []


def by_filing(arrivals: Iterable[Arrival]) -> list[list[Arrival]]:
    """Those that stand side by side."""
    return [list(group) for _, group in groupby(arrivals, key=lambda arrival: (arrival.accession, arrival.heldout))]


def newcomers(chunks: Iterable[Arrival], splits: dict[str, int]) -> list[Newcomer]:
    """The texts that are new in their split, each once. `splits`: in which each stands already, in bits."""
    found: dict[str, Newcomer] = {}
    for one in chunks:
        known = splits.get(one.text_id, 0)
        if one.text_id in found:
            before = found[one.text_id]
            found[one.text_id] = Newcomer(
                one.text_id, before.text, before.bit, before.unknown, before.sound or one.sound
            )
        elif not known & one.bit:
            found[one.text_id] = Newcomer(one.text_id, one.text, one.bit, unknown=not known, sound=one.sound)
    return list(found.values())


def arrival_of(chunk: ChunkAppended) -> Arrival:
    """One that is not in the log yet."""
    return Arrival(chunk.accession, 0, chunk.text_id, chunk.split == "heldout", not chunk.marks, chunk.text, old=False)
