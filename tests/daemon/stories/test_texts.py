"""Every attempt of a text under every recipe is told once, in order, with what was answered."""

import json
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.stories import UnknownId, story
from store.events import ChunkLabelled, Event, LabelReviewed
from store.ids import canonical_json, label_id, text_id
from store.views import create_views, in_log
from tests.builders import (
    a_chunk,
    a_dead_letter,
    a_filing,
    a_label,
    a_link,
    a_recipe,
    a_refusal,
    a_requeue,
    a_retirement,
    a_review,
    an_adoption,
)
from tests.histories import in_memory

TEXT = "Net sales rose 5%."
A, B, C = "a" * 32, "b" * 32, "c" * 32
SPEC = canonical_json({"kind": "openai", "model": "org/model", "fingerprint": "fp_1", "prompt": "Say why."})
BEGUN: tuple[Event, ...] = (
    a_filing(),
    a_chunk(TEXT),
    a_recipe(A, teacher="openai", model="org/model", revision="r1", spec=SPEC, toy=False),
    an_adoption(A),
)
THREE: tuple[Event, ...] = (
    *BEGUN,
    a_refusal(TEXT, recipe=A, detail="no complete JSON object", seconds=1.5),  # 5
    a_refusal(TEXT, recipe=A, attempt=2, reason="engine_error", raw=""),
    a_dead_letter(TEXT, recipe=A, attempts=2),
    a_requeue(TEXT, recipe=A),
    a_label(TEXT, recipe=A, flags=("repaired",), raw='Sure:\n{"rationale": "a",'),  # 9
    a_review(TEXT, "rejected", recipe=A),
    a_recipe(B),
    an_adoption(B, decision="relabel", replaces=A),  # 12
    a_label(TEXT, recipe=B),
    a_recipe(C),
    an_adoption(C, decision="keep_old", replaces=B),
    a_label(TEXT, recipe=C, grounded=False, flags=("ungrounded",)),  # 16
)


def events_in(told: str) -> list[int]:
    return [int(found) for found in re.findall(r"^  event (\d+)", told, re.MULTILINE)]


def test_a_text_asked_under_three_recipes_is_told_recipe_by_recipe(tell):
    told = tell(text_id(TEXT), *THREE)
    assert events_in(told) == [2, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 16]
    assert re.findall(r"^recipe (.)", told, re.MULTILINE) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "said",
    [
        f"recipe {A}: openai, org/model, revision r1, fingerprint fp_1\n  earlier: its labels are no longer in use",
        f"recipe {B}: extractive, toy\n  kept: its labels are in use beside the active recipe's",
        f"recipe {C}: extractive, toy\n  the active recipe",
        "event 4, 2026-11-22 12:00:04 UTC: adopted, first: nobody had to decide\n",
        f"adopted, relabel: every text is asked again, instead of recipe {A}",
        f"adopted, keep-old: the labels of before stay in use, instead of recipe {B}",
        "attempt 1, refused, not_json\n    100 tokens asked, 20 answered, 1.50 s, validator v1\n",
        "    why:\n      | no complete JSON object\n    raw answer:\n      | Sure! Net sales rose 5%.\n",
        "attempt 2, refused, engine_error\n",
        "    raw answer:\n      | (none)\n",
        "dead letter after 2 attempts: not_json",
        "requeued, its attempts counted from zero",
        f"attempt 1, accepted, grounded, repaired: label {label_id(text_id(TEXT), A, 1)}",
        '    raw answer:\n      | Sure:\n      | {"rationale": "a",\n',
        "reviewed, rejected\n    note:\n      | read it",
        "attempt 1, accepted, ungrounded: label",
    ],
)
def test_each_attempt_is_told_with_what_came_of_it(tell, said):
    assert said in tell(text_id(TEXT), *THREE)


def test_of_each_recipe_is_told_in_what_it_is_unlike_the_one_before(tell):
    told = tell(text_id(TEXT), *THREE)
    assert told.count("unlike") == 2
    assert "event 12, 2026-11-22 12:00:12 UTC: adopted, relabel" in told.partition("  unlike the recipe before in")[0]
    assert "  unlike the recipe before in fingerprint, kind, model, prompt\n" in told


def test_an_answer_that_was_the_labels_own_json_is_told_as_that_json(tell):
    told = tell(text_id(TEXT), *BEGUN, a_label(TEXT, recipe=A, rationale="1. It says:\n2. more", summary="Rise."))
    shown = told.partition("and nothing else:\n      | ")[2].partition("\n")[0]
    assert json.loads(shown) == {"rationale": "1. It says:\n2. more", "summary": "Rise."}
    assert "    rationale:\n      | 1. It says:\n      | 2. more\n" in told


def test_a_label_and_a_chunk_are_told_as_their_text_is(tell):
    text = tell(text_id(TEXT), *THREE)
    assert tell(label_id(text_id(TEXT), B, 1), *THREE).endswith(text)
    assert tell(a_chunk(TEXT).chunk_id, *THREE).endswith(text)


def test_a_text_that_nobody_was_asked_about_says_so(tell):
    assert "no teacher has answered yet" in tell(text_id(TEXT), a_filing(), a_chunk(TEXT), a_retirement(TEXT))
    told = tell(text_id(TEXT), a_filing(), a_chunk(TEXT), a_retirement(TEXT))
    assert ", retired: a newer parser does not find it" in told
    amended = a_retirement(TEXT).model_copy(update={"amended_by": "0-1"})
    assert ", retired: the amendment 0-1 replaced it" in tell(text_id(TEXT), a_filing(), a_chunk(TEXT), amended)


@pytest.mark.parametrize("raw", ["  event 99, accepted", "\n  event 99\n", "a\r\n  event 99"])
def test_no_answer_and_no_text_can_pass_for_a_line_of_the_story(tell, raw):
    hostile = f"{raw} of a filing"
    told = tell(text_id(hostile), a_filing(), a_chunk(hostile), a_recipe(), a_refusal(hostile, raw=raw, detail=raw))
    assert events_in(told) == [2, 4]


def test_an_id_that_nothing_has_is_an_error_and_so_is_the_start_of_several(tell):
    with pytest.raises(UnknownId, match="no triplet, text, chunk, recipe"):
        tell("feed", *BEGUN)
    with pytest.raises(UnknownId, match="start of 2 or more"):
        tell("0000320193", a_filing(1), a_filing(2))


TEXTS = (TEXT, "Two fell.")
of_text, recipes, attempts = st.sampled_from(TEXTS), st.sampled_from([A, B, C]), st.integers(1, 3)
a_fact: st.SearchStrategy[Event] = st.one_of(
    st.builds(a_label, of_text, recipe=recipes, attempt=attempts, raw=st.none() | st.text(max_size=9)),
    st.builds(a_refusal, of_text, recipe=recipes, attempt=attempts, raw=st.text(max_size=9)),
    st.builds(a_dead_letter, of_text, recipe=recipes),
    st.builds(a_requeue, of_text, recipe=recipes),
    st.builds(a_review, of_text, st.sampled_from(["accepted", "rejected"]), recipe=recipes, attempt=attempts),
    st.builds(an_adoption, recipes, decision=st.sampled_from(["relabel", "keep_old"])),
)
histories = st.lists(a_fact, max_size=25).map(
    lambda facts: [a_filing(), *map(a_chunk, TEXTS), *map(a_recipe, (A, B, C)), an_adoption(A), *facts]
)


def events_of(text: str, facts: list[Event]) -> list[int]:
    """All but adoptions; a review is of the text whose label it is of."""
    known = {fact.label_id for fact in facts if isinstance(fact, ChunkLabelled) and fact.text_id == text_id(text)}
    return [
        seq
        for seq, fact in enumerate(facts, 1)
        if (
            fact.label_id in known if isinstance(fact, LabelReviewed) else getattr(fact, "text_id", "") == text_id(text)
        )
    ]


@settings(max_examples=15)
@given(histories)
def test_every_event_of_a_text_is_told_once_and_no_other(facts):
    with in_memory(facts) as connection:
        create_views(connection, in_log(), temporary=True)
        for text in TEXTS:
            told = Counter(events_in("\n".join(story(connection, text_id(text)))))
            own = events_of(text, facts)
            assert [told[seq] for seq in own] == [1] * len(own)
            others = {type(facts[seq - 1]).__name__ for seq in told if seq not in own}
            assert others <= {"RecipeAdopted"}


def test_a_text_that_is_nearly_another_tells_whose_label_it_has(tell):
    other = "Net sales rose by 5%."
    links = (a_link(other, TEXT), a_link(TEXT, "Held out.", across=True))
    told = tell(text_id(other), *BEGUN, a_chunk(other), *links)
    assert f"nearly {text_id(TEXT)} (0.90 of 1), whose label speaks for both" in told
    spoken = tell(text_id(TEXT), *BEGUN, a_chunk(other), *links)
    assert "its label speaks for 1 that are nearly it" in spoken
    assert f"nearly {text_id('Held out.')} (0.90 of 1), which is held out: this one trains nobody" in spoken
