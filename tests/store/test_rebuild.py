"""A projection that was harmed is named by `verify` and mended by `rebuild`; the log itself is never touched."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import AppendKeyReused, StateUnusable
from store.folding import windows
from store.publishing.publish import Publisher
from store.rebuild import rebuild, verify
from store.records import Append, Cursor, Record, batch_sha256, payload_of
from tests.builders import START, a_dead_letter, a_fetch, a_requeue, a_review, a_training, labelled, put


@pytest.fixture
def filled(log):
    labelled(log, "Sales rose.", "Costs fell.")
    put(log, a_fetch(), a_dead_letter("Odd."), a_training("a"), a_review("Sales rose.", "accepted"))
    return log


def disagreeing(log) -> list[str]:
    return [proof.table for proof in verify(log, lambda _: None) if not proof.agrees]


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        ("UPDATE raw.labels SET summary = summary || '!' WHERE text_id IS NOT NULL", "labels"),
        ("UPDATE raw.labels SET grounded = NOT grounded", "labels"),
        ("UPDATE raw.labels SET raw = ''", "labels"),  # null and empty are two things
        ("DELETE FROM raw.chunks WHERE ordinal = 1", "chunks"),
        ("INSERT INTO raw.chunks SELECT * FROM raw.chunks LIMIT 1", "chunks"),
        ("DELETE FROM raw.dead_letters", "dead_letters"),
        ("UPDATE raw.filing_changes SET bytes = bytes + 1", "filing_changes"),
        ("UPDATE raw.adapters SET loss_last = loss_last + 1e-12", "adapters"),
        ("UPDATE raw.filings SET ciks = [1]", "filings"),
        ("UPDATE raw.chunks SET seq = seq + 1000000", "chunks"),
        ("DELETE FROM ledger.appends WHERE first_seq = 2", "ledger.appends"),
        ("UPDATE ledger.appends SET sha256 = repeat('0', 64) WHERE first_seq = 2", "ledger.appends"),
        ("UPDATE ledger.appends SET last_seq = last_seq + 1 WHERE first_seq = 2", "ledger.appends"),
        ("INSERT INTO ledger.appends VALUES ('forged', 's', 900, 901, 'x')", "ledger.appends"),
        ("UPDATE ledger.streams SET version = version + 1 WHERE stream = 'test'", "ledger.streams"),
        ("INSERT INTO ledger.streams VALUES ('forged', 1)", "ledger.streams"),
        ("DELETE FROM ledger.streams WHERE stream = 'log'", "ledger.streams"),
    ],
)
def test_a_harmed_table_is_named_and_mended(filled, harm, named):
    events = filled.query("SELECT * FROM raw.events ORDER BY seq")
    filled.cursor().execute(harm)
    assert disagreeing(filled) == [named]
    rebuild(filled, lambda _: None)
    assert disagreeing(filled) == []
    assert filled.query("SELECT * FROM raw.events ORDER BY seq") == events


def test_a_sound_log_proves_every_table_with_its_rows(filled):
    proofs = {proof.table: proof for proof in verify(filled, lambda _: None)}
    assert all(proof.agrees for proof in proofs.values())
    assert (proofs["labels"].rows, proofs["chunks"].rows, proofs["metrics"].rows) == (2, 2, 0)


def test_progress_ends_at_the_logs_end(filled):
    seen: list[int] = []
    verify(filled, seen.append)
    assert seen[-1] == filled.head.seq


def test_what_was_published_from_a_harmed_table_is_published_anew(filled, state):
    filled.cursor().execute("UPDATE raw.labels SET summary = 'Lost.'")
    Publisher(filled, state)
    rebuild(filled, lambda _: None)
    Publisher(filled, state)
    with duckdb.connect(str(state / "finsdistill.duckdb"), read_only=True) as reader:
        rows = reader.execute("SELECT summary FROM triplets ORDER BY seq").fetchall()
    assert rows == [("Sales rose.",), ("Costs fell.",)]


def test_a_rebuild_that_is_killed_leaves_no_harmed_row_published_beside_mended_tables(filled, state, monkeypatch):
    """The only moment between the two is before the commit: the harm is still there, for `verify` and the next rebuild."""

    def killed(_: Path) -> None:
        raise KeyboardInterrupt

    filled.cursor().execute("UPDATE raw.labels SET summary = 'Lost.'")
    Publisher(filled, state)
    for moment in ("store.rebuild.unpublish", "store.renewing.fsync_dir"):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(moment, killed)
            rebuild(filled, lambda _: None)
        assert disagreeing(filled) == ["labels"]
    rebuild(filled, lambda _: None)
    assert (disagreeing(filled), (state / "published" / "manifest.json").exists()) == ([], False)


def test_a_manifest_that_cannot_be_removed_stops_a_rebuild_before_it_changes_anything(filled, state):
    filled.cursor().execute("UPDATE raw.labels SET summary = 'Lost.'")
    (state / "published" / "manifest.json").mkdir(parents=True)
    with pytest.raises(StateUnusable, match=r"manifest\.json cannot be used"):
        rebuild(filled, lambda _: None)
    assert disagreeing(filled) == ["labels"]


def test_the_log_goes_on_after_a_rebuild(filled, open_state):
    rebuild(filled, lambda _: None)
    assert put(filled, a_dead_letter("Odder.")).first_seq == 13
    filled.close()
    assert open_state().query("SELECT count(*) FROM dead_letters") == [(2,)]


def test_what_no_event_tells_is_kept_by_a_rebuild(filled):
    filled.append(Append(stream="s", events=(), key="empty", cursor=Cursor("reader", 3)))
    assert disagreeing(filled) == []
    rebuild(filled, lambda _: None)
    assert (filled.was_appended("empty"), filled.cursor_of("reader")) == (True, 3)


def test_a_key_still_stands_for_its_events_after_a_rebuild(filled):
    first = put(filled, a_dead_letter("Odder."), key="k")
    rebuild(filled, lambda _: None)
    again = put(filled, a_dead_letter("Odder."), key="k")
    assert (again.first_seq, again.repeated) == (first.first_seq, True)
    with pytest.raises(AppendKeyReused):
        put(filled, a_dead_letter("Another."), key="k")


@given(lengths=st.lists(st.integers(1, 9), min_size=1, max_size=12), size=st.integers(1, 7))
def test_the_same_rows_and_keys_come_of_windows_of_any_size(lengths, size):
    """A batch that lies across windows has one key, where it ends."""
    records = [
        Record(0, f"s{n}", i + 1, "Requeued", START, f"k{n}", payload_of(a_requeue(f"{n} {i}")), "")
        for n, length in enumerate(lengths)
        for i in range(length)
    ]
    records = [replace(record, seq=seq) for seq, record in enumerate(records, 1)]
    many, (one,) = list(windows(records, size)), list(windows(records, len(records)))
    assert [row for window in many for row in window.rows["dead_letters"]] == one.rows["dead_letters"]
    assert [row for window in many for row in window.appends] == one.appends
    assert [batch_sha256([r.payload for r in records if r.append_key == row[0]]) for row in one.appends] == [
        row[4] for row in one.appends
    ]
    assert all(window.first <= row[3] <= window.last for window in many for row in window.appends)
    assert [(w.first, w.last) for w in many] == [
        (at, min(at + size - 1, len(records))) for at in range(1, len(records) + 1, size)
    ]
