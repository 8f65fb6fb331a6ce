"""A snapshot is decided by the log up to its position and by nothing else."""

import json
from dataclasses import replace

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import StateUnusable
from store.seal import seal
from store.snapshot import (
    HELDOUT,
    MANIFEST,
    TRAIN,
    SnapshotManifest,
    TripletRow,
    read_manifest,
    read_rows,
    rows_sha256,
    snapshot_id_of,
    write_snapshot,
)
from tests.builders import (
    RECIPE,
    a_chunk,
    a_filing,
    a_label,
    a_recipe,
    a_retirement,
    a_review,
    an_adoption,
    labelled,
    put,
)
from tests.sealing import due_position, eligible_since

ROW = TripletRow(
    label_id="l1",
    text_id="t1",
    chunk_id="c1",
    accession="0000320193-26-000001",
    company_id="0000320193",
    form=None,
    item="7",
    text="Sales rose — by 2 %.\n",
    rationale="1. …",
    summary="Sales rose.",
    is_new=True,
)
TEXTS = [f"Text {i}." for i in range(10)]


def due(log, since: int, threshold: int, *, busy_until: int = 0) -> int | None:
    return due_position(log, since=since, threshold=threshold, busy_until=busy_until)


def sealed(log, state, log_seq: int, parent: tuple[str, int] | None = None):
    manifest = seal(log, state / "snapshots", log_seq=log_seq, parent=parent)
    folder = state / "snapshots" / manifest.snapshot_id
    return manifest, read_rows(folder / TRAIN), read_rows(folder / HELDOUT)


def texts_of(rows: list[TripletRow]) -> list[str]:
    return [row.text for row in rows]


def test_the_ids_of_known_rows_are_frozen():
    # printf '{"accession":…}\n' | sha256sum, and of [5,"555…","<train>","<empty>"]
    assert rows_sha256([ROW]) == "ebeffb2228684303d48d245bfc5ad8c291bfdbbd8cc0b55aa17edeb7bc1447a9"
    assert rows_sha256([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert snapshot_id_of(5, "5" * 32, rows_sha256([ROW]), rows_sha256([])) == "c85febc39968f066693b4c7072e3699e"


# labels at seq 15..24 (LogCreated, recipe, adoption, filing, ten chunks come before)
@pytest.mark.parametrize(
    ("since", "threshold", "busy_until", "expected"),
    [
        (0, 11, 0, None),  # ten are not eleven
        (0, 10, 0, 24),  # exactly
        (0, 4, 0, 18),  # 4 and 8 were crossed while nothing trained: each has its snapshot, the first one now
        (0, 4, 30, 22),  # both were crossed during a training: one snapshot, at the eighth
        (0, 3, 22, 20),  # 3 and 6 during it, 9 after it: one for the first two
        (0, 3, 16, 17),  # all after it
        (18, 4, 0, 22),  # six since: one crossing
        (18, 6, 30, 24),
        (18, 7, 0, None),
        (24, 1, 30, None),
    ],
)
def test_crossings_during_a_training_are_one_and_any_other_has_its_own_snapshot(
    log, since, threshold, busy_until, expected
):
    labelled(log, *TEXTS)
    assert due(log, since, threshold, busy_until=busy_until) == expected


def test_what_does_not_count_moves_the_crossing_on(log):
    put(log, a_recipe(), an_adoption(), a_filing(), *(a_chunk(text) for text in TEXTS[:4]))
    put(log, a_label(TEXTS[0]), a_label(TEXTS[1], grounded=False), a_label(TEXTS[2]), a_label(TEXTS[3]))
    assert (eligible_since(log, 0), due(log, 0, 2)) == (3, 11)
    put(log, a_review(TEXTS[0], "rejected"))
    assert (eligible_since(log, 0), due(log, 0, 2)) == (2, 12)


def test_the_same_position_gives_the_same_snapshot_although_the_log_went_on(log, state, tmp_path):
    labelled(log, *TEXTS[:5])
    position = log.head.seq
    first, rows, _ = sealed(log, state, position)
    put(log, a_chunk(TEXTS[5]), a_label(TEXTS[5]), a_review(TEXTS[0], "rejected"), a_retirement(TEXTS[1]))
    put(log, a_recipe("6" * 32), an_adoption("6" * 32, decision="relabel"))
    again, rows_again, _ = sealed(log, tmp_path, position)
    assert (again, rows_again) == (first, rows)
    assert (first.rows, first.new_rows, first.sha256) == (5, 5, rows_sha256(rows))


def test_sealing_twice_leaves_the_same_files(log, state):
    labelled(log, *TEXTS[:3])
    manifest, _, _ = sealed(log, state, log.head.seq)
    folder = state / "snapshots" / manifest.snapshot_id
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    sealed(log, state, log.head.seq)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert set(before) == {TRAIN, HELDOUT, MANIFEST}


def test_rows_come_in_the_order_of_their_labels_and_new_ones_are_marked(log, state):
    labelled(log, "C.", "A.")
    first, _, _ = sealed(log, state, log.head.seq)
    put(log, a_chunk("B."), a_label("B."))
    second, rows, _ = sealed(log, state, log.head.seq, parent=(first.snapshot_id, first.log_seq))
    assert [(row.text, row.is_new) for row in rows] == [("C.", False), ("A.", False), ("B.", True)]
    assert (second.parent, second.rows, second.new_rows) == (first.snapshot_id, 3, 1)


def test_what_unfit_or_seen_in_both_splits_is_in_neither_set(log, state):
    labelled(log, "Train.", "Both.", "Rejected.", "Retired.")
    put(log, a_filing(2), a_chunk("Held out.", filing=2, split="heldout"), a_label("Held out."))
    put(log, a_chunk("Both.", filing=2, split="heldout"), a_review("Rejected.", "rejected"), a_retirement("Retired."))
    for text, changes in (("Ungrounded.", {"grounded": False}), ("Repaired.", {"flags": ("repaired",)})):
        put(log, a_chunk(text), a_label(text, **changes))
        put(log, a_chunk(f"Held out {text}", filing=2, split="heldout"), a_label(f"Held out {text}", **changes))
    manifest, train, heldout = sealed(log, state, log.head.seq)
    assert (texts_of(train), texts_of(heldout)) == (["Train."], ["Held out."])
    assert (manifest.heldout_rows, manifest.heldout_sha256) == (1, rows_sha256(heldout))


def test_a_snapshot_says_what_it_is_made_of(log, state):
    labelled(log, "A.")
    manifest, (row,), _ = sealed(log, state, log.head.seq)
    assert (manifest.recipe, manifest.teacher, manifest.toy, manifest.log_id) == (
        RECIPE,
        "extractive",
        True,
        log.log_id,
    )
    assert (row.company_id, row.form, row.item, row.summary) == ("0000320193", "10-K", "7", "A.")
    assert read_manifest(state / "snapshots" / manifest.snapshot_id) == manifest


def test_a_seal_that_a_crash_cut_off_is_written_again(log, state):
    labelled(log, "A.")
    manifest, rows, _ = sealed(log, state, log.head.seq)
    folder = state / "snapshots" / manifest.snapshot_id
    (folder / MANIFEST).unlink()
    (folder / TRAIN).write_bytes(b"half")
    with pytest.raises(StateUnusable, match="seal it again"):
        read_manifest(folder)
    assert sealed(log, state, log.head.seq)[:2] == (manifest, rows)


def test_a_sealed_set_is_plain_parquet_for_everybody(log, state):
    labelled(log, "A.", "B.")
    manifest, _, _ = sealed(log, state, log.head.seq)
    path = state / "snapshots" / manifest.snapshot_id / TRAIN
    assert duckdb.sql(f"SELECT text FROM '{path}'").fetchall() == [("A.",), ("B.",)]
    assert json.loads((path.parent / MANIFEST).read_text())["rows"] == 2


words = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)
rows_strategy = st.lists(
    st.builds(replace, st.just(ROW), text=words, summary=words, form=st.none() | words, is_new=st.booleans()),
    max_size=5,
)


@settings(max_examples=30)
@given(rows_strategy, rows_strategy)
def test_any_rows_come_back_as_they_were_written(tmp_path_factory, train, heldout):
    folder = tmp_path_factory.mktemp("snapshot") / "s"
    manifest = SnapshotManifest(
        snapshot_id="s",
        log_id="g",
        log_seq=1,
        recipe="r",
        teacher="extractive",
        toy=True,
        parent=None,
        rows=len(train),
        new_rows=0,
        sha256=rows_sha256(train),
        heldout_rows=len(heldout),
        heldout_sha256=rows_sha256(heldout),
    )
    write_snapshot(folder, manifest, train=train, heldout=heldout)
    assert (read_manifest(folder), read_rows(folder / TRAIN), read_rows(folder / HELDOUT)) == (manifest, train, heldout)


@settings(max_examples=30)
@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=4))
def test_the_order_of_rows_and_the_value_of_every_field_are_part_of_the_hash(names):
    rows = [replace(ROW, text=name) for name in names]
    assert (rows_sha256(rows) == rows_sha256(rows[::-1])) == (names == names[::-1])
    assert rows_sha256(rows) != rows_sha256([replace(rows[0], is_new=False), *rows[1:]])
