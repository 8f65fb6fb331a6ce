"""What a recipe was, what was decided about it, what it came to, and which snapshots hold its labels."""

import pytest

from store.events import Event, LabellingPaused, LabellingResumed, SnapshotSealed
from store.ids import canonical_json
from tests.builders import a_chunk, a_dead_letter, a_filing, a_label, a_recipe, a_refusal, an_adoption

A, B, C = "a" * 32, "b" * 32, "c" * 32
SPEC = canonical_json(
    {"kind": "openai", "model": "org/model", "attempts": 3, "prompt": "Say why.\nThen what.", "answer_schema": "{}"}
)


def a_seal(snapshot: str, log_seq: int, recipe: str) -> SnapshotSealed:
    return SnapshotSealed(
        snapshot_id=snapshot,
        log_seq=log_seq,
        recipe=recipe,
        parent=None,
        rows=7,
        new_rows=7,
        sha256="0" * 64,
        heldout_rows=0,
        heldout_sha256="0" * 64,
    )


FACTS: tuple[Event, ...] = (
    a_filing(),
    a_chunk("One."),
    a_chunk("Two."),
    a_recipe(A, teacher="openai", model="org/model", spec=SPEC, toy=False),
    an_adoption(A),  # 5
    a_label("One.", recipe=A, grounded=False, flags=("ungrounded",)),
    a_refusal("Two.", recipe=A),
    a_refusal("Two.", recipe=A, attempt=2, reason="schema"),
    a_refusal("Two.", recipe=A, attempt=3),
    a_dead_letter("Two.", recipe=A),  # 10
    a_seal("first", 6, A),
    a_recipe(B),
    LabellingPaused(recipe=B, reason="the teacher is another one"),
    an_adoption(B, decision="keep_old", replaces=A),
    LabellingResumed(recipe=B, reason="kept"),  # 15
    a_seal("kept", 15, B),
    an_adoption(A, decision="relabel", replaces=B),
    a_recipe(C),
    a_seal("again", 17, A),
)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (A, f"recipe {A}: openai, org/model\n  the active recipe\n"),
        (A, "  attempts: 3\n  kind: openai\n  model: org/model\n  event 4, 2026-11-22 12:00:04 UTC: declared\n"),
        (A, "event 5, 2026-11-22 12:00:05 UTC: adopted, first: nobody had to decide\n"),
        (A, f"adopted, relabel: every text is asked again, instead of recipe {B}\n"),
        (
            A,
            "  labels: 1, of them 1 not grounded, 1 flagged\n  refusals: 3 (2 not_json, 1 schema)\n  dead letters: 1\n",
        ),
        (A, "  tokens: 400 asked, 80 answered, those of refused answers among them\n"),
        (A, "  in training snapshot first, sealed at event 6 with 7 rows\n"),
        (A, "snapshot kept, sealed at event 15 with 7 rows, kept beside the recipe that was active then\n"),
        (A, "  in training snapshot again, sealed at event 17 with 7 rows\n"),
        (A, "  prompt:\n    | Say why.\n    | Then what.\n  answer_schema:\n    | {}"),
        (B, "  earlier: its labels are no longer in use\n"),
        (B, "event 13, 2026-11-22 12:00:13 UTC: labelling paused, the teacher is another one\n"),
        (B, "labelling resumed, kept\n"),
        (C, "  declared, and never adopted\n"),
        (C, "  labels: 0, of them 0 not grounded, 0 flagged\n  refusals: 0\n  dead letters: 0\n  tokens: 0 asked"),
    ],
)
def test_a_recipe_is_told_whole(tell, wanted, said):
    assert said in tell(wanted, *FACTS)


def test_a_recipe_is_found_by_the_start_of_its_id_and_no_other_snapshots_are_its(tell):
    told = tell("bbbbbbbb", *FACTS)
    assert "snapshot kept, sealed at event 15 with 7 rows\n" in f"{told}\n"
    assert "first" not in told and "again" not in told


def test_a_snapshot_names_the_recipes_that_were_kept_beside_its_own(tell):
    assert f"recipe: {B}\n" in tell("kept", *FACTS) and f"kept beside it: recipe {A}" in tell("kept", *FACTS)
    assert "beside it" not in tell("first", *FACTS) + tell("again", *FACTS)


def test_of_many_pauses_and_snapshots_the_last_ones_are_told(tell):
    pauses = [LabellingPaused(recipe=A, reason=f"number {n}") for n in range(1_000)]
    seals = [a_seal(f"s{n}", n, A) for n in range(3, 100)]
    told = tell(A, a_recipe(A), an_adoption(A), *pauses, *seals)
    assert told.count("labelling paused") == 10 and "number 999" in told and "990 earlier pauses" in told
    assert told.count("training snapshot s") == 10 and "snapshot s99" in told and "in 87 earlier training" in told
