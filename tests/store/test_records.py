"""The chain: one frozen vector, computed with `sha256sum`, and every part of an event changes it."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.events import CompanyUnwatched
from store.records import GENESIS, Record, batch_sha256, chain_hash, payload_of

PAYLOAD = '{"company_id":"0000320193","type":"CompanyUnwatched","v":1}'
RECORD = Record(
    seq=1,
    stream="company-0000320193",
    version=1,
    type="CompanyUnwatched",
    recorded_at=datetime(2026, 11, 22, 12, 0, 0, 1),
    append_key="k1",
    payload=PAYLOAD,
    hash="",
)
# printf '["000…","g1",1,"company-0000320193",1,"CompanyUnwatched",<microseconds>,"k1","<sha256 of the payload>"]' | sha256sum
HASH = "ea795ee04b88c10bdf3c486df24c130e59fefde52be44945192bbf2103a10d8f"


def test_the_payload_of_a_known_event_is_frozen():
    assert payload_of(CompanyUnwatched(company_id="0000320193")) == PAYLOAD


def test_the_hash_of_a_known_event_is_frozen():
    assert chain_hash(GENESIS, "g1", RECORD) == HASH


@pytest.mark.parametrize(
    "changed",
    [
        replace(RECORD, seq=2),
        replace(RECORD, stream="company-0000789019"),
        replace(RECORD, version=2),
        replace(RECORD, type="CompanyWatched"),
        replace(RECORD, recorded_at=datetime(2026, 11, 22, 12, 0, 0, 2)),
        replace(RECORD, append_key="k2"),
        replace(RECORD, payload=PAYLOAD.replace("320193", "320194")),
    ],
)
def test_every_part_of_an_event_is_in_its_hash(changed):
    assert chain_hash(GENESIS, "g1", changed) != HASH


def test_the_event_before_and_the_log_are_in_the_hash_and_the_hash_itself_is_not():
    assert chain_hash("1" * 64, "g1", RECORD) != HASH
    assert chain_hash(GENESIS, "g2", RECORD) != HASH
    assert chain_hash(GENESIS, "g1", replace(RECORD, hash="f" * 64)) == HASH


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2300, 1, 1)))
def test_a_microsecond_is_never_lost_in_the_hash(moment):
    later = moment.replace(microsecond=(moment.microsecond + 1) % 1_000_000)
    assert chain_hash(GENESIS, "g", replace(RECORD, recorded_at=moment)) != chain_hash(
        GENESIS, "g", replace(RECORD, recorded_at=later)
    )


@pytest.mark.parametrize(("one", "other"), [(["a", "b"], ["b", "a"]), (["a"], ["a", "a"]), ([], ["a"])])
def test_a_batch_is_told_from_another_by_its_payloads_in_order(one, other):
    assert batch_sha256(one) != batch_sha256(other)
