"""What `append` promises to whoever gets an answer from it, and to whoever gets an error."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.batch import Batch
from store.errors import AppendKeyReused, EventUnusable, StateUnusable, StreamMoved
from store.events import CompanyUnwatched, CompanyWatched
from store.ledger import Ledger
from store.rebuild import verify
from store.records import Append, Appended, Cursor, prepared
from store.writer import MAX_GROUP
from tests.builders import START, a_chunk, a_filing, a_label, a_log, a_refusal, a_training, put


def gone(company: str) -> CompanyUnwatched:
    return CompanyUnwatched(company_id=company)


def test_a_new_log_begins_with_its_own_creation(log):
    (created,) = log.records()
    assert (created.seq, created.stream, created.version, created.type) == (1, "log", 1, "LogCreated")
    assert (created.event.log_id, created.event.purpose) == (log.log_id, "real")


def test_the_same_key_and_events_again_give_the_old_positions_and_add_nothing(log):
    first = put(log, gone("a"), gone("b"), key="k")
    put(log, gone("c"))
    assert first == Appended(2, 3, repeated=False)
    assert put(log, gone("a"), gone("b"), key="k") == Appended(2, 3, repeated=True)
    assert log.head.seq == 4


def test_a_repeated_append_is_known_after_a_restart(log, open_state):
    put(log, gone("a"), key="k")
    log.close()
    assert put(open_state(), gone("a"), key="k") == Appended(2, 2, repeated=True)


def test_a_repeated_append_is_answered_although_its_stream_has_moved_on(log):
    once = Append(stream="s", events=(gone("a"),), key="k", expect=0)
    log.append(once)
    put(log, gone("b"), stream="s")
    assert log.append(once).repeated


@pytest.mark.parametrize(
    "other",
    [
        Append(stream="s", events=(gone("b"),), key="k"),
        Append(stream="s", events=(gone("a"), gone("a")), key="k"),
        Append(stream="t", events=(gone("a"),), key="k"),
    ],
)
def test_a_key_that_stands_for_something_else_is_refused(log, other):
    log.append(Append(stream="s", events=(gone("a"),), key="k"))
    with pytest.raises(AppendKeyReused, match=r"'k'.*a key of their own") as caught:
        log.append(other)
    assert (caught.value.key, caught.value.stream, log.head.seq) == ("k", other.stream, 2)


@pytest.mark.parametrize(("expect", "moved"), [(None, False), (2, False), (0, True), (1, True), (3, True)])
def test_a_decision_on_facts_that_are_no_longer_the_newest_is_refused(log, expect, moved):
    put(log, gone("a"), gone("b"), stream="s")
    decision = Append(stream="s", events=(gone("c"),), key="k", expect=expect)
    if not moved:
        assert log.append(decision).first_seq == 4
        return
    with pytest.raises(StreamMoved, match=r"at version 2.*read it again") as caught:
        log.append(decision)
    assert (caught.value.stream, caught.value.expected, caught.value.actual) == ("s", expect, 2)
    assert log.version_of("s") == 2


def test_a_stream_goes_on_where_it_was_after_a_restart(log, open_state):
    put(log, gone("a"), gone("b"), stream="s")
    log.close()
    again = open_state()
    assert again.append(Append("s", (gone("c"),), "k", expect=2)).last_seq == 4
    assert (again.version_of("s"), [r.version for r in again.records() if r.stream == "s"]) == (3, [1, 2, 3])


def test_a_writer_that_cannot_remember_all_streams_asks_the_log_again(monkeypatch, log):
    monkeypatch.setattr("store.ledger.MAX_REMEMBERED", 1)
    for number in range(12):
        put(log, gone("a"), stream=f"s{number % 4}")
    assert [log.version_of(f"s{number}") for number in range(4)] == [3, 3, 3, 3]
    assert [r.version for r in log.records() if r.stream == "s3"] == [1, 2, 3]


def test_an_append_beyond_the_size_of_a_group_is_one_transaction_all_the_same(log):
    commits: list[int] = []
    log.on_commit(lambda head: commits.append(head.seq))
    facts = tuple(gone(str(number)) for number in range(MAX_GROUP + 1))
    assert log.append(Append("s", facts, "k")) == Appended(2, MAX_GROUP + 2, repeated=False)
    assert log.append(Append("s", facts, "k")).repeated
    assert (commits, log.version_of("s")) == ([MAX_GROUP + 2], MAX_GROUP + 1)


def test_a_text_of_20_mb_is_stored_as_it_is_and_the_log_goes_on(log):
    text = "Größe \x00 🙂 " * (20_000_000 // 12)
    put(log, a_chunk(text))
    assert put(log, gone("a")).first_seq == 3
    assert log.query("SELECT text = ? FROM chunks", [text]) == [(True,)]


@pytest.mark.parametrize("lot", [1, 2, 3])
def test_events_one_by_one_and_in_batches_leave_the_rows_that_their_rebuild_gives(log, lot):
    """Few rows are written as values, many as an Arrow table: lists, dates, nulls and odd characters either way."""
    facts = [a_filing(), a_filing(2, ciks=(), filed=None), a_filing(3, ciks=(1, 2))]
    facts += [a_chunk("A\x00'\""), a_chunk("Ä🙂"), a_chunk("B"), *(a_label(x, flags=(x,), seconds=1e-7) for x in "ABC")]
    for at in range(0, len(facts), lot):
        put(log, *facts[at : at + lot])
    assert [proof.table for proof in verify(log, lambda _: None) if not proof.agrees] == []
    assert log.query("SELECT ciks FROM raw.filings ORDER BY seq") == [([320193],), ([],), ([1, 2],)]
    assert log.query("SELECT flags, seconds FROM raw.labels ORDER BY seq") == [([x], 1e-7) for x in "ABC"]


@pytest.mark.parametrize("appends", [1, 2, 3, 8, 40])
def test_appends_to_many_streams_that_become_one_commit_are_each_stored_whole(log, appends):
    """Few changes are one statement, more are several in a transaction."""
    batch = Batch(log_id=log.log_id, head=log.head, now=START, versions={}, keys={})
    for number in range(appends):
        batch.add(
            prepared(Append(f"s{number}", (gone("a"), a_chunk(str(number))), f"k{number}", cursor=Cursor("c", 9)))
        )
    Ledger(log.cursor(), log.path).store(batch)
    assert [log.version_of(f"s{number}") for number in range(appends)] == [2] * appends
    assert [proof.table for proof in verify(log, lambda _: None) if not proof.agrees] == []
    assert (batch.head.seq, log.cursor_of("c")) == (1 + 2 * appends, 9)


def test_recorded_at_never_goes_backwards_when_the_clock_does(log, clock):
    for hours in (1, -5, 2, -1):
        clock.advance(hours=hours)
        put(log, gone("a"))
    moments = [record.recorded_at for record in log.records()]
    assert moments == sorted(moments)
    assert (moments[0], moments[1], moments[-1]) == (START, moments[2], moments[2])


def test_the_clock_that_was_set_back_while_the_service_was_down_is_not_believed(log, open_state, clock):
    log.close()
    clock.advance(days=-400)
    again = open_state()
    put(again, gone("a"))
    assert again.query("SELECT min(recorded_at), max(recorded_at) FROM events") == [(START, START)]


def test_a_cursor_moves_with_the_events_of_its_consumer(log):
    log.append(Append(stream="s", events=(gone("a"),), key="k1", cursor=Cursor("chunker", 1)))
    log.append(Append(stream="s", events=(gone("b"),), key="k2", cursor=Cursor("chunker", 2)))
    assert (log.cursor_of("chunker"), log.cursor_of("labeller")) == (2, 0)


def test_a_cursor_moves_also_when_its_consumer_had_nothing_to_say(log):
    assert log.append(Append(stream="s", events=(), key="k", cursor=Cursor("chunker", 1))).repeated is False
    assert (log.cursor_of("chunker"), log.head.seq, log.version_of("s")) == (1, 1, 0)
    assert put(log, gone("a"), stream="s").first_seq == 2


def test_a_refused_append_moves_no_cursor(log):
    with pytest.raises(StreamMoved):
        log.append(Append(stream="s", events=(gone("a"),), key="k", expect=9, cursor=Cursor("chunker", 1)))
    assert log.cursor_of("chunker") == 0


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        (a_training("a", loss_last=float("nan")), "JSON"),  # a training that diverged
        (a_refusal("x", raw="\ud83d"), "surrogate"),  # half an emoji: json.loads gives it for "\ud83d"
        (CompanyWatched(company_id="x", cik=2**63, ticker=None, name=None), "64 bits"),  # a hostile SGML header
    ],
)
def test_a_fact_that_no_table_can_hold_is_its_producers_error_and_the_log_goes_on(log, fact, why):
    with pytest.raises(EventUnusable, match=f"{fact.type}.*{why}"):
        put(log, gone("a"), fact)
    assert log.head.seq == 1
    assert put(log, gone("a")).first_seq == 2


@pytest.mark.parametrize("text", ["a\x00b", "\u202e10-K", "<|eot_id|>", "🙂 $5\u00a0m", "x" * 200_000, "'; DROP TABLE"])
def test_whatever_a_filing_says_is_stored_as_it_is(log, text):
    put(log, a_filing(), a_chunk(text), a_label(text))
    assert log.query("SELECT text FROM chunks") == [(text,)]
    assert log.query("SELECT summary FROM labels") == [(text,)]


def test_a_key_made_of_a_file_name_that_is_no_utf8_is_refused_at_once():
    with pytest.raises(EventUnusable, match="surrogate"):
        Append(stream="s", events=(), key="inbox/\udcff.htm")


def test_closing_twice_is_closing_once(log):
    log.close()
    log.close()


def test_an_append_after_close_is_refused_and_does_not_wait_for_ever(log):
    log.close()
    answers: list[object] = []
    late = threading.Thread(target=lambda: answers.append(outcome(log)), daemon=True)
    late.start()
    late.join(5)
    assert answers == ["StateUnusable"]


def outcome(log) -> str:
    try:
        put(log, gone("a"), key="late")
    except StateUnusable as refused:
        return type(refused).__name__
    return "stored"


def test_closing_while_producers_append_answers_each_of_them(open_state):
    log = open_state()
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(lambda i: outcome_of(log, i), i) for i in range(200)]
        log.close()
        answers = [done.result(timeout=20) for done in waiting]
    stored = {seq for seq in answers if isinstance(seq, int)}
    assert stored == set(range(2, open_state().head.seq + 1))
    assert all(isinstance(a, int | StateUnusable) for a in answers)


def outcome_of(log, i: int) -> int | StateUnusable:
    try:
        return put(log, gone(str(i)), stream=f"s{i % 3}", key=f"k{i}").first_seq
    except StateUnusable as refused:
        return refused


def test_after_a_failed_commit_every_producer_gets_state_unusable(log, clock):
    """A clock that raises stands for any fault inside the writer: more producers than the queue holds must not hang."""

    def broken() -> None:
        raise OSError("no clock")

    log._writer._clock = broken
    with ThreadPoolExecutor(300) as pool:
        answers = [done.result(timeout=20) for done in [pool.submit(outcome_of, log, i) for i in range(400)]]
    assert all(isinstance(answer, StateUnusable) and answer.exit_code == 3 for answer in answers)


def try_append(log, stream: str, events: int, key: int) -> None:
    with suppress(AppendKeyReused):
        put(log, *(gone(f"{key % 3}-{i}") for i in range(events)), stream=stream, key=f"k{key}")


@settings(max_examples=5)
@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(0, 4), st.integers(0, 6)), min_size=1, max_size=60)
)
def test_any_appends_give_a_gapless_log_with_gapless_streams(tmp_path_factory, appends):
    """Each append is (stream, number of events, key); keys repeat, with the same or with other events."""
    with a_log(tmp_path_factory.mktemp("log")) as log:
        with ThreadPoolExecutor(4) as pool:
            wait([pool.submit(try_append, log, *one) for one in appends])
        records = list(log.records())
        assert [record.seq for record in records] == list(range(1, log.head.seq + 1))
        for stream in {record.stream for record in records}:
            versions = [record.version for record in records if record.stream == stream]
            assert versions == list(range(1, log.version_of(stream) + 1))
