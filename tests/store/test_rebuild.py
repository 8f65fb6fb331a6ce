"""A projection that was harmed is named by `verify` and mended by `rebuild`; the log itself is never touched."""

import duckdb
import pytest

from store.publish import Publisher
from store.rebuild import rebuild, verify
from tests.builders import a_dead_letter, a_fetch, a_review, a_training, labelled, put


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


def test_the_log_goes_on_after_a_rebuild(filled, open_state):
    rebuild(filled, lambda _: None)
    assert put(filled, a_dead_letter("Odder.")).first_seq == 13
    filled.close()
    assert open_state().query("SELECT count(*) FROM dead_letters") == [(2,)]
