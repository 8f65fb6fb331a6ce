"""The export of an adapter's training set: the sealed rows, proved by their hash."""

import json
from dataclasses import fields

import pytest

from daemon.exporting.learned import LearnedUnknown
from daemon.promotion import PromotionRefused
from store.errors import StateUnusable
from store.events import SnapshotSealed
from store.ids import text_id
from store.seal import seal
from store.snapshot import TripletRow, rows_sha256
from tests.adapters import a_run
from tests.builders import a_chunk, a_retirement, a_review, a_training
from tests.daemon.exporting.conftest import RECIPE, Published, label
from trainer.run import AdapterCard, TrainedRow, write_card, write_trained

FIRST, SECOND = "a1" + "0" * 30, "a2" + "0" * 30


def sealed(state: Published, parent=None, **changes):
    """A snapshot at the head of the log, and the fact of it."""
    manifest = seal(state.log, state.state / "snapshots", log_seq=state.log.head.seq, parent=parent)
    said = {name: value for name, value in manifest.model_dump().items() if name in SnapshotSealed.model_fields}
    state.put(SnapshotSealed(**said | changes))
    return manifest


def learned(state: Published, adapter: str, *texts: str) -> None:
    """What the trainer leaves beside the weights."""
    folder = state.state / "adapters" / adapter
    folder.mkdir(parents=True)
    write_trained(folder, [TrainedRow(label_id=label(text).label_id, text_id=text_id(text)) for text in texts])
    said = {"base": "seedling", "base_fingerprint": "f", "toy": True, "teacher": "extractive", "recipe": RECIPE}
    write_card(
        folder,
        AdapterCard(adapter_id=adapter, spec=a_run(folder, "seedling", seed=1, objective="step_by_step"), **said),
    )


@pytest.fixture
def trained(state):
    """Two snapshots: three rows, then one gone and one new; the second adapter is warm."""
    first = sealed(state)
    state.put(a_training(FIRST, snapshot_id=first.snapshot_id, rows=3))
    learned(state, FIRST, "A.", "B.", "C.")
    state.put(a_retirement("A."), a_chunk("D."), label("D."))
    second = sealed(state, (first.snapshot_id, first.log_seq))
    state.put(a_training(SECOND, snapshot_id=second.snapshot_id, parent=FIRST, start="warm", rows=2))
    learned(state, SECOND, "A.", "B.", "C.", "D.")
    state.put(a_chunk("E."), label("E."), a_review("B.", "rejected", recipe=RECIPE))
    return state, first, second


def rows_of(state, name):
    names = [field.name for field in fields(TripletRow)]
    return [TripletRow(**{name: row[name] for name in names}) for row in map(json.loads, state.read(name).splitlines())]


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_an_adapters_rows_have_the_hash_of_its_snapshot_although_the_log_went_on(trained, form):
    state, _, second = trained
    manifest = state.export(form=form, adapter=SECOND)
    assert (manifest.adapter.sha256, manifest.adapter.heldout_sha256) == (second.sha256, second.heldout_sha256)
    assert (manifest.log_seq, [split.rows for split in manifest.splits]) == (second.log_seq, [3, 1])


def test_whoever_has_the_rows_can_check_the_hash(trained):
    state, _, second = trained
    state.export(adapter=SECOND)
    rows = rows_of(state, "train.jsonl")
    assert rows_sha256(rows) == second.sha256
    assert rows_sha256(rows_of(state, "heldout.jsonl")) == second.heldout_sha256
    assert [(row.text, row.is_new) for row in rows] == [("B.", False), ("C.", False), ("D.", True)]


def test_the_start_of_an_id_is_enough_where_it_is_one_adapters(trained):
    state, first, _ = trained
    assert state.export(adapter="a1").adapter.sha256 == first.sha256
    for start, why in (("a", "2 adapters"), ("", "no adapter"), ("ff", "no adapter")):
        with pytest.raises(PromotionRefused, match=why):
            state.export("none", adapter=start)


def test_the_card_of_a_warm_adapter_names_what_it_goes_on_from(trained):
    state, first, second = trained
    manifest = state.export(adapter="a2")
    assert [(p.adapter_id, p.sha256) for p in manifest.adapter.parents] == [(FIRST, first.sha256)]
    card = state.read("README.md")
    assert f"goes on from adapter `{FIRST}`" in card and "its own run saw 2 of these rows" in card
    assert f"finsdistill export DIR --format jsonl --adapter {SECOND}" in card and second.sha256 in card


def test_the_card_of_an_adapter_from_scratch_says_that_it_saw_all_rows(trained):
    state, _, _ = trained
    state.export(adapter="a1")
    assert "from the base on all of these rows" in state.read("README.md")


def marked(state, of="out"):
    rows = [json.loads(line) for line in state.read("train.jsonl", of).splitlines()]
    return {row["text"]: row["learned"] for row in rows}


def test_a_row_that_the_training_had_to_leave_out_is_marked_and_still_part_of_the_sealed_hash(state):
    """Its answer left no room for the text."""
    snapshot = sealed(state)
    state.put(a_training(FIRST, snapshot_id=snapshot.snapshot_id, rows=3))
    learned(state, FIRST, "A.", "C.")
    origin = state.export(adapter=FIRST).adapter
    assert marked(state) == {"A.": True, "B.": False, "C.": True}
    assert (origin.learned_rows, origin.learned_elsewhere, origin.sha256) == (2, 0, snapshot.sha256)
    assert "from the base on 2 (`learned`; " in state.read("README.md")
    assert {json.loads(line)["learned"] for line in state.read("heldout.jsonl").splitlines()} == {False}


def test_what_only_a_parent_learned_is_counted_and_is_in_the_parents_export(trained):
    state, _, _ = trained
    origin = state.export(adapter=SECOND).adapter
    assert (marked(state), origin.learned_elsewhere) == ({"B.": True, "C.": True, "D.": True}, 1)
    assert "1 rows that a parent learned are gone since" in state.read("README.md")
    state.export("parent", adapter=FIRST)
    assert marked(state, "parent") == {"A.": True, "B.": True, "C.": True}


def test_an_adapter_that_learned_from_other_rows_than_its_snapshots_is_never_explained_by_them(state):
    state.put(a_training(FIRST, snapshot_id=sealed(state).snapshot_id))
    learned(state, FIRST, "A.", "Rejected.")
    with pytest.raises(StateUnusable, match="learned from 1 rows that snapshot"):
        state.export(adapter=FIRST)


@pytest.mark.parametrize("name", ["trained.parquet", "card.json"])
@pytest.mark.parametrize("harm", [lambda path: path.unlink(), lambda path: path.write_bytes(b"other")])
def test_without_what_the_training_wrote_nothing_is_said_about_it(trained, name, harm):
    state, _, _ = trained
    harm(state.state / "adapters" / FIRST / name)
    with pytest.raises(LearnedUnknown, match="bring it back with `finsdistill restore DIR`"):
        state.export(adapter=FIRST)


@pytest.mark.parametrize("wrong", ["sha256", "heldout_sha256"])
def test_rows_that_are_not_what_was_sealed_are_never_handed_out(state, wrong):
    manifest = sealed(state, **{wrong: "0" * 64})
    state.put(a_training(FIRST, snapshot_id=manifest.snapshot_id))
    learned(state, FIRST, "A.", "B.", "C.")
    with pytest.raises(StateUnusable, match=r"0{64}, found ") as told:
        state.export(adapter=FIRST)
    assert getattr(manifest, wrong) in str(told.value)
    assert [path.name for path in state.folder.iterdir()] == ["state"]
