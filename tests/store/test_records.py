"""The chain: one frozen vector, computed with `sha256sum`, and every part of an event changes it."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import EventUnusable
from store.events import CompanyUnwatched
from store.ids import canonical_json, sha256_hex
from store.records import GENESIS, Append, Record, batch_sha256, chain_hash, payload_of, prepared
from tests.builders import a_chunk, a_filing, a_label

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


texts, numbers = st.text(), st.integers(-(2**63) + 1, 2**63 - 1)


@given(texts, texts, st.none() | texts, numbers)
def test_a_payload_is_the_canonical_json_of_its_event_whichever_way_it_is_spelled(name, text, item, number):
    for fact in (a_chunk(text, item=item, accession=name, ordinal=number), a_label(text, flags=(name,), seconds=1e-7)):
        assert payload_of(fact) == canonical_json(fact.model_dump(mode="json"))


@pytest.mark.parametrize("number", [2**63, -(2**63), 10**30])
def test_a_number_beyond_64_bits_is_refused_whichever_way_its_event_is_spelled(number):
    for fact in (a_chunk("A.", ordinal=number), a_label("A.", attempt=number), a_filing(ciks=(1, number))):
        with pytest.raises(EventUnusable, match="64 bits"):
            prepared(Append("s", (fact,), "k"))


@given(texts, texts, texts, texts, numbers)
def test_a_hash_is_the_sha256_of_nine_values_in_canonical_json(log_id, stream, kind, key, number):
    """design.md's formula, spelled out; names with quotes, backslashes and line ends too."""
    record = replace(RECORD, seq=abs(number), stream=stream, version=abs(number) + 1, type=kind, append_key=key)
    moment = 1795348800_000001  # date -u -d '2026-11-22 12:00' +%s
    named = [GENESIS, log_id, record.seq, stream, record.version, kind, moment, key, sha256_hex(PAYLOAD)]
    assert chain_hash(GENESIS, log_id, record) == sha256_hex(canonical_json(named))


@given(st.lists(texts))
def test_a_batch_is_named_by_the_sha256_of_its_payloads_a_line_each(payloads):
    assert batch_sha256(payloads) == sha256_hex("\n".join(payloads))


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2300, 1, 1)))
def test_a_microsecond_is_never_lost_in_the_hash(moment):
    later = moment.replace(microsecond=(moment.microsecond + 1) % 1_000_000)
    assert chain_hash(GENESIS, "g", replace(RECORD, recorded_at=moment)) != chain_hash(
        GENESIS, "g", replace(RECORD, recorded_at=later)
    )


@pytest.mark.parametrize(("one", "other"), [(["a", "b"], ["b", "a"]), (["a"], ["a", "a"]), ([], ["a"])])
def test_a_batch_is_told_from_another_by_its_payloads_in_order(one, other):
    assert batch_sha256(one) != batch_sha256(other)
