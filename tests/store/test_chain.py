"""What continues a chain is let through; a missing, changed, moved or backdated event is named by its number."""

from dataclasses import replace
from datetime import timedelta

import pytest

from store.chain import BEGINNING, ChainBroken, follow
from store.records import Head, Record, chain_hash
from tests.builders import a_label, labelled, put


@pytest.fixture
def records(log) -> list[Record]:
    labelled(log, "Sales rose.", "Costs fell.")
    put(log, a_label("Sales rose.", attempt=2))
    return list(log.records())


def broken_at(log, records, head=BEGINNING) -> int:
    with pytest.raises(ChainBroken) as caught:
        list(follow(head, log.log_id, records))
    assert caught.value.exit_code == 3
    return caught.value.seq


def test_a_whole_chain_is_let_through_from_the_beginning_or_from_any_event(log, records):
    assert list(follow(BEGINNING, log.log_id, records)) == records
    for at, record in enumerate(records, start=1):
        rest = list(follow(Head(record.seq, record.hash, record.recorded_at), log.log_id, iter(records[at:])))
        assert rest == records[at:]


def test_a_left_out_event_is_named_wherever_it_was(log, records):
    for gone in range(len(records) - 1):
        assert broken_at(log, records[:gone] + records[gone + 1 :]) == gone + 1


@pytest.mark.parametrize(
    "changes",
    [
        {"payload": '{"v":1}'},
        {"stream": "another"},
        {"type": "Another"},
        {"append_key": "another"},
        {"version": 99},
        {"hash": "0" * 64},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_altered_event_is_named(log, records, changes):
    assert broken_at(log, [*records[:3], replace(records[3], **changes), *records[4:]]) == 4


def test_an_event_twice_or_out_of_order_is_named(log, records):
    assert broken_at(log, [records[0], records[0]]) == 2
    assert broken_at(log, [records[0], records[2], records[1]]) == 2


def test_a_step_back_in_time_is_named_also_where_the_hash_was_made_for_it(log, records):
    early = replace(records[2], recorded_at=records[1].recorded_at - timedelta(microseconds=1))
    early = replace(early, hash=chain_hash(records[1].hash, log.log_id, early))
    assert broken_at(log, [*records[:2], early]) == 3


def test_another_logs_events_do_not_follow(records, log):
    with pytest.raises(ChainBroken, match="event 1: its hash does not follow"):
        list(follow(BEGINNING, "f" * 32, records))
