"""Walking the chain: each event must continue the one before it. Pure; whoever reads events from a file goes through here."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from store.errors import StateUnusable
from store.records import GENESIS, Head, Links, Record

# Before the first event. The epoch as naive UTC, like all times here.
BEGINNING: Final = Head(0, GENESIS, datetime(1970, 1, 1))  # noqa: DTZ001


class ChainBroken(StateUnusable):
    """Event `seq` is missing, or is not what was written. Whoever knows the file adds its name and the way back."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(f"the chain is broken at event {seq}: {why}")
        self.seq, self.why = seq, why


def follow(head: Head, log_id: str, records: Iterable[Record]) -> Iterator[Record]:
    """Each record, once it is shown to continue `head`: no number left out, the hash follows, no step back in time.

    Raises ChainBroken at the first that does not. A chain that ends too early is whole: compare the last record's `seq`
    with what was acknowledged.
    """
    links, common = None, None
    for record in records:
        if record.seq != head.seq + 1:
            raise ChainBroken(head.seq + 1, f"event {record.seq} stands in its place")
        if record.recorded_at < head.recorded_at:
            raise ChainBroken(record.seq, f"{record.recorded_at} is before {head.recorded_at}, the event before it")
        batch = (record.stream, record.append_key, record.recorded_at)
        if links is None or common != batch:  # what a batch has in common is spelled once
            links, common = (
                Links(log_id, record.stream, append_key=record.append_key, recorded_at=record.recorded_at),
                batch,
            )
        if links.of(head.hash, record) != record.hash:
            raise ChainBroken(record.seq, "its hash does not follow from the event before it")
        head = Head(record.seq, record.hash, record.recorded_at)
        yield record
