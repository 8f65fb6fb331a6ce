"""What an export holds, and that it is the same whenever it is made."""

import hashlib
import json

import pyarrow.parquet as pq
import pytest

from daemon.as_of import PositionUnusable
from daemon.exporting.source import NothingToExport
from store.errors import StateUnusable
from store.publishing.publish import Publisher
from tests.builders import START, a_chunk, a_recipe, a_retirement, an_adoption
from tests.daemon.exporting.conftest import RECIPE, label


def lines(state, name="train.jsonl", of="out"):
    return [json.loads(line) for line in state.read(name, of).split("\n")[:-1]]


def hashes(manifest):
    return [split.rows_sha256 for split in manifest.splits]


def test_the_rows_are_those_that_a_training_would_take(still):
    manifest = still.export()
    assert [row["text"] for row in lines(still)] == ["A.", "B.", "C."]
    assert [row["text"] for row in lines(still, "heldout.jsonl")] == ["H."]
    assert (manifest.left_out.both_splits, manifest.left_out.unsound) == (1, 3)


def test_a_row_says_where_it_comes_from(still):
    still.export()
    first, second, _ = lines(still)
    assert (first["accession"], first["form"], first["filed"]) == ("0000320193-26-000001", "10-K", "2025-10-31")
    assert (first["url"], first["filing_sha256"]) == ("https://filings.example/1.htm", f"{1:064x}")
    assert (first["recipe"], first["teacher"], first["toy"], first["split"]) == (RECIPE, "extractive", True, "train")
    assert (second["source"], second["url"]) == ("inbox", None)  # a path of this machine is nobody else's business


def test_the_hash_of_the_rows_is_that_of_a_jsonl_file_and_the_same_in_parquet(still):
    as_lines, as_parquet = still.export("a", "jsonl"), still.export("b", "parquet")
    assert hashes(as_lines) == hashes(as_parquet)
    assert hashes(as_lines)[0] == hashlib.sha256((still.folder / "a" / "train.jsonl").read_bytes()).hexdigest()
    assert [row["seq"] for row in lines(still, of="a")] == pq.read_table(still.folder / "b" / "train.parquet")[
        "seq"
    ].to_pylist()


def test_an_export_of_the_past_is_the_export_that_was_made_then_byte_by_byte(state):
    then = state.export("then")
    state.put(a_chunk("D."), label("D."), a_retirement("A."))
    now, again = state.export("now"), state.export("again", as_of=then.log_seq)
    assert [row["text"] for row in lines(state, of="now")] == ["B.", "C.", "D."]
    assert again == then and now != then
    for name in then.names:
        assert state.read(name, "again") == state.read(name, "then")


def test_merged_and_newly_published_segments_give_the_same_rows(state):
    then = state.export("then")
    for n in range(4):
        state.put(a_chunk(f"More {n}."))
        state.publisher.publish()
    (state.state / "published" / "manifest.json").unlink()
    Publisher(state.log, state.state)
    assert state.export("again", as_of=then.log_seq) == then


def test_a_time_is_as_good_as_a_position(still):
    assert still.export("a", as_of=START) == still.export("b")


def test_only_the_recipes_in_use_are_exported(state):
    other = "6" * 32
    before = state.export("before")
    state.put(a_recipe(other, spec=state.log.query("SELECT spec FROM recipes")[0][0]))
    state.put(an_adoption(other, replaces=RECIPE, decision="relabel"))
    with pytest.raises(NothingToExport, match="no triplet is ready"):
        state.export("after")
    assert state.export("again", as_of=before.log_seq) == before
    assert not (state.folder / "after").exists()


def test_before_anything_was_labelled_there_is_nothing_to_export(still):
    with pytest.raises(NothingToExport, match="nothing was labelled yet"):
        still.export(as_of=1)
    with pytest.raises(NothingToExport, match="no triplet is ready"):
        still.export(as_of=5)
    assert list(still.folder.iterdir()) == []


def test_a_recipe_of_another_version_is_told(state):
    state.put(a_recipe(spec='{"of": "a later version"}'), an_adoption(decision="keep_old"))
    with pytest.raises(StateUnusable, match="another version of finsdistill"):
        state.export()


@pytest.mark.parametrize("as_of", [10_000, START.replace(year=1999)])
def test_a_position_that_is_not_published_leaves_nothing_behind(still, as_of):
    with pytest.raises(PositionUnusable):
        still.export(as_of=as_of)
    assert list(still.folder.iterdir()) == []


def test_what_a_filing_says_comes_through_unharmed_and_is_one_line(state):
    hostile = 'A\u202e"\x1b[31m\n---\n<|eot_id|>\x00 | `rm`\u2028{"text": 1}'
    state.put(a_chunk(hostile), label(hostile))
    state.export()
    assert state.read("train.jsonl").count("\n") == 4
    assert lines(state)[-1]["text"] == hostile and lines(state)[-1]["summary"] == hostile


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_more_rows_than_a_batch_or_a_query_holds_come_once_and_in_order(still, form, monkeypatch):
    monkeypatch.setattr("daemon.exporting.rows._BATCH", 1)
    monkeypatch.setattr("daemon.exporting.rows._SLICE", 2)  # of eight labels
    whole = still.export("whole", form)
    assert [split.rows for split in whole.splits] == [3, 1]
    monkeypatch.undo()
    assert hashes(still.export("again", form)) == hashes(whole)
