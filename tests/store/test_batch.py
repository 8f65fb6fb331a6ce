"""The rows of one transaction, without a database: any grouping of any appends gives the one log that each alone gives."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.batch import Batch, KeyUse
from store.chain import BEGINNING, follow
from store.errors import AppendKeyReused, StreamMoved
from store.events import CompanyUnwatched
from store.projections import rows_of
from store.records import Append, Appended, Cursor, Head, Record, prepared
from tests.builders import START, a_chunk, a_label


@dataclass
class Kept:
    """What the tables would hold between transactions."""

    head: Head = BEGINNING
    versions: dict[str, int] = field(default_factory=dict)
    keys: dict[str, KeyUse] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    cursors: dict[str, int] = field(default_factory=dict)

    def commit(self, group: list[Append], now: datetime = START) -> list[Appended | str]:
        """One transaction; a refusal is answered by its name."""
        batch = Batch(log_id="g", head=self.head, now=now, versions=dict(self.versions), keys=dict(self.keys))
        answers = [answer(batch, append) for append in group]
        self.head = batch.head
        self.versions |= {stream: batch.versions[stream] for stream in batch.touched}
        self.keys |= batch.new_keys
        self.records += [Record(*row) for row in batch.rows["events"]]
        self.cursors |= batch.cursors
        return answers


def answer(batch: Batch, append: Append) -> Appended | str:
    try:
        return batch.add(prepared(append))
    except (AppendKeyReused, StreamMoved) as refusal:
        return type(refusal).__name__


def a_batch(**known) -> Batch:
    values = {"log_id": "g", "head": BEGINNING, "now": START, "versions": {}, "keys": {}}
    return Batch(**values | known)


def gone(*companies: str, stream: str = "s", key: str = "k", **changes) -> Append:
    return Append(stream, tuple(CompanyUnwatched(company_id=name) for name in companies), key, **changes)


an_append = st.builds(
    gone,
    st.sampled_from(["a", "b"]),
    stream=st.sampled_from(["s", "t"]),
    key=st.sampled_from([f"k{n}" for n in range(6)]),
    expect=st.sampled_from([None, None, 0, 1, 2]),
    cursor=st.sampled_from([None, Cursor("c", 1), Cursor("c", 2)]),
)
groups = st.lists(st.lists(an_append, min_size=1, max_size=6), max_size=6)


@given(groups)
def test_any_grouping_gives_the_answers_and_the_log_of_each_append_alone(groups):
    grouped, alone = Kept(), Kept()
    answers = [answer for group in groups for answer in grouped.commit(group)]
    assert answers == [answer for group in groups for append in group for answer in alone.commit([append])]
    assert grouped == alone


@given(groups, st.lists(st.integers(-100, 100), min_size=6, max_size=6))
def test_whatever_the_clock_does_the_log_is_gapless_its_streams_too_and_its_chain_holds(groups, hours):
    kept = Kept()
    for group, hour in zip(groups, hours, strict=False):
        kept.commit(group, START + timedelta(hours=hour))
    assert list(follow(BEGINNING, "g", kept.records)) == kept.records  # numbers, order in time and hashes
    assert len({record.append_key for record in kept.records}) == len(kept.records)
    for stream, version in kept.versions.items():
        assert [r.version for r in kept.records if r.stream == stream] == list(range(1, version + 1))


def test_the_same_key_twice_in_one_group_has_one_effect():
    batch = a_batch()
    assert batch.add(prepared(gone("a", "b"))) == Appended(1, 2, repeated=False)
    assert batch.add(prepared(gone("a", "b"))) == Appended(1, 2, repeated=True)
    assert (len(batch.rows["events"]), batch.head.seq, list(batch.new_keys)) == (2, 2, ["k"])


@pytest.mark.parametrize("other", [gone("b"), gone("a", "a"), gone("a", stream="t"), gone()])
def test_a_key_taken_in_the_same_group_is_refused_to_other_events_and_streams(other):
    batch = a_batch()
    batch.add(prepared(gone("a")))
    with pytest.raises(AppendKeyReused):
        batch.add(prepared(other))
    assert (batch.head.seq, batch.touched, batch.versions) == (1, {"s"}, {"s": 1})


def test_two_decisions_on_the_same_version_in_one_group_are_one_decision_and_one_refusal():
    batch = a_batch(versions={"s": 7})
    assert batch.add(prepared(gone("a", key="one", expect=7))).first_seq == 1
    with pytest.raises(StreamMoved, match="version 8"):
        batch.add(prepared(gone("b", key="two", expect=7, cursor=Cursor("c", 1))))
    assert (batch.versions, list(batch.new_keys), batch.cursors) == ({"s": 8}, ["one"], {})


def test_the_rows_of_a_batch_are_those_of_its_events_under_their_numbers():
    facts = (a_chunk("A."), a_label("A."), a_chunk("B."))
    batch = a_batch()
    batch.add(prepared(Append("s", facts, "k")))
    written = [(table, row[0], row[1]) for table in ("chunks", "labels") for row in batch.rows[table]]
    expected = [(row.table, seq, row) for seq, fact in enumerate(facts, 1) for row in rows_of(fact, START)]
    first = {"chunks": "chunk_id", "labels": "label_id"}
    assert written == sorted((table, seq, row.values[first[table]]) for table, seq, row in expected)
