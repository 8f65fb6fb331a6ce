"""Exactly the snapshots that hold a text are told, those of earlier recipes too."""

from itertools import product
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.stories.sealed import memberships
from store.events import Event, SnapshotSealed
from store.ids import label_id, text_id
from store.seal import seal
from store.snapshot import TRAIN, read_rows
from store.views import create_views, in_log
from tests.builders import (
    a_chunk,
    a_filing,
    a_label,
    a_log,
    a_recipe,
    a_retirement,
    a_review,
    a_training,
    an_adoption,
    put,
)
from tests.histories import in_memory

TEXTS = ("One rose.", "Two fell.")
A, B, C = "a" * 32, "b" * 32, "c" * 32
BEGUN: tuple[Event, ...] = (
    a_filing(1),
    a_filing(2),
    a_chunk(TEXTS[0]),
    a_chunk(TEXTS[1], filing=2, split="heldout"),
    *map(a_recipe, (A, B, C)),
    an_adoption(A),  # 8
)
LABELLED = tuple(a_label(text, recipe=A) for text in TEXTS)  # 9, 10
# As `store.seal` reads them.
ROWS = """
SELECT label_id FROM triplets WHERE split = ? AND text_id = ? AND grounded AND review IS DISTINCT FROM 'rejected'
    AND NOT list_has_any(flags, ['repaired', 'forced_close'])
"""


def a_snapshot(name: str, log_seq: int, **changes: object) -> SnapshotSealed:
    nothing = {"parent": None, "rows": 0, "new_rows": 0, "heldout_rows": 0, "sha256": "0" * 64}
    values = {"snapshot_id": name, "log_seq": log_seq, "recipe": A, "heldout_sha256": "0" * 64, **nothing}
    return SnapshotSealed.model_validate(values | changes)


def told(connection: duckdb.DuckDBPyConnection, text: str) -> set[tuple[str, str, str]]:
    """Snapshot, part and label."""
    found = memberships(connection, text_id(text))
    return {(member.snapshot_id, member.held.split, member.held.label_id) for member in found}


def held(connection: duckdb.DuckDBPyConnection, snapshots: dict[str, int]) -> list[set[tuple[str, str, str]]]:
    """For each text."""
    found: list[set[tuple[str, str, str]]] = [set() for _ in TEXTS]
    for snapshot, position in snapshots.items():
        cursor = connection.cursor()
        create_views(cursor, in_log(position), temporary=True)
        for part, (text, own) in product(("train", "heldout"), zip(TEXTS, found, strict=True)):
            own |= {(snapshot, part, label) for (label,) in cursor.execute(ROWS, [part, text_id(text)]).fetchall()}
        cursor.close()
    return found


of_text, recipes, filings = st.sampled_from(TEXTS), st.sampled_from([A, B, C]), st.sampled_from([1, 2])
a_fact: st.SearchStrategy[Event | None] = st.one_of(
    st.none(),  # a snapshot is sealed
    st.builds(a_label, of_text, recipe=recipes, flags=st.sampled_from([(), (), ("repaired",)])),
    st.builds(a_label, of_text, recipe=recipes, grounded=st.booleans()),
    st.builds(an_adoption, recipes, decision=st.sampled_from(["relabel", "keep_old"])),
    st.builds(a_review, of_text, st.sampled_from(["accepted", "rejected"]), recipe=recipes),
    st.builds(a_retirement, of_text, filing=filings),
    st.builds(a_chunk, of_text, filing=filings),
)


@settings(max_examples=12)
@given(st.lists(a_fact, min_size=4, max_size=20))
def test_exactly_the_snapshots_that_hold_a_text_are_told(drawn):
    facts, snapshots = [*BEGUN, *LABELLED], {}
    for fact in drawn:
        if fact is None:
            snapshots[f"s{len(facts)}"] = len(facts)
        facts.append(fact or a_snapshot(f"s{len(facts)}", len(facts)))
    with in_memory(facts) as connection:
        create_views(connection, in_log(), temporary=True)
        assert [told(connection, text) for text in TEXTS] == held(connection, snapshots)


def test_what_was_sealed_and_what_is_told_are_the_same_labels(tmp_path: Path) -> None:
    with a_log(tmp_path / "state") as log:
        put(log, *BEGUN, *LABELLED)
        first = seal(log, tmp_path, log_seq=log.head.seq, parent=None)
        put(log, an_adoption(B, decision="relabel"), a_label(TEXTS[0], recipe=B))
        second = seal(log, tmp_path, log_seq=log.head.seq, parent=None)
        put(log, *(a_snapshot(sealed.snapshot_id, sealed.log_seq) for sealed in (first, second)), an_adoption(C))
        rows = {s.snapshot_id: read_rows(tmp_path / s.snapshot_id / TRAIN) for s in (first, second)}
        assert [[row.label_id for row in found] for found in rows.values()] == [
            [label_id(text_id(TEXTS[0]), recipe, 1)] for recipe in (A, B)
        ]
        cursor = log.cursor()
        assert told(cursor, TEXTS[0]) == {(snapshot, "train", found[0].label_id) for snapshot, found in rows.items()}
        assert told(cursor, TEXTS[1]) == {(first.snapshot_id, "heldout", LABELLED[1].label_id)}
        cursor.close()


def test_a_snapshot_of_an_earlier_recipe_is_told_with_its_adapter(tell):
    later = (a_training("adapter1"), an_adoption(B, decision="relabel"), a_retirement(TEXTS[0]))
    shown = tell(text_id(TEXTS[0]), *BEGUN, *LABELLED, a_snapshot("s1", 10), *later)
    words = f"in training snapshot s1, sealed at event 10: label {LABELLED[0].label_id} of recipe {A}"
    assert f"{words}\n  adapter adapter1: challenger\n" in shown


@pytest.mark.parametrize("position", [8, 9])
def test_a_snapshot_from_before_the_label_is_not_told(tell, position):
    shown = tell(text_id(TEXTS[1]), *BEGUN, *LABELLED, a_snapshot("s1", position))
    assert "snapshot" not in shown


def test_of_a_held_out_text_is_told_where_students_are_scored_with_it(tell):
    shown = tell(text_id(TEXTS[1]), *BEGUN, *LABELLED, a_snapshot("s1", 10))
    assert f"\nin the held-out set of snapshot s1, sealed at event 10: label {LABELLED[1].label_id}" in shown


def test_of_many_snapshots_the_last_ones_are_told(tell):
    seals = [a_snapshot(f"s{n}", n) for n in range(10, 110)]
    shown = tell(text_id(TEXTS[0]), *BEGUN, *LABELLED, *seals)
    assert shown.count("in training snapshot s") == 10 and "training snapshot s109," in shown
    assert "in 90 earlier snapshots too, from s10 on" in shown
