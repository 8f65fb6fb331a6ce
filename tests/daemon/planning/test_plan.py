"""The plan predicts the calls: what it says is what is pending once the decision stands in the log."""

from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.adopting import STANDINGS, Standing, adoption
from daemon.planning.plan import plan
from daemon.planning.wanted import Wanted
from daemon.teachers.extractive import ExtractiveSettings
from tests.builders import (
    a_chunk,
    a_dead_letter,
    a_label,
    a_link,
    a_refusal,
    a_requeue,
    a_retirement,
    an_adoption,
    an_unlinking,
)
from tests.daemon.planning.conftest import BEGUN, MODELS, A, B, declared, planned, tables

TEXTS = tuple("RSTUVW")
TOY = ExtractiveSettings().recipe()
a, b = A.recipe_id, B.recipe_id

recipes = st.sampled_from([model.recipe_id for model in MODELS])
texts = st.sampled_from(TEXTS)
facts = st.one_of(
    st.builds(a_chunk, texts, filing=st.integers(1, 2), split=st.sampled_from(["train", "heldout"])),
    st.builds(a_retirement, texts, filing=st.integers(1, 2)),
    st.builds(a_label, texts, recipe=recipes),
    st.builds(a_refusal, texts, recipe=recipes),
    st.builds(a_dead_letter, texts, recipe=recipes),
    st.builds(a_requeue, texts, recipe=recipes),
    st.builds(a_link, texts, texts, across=st.booleans()),
    st.builds(an_unlinking, texts, texts),
)
adoptions = st.builds(an_adoption, recipes, decision=st.sampled_from(["first", "relabel", "keep_old"]))
histories = st.lists(st.one_of(facts, facts, facts, adoptions), max_size=40)


def standing(connection):
    """Texts that are pending, and labels in use."""
    pending = connection.execute("SELECT text_id FROM pending").fetchall()
    in_use = connection.execute("SELECT DISTINCT label_id FROM triplet_keys").fetchall()
    return set(pending), set(in_use)


@contextmanager
def decided(connection, recipe, decision):
    """The tables with the decision's fact, for a moment."""
    known = [Standing(*row) for row in connection.execute(STANDINGS).fetchall()]
    fact = adoption(recipe.recipe_id, decision, known, wanted=recipe.recipe_id)
    connection.begin()
    adopted = "INSERT INTO raw.recipe_changes (seq, recipe, replaces, decision) VALUES (10_000, ?, ?, ?)"
    connection.execute(adopted, [fact.recipe, fact.replaces, fact.decision])
    yield
    connection.rollback()


@settings(max_examples=20)
@given(histories, st.integers(1, 2))
def test_the_plan_predicts_the_calls_and_the_labels_that_go_stale(happened, model):
    recipe, last = MODELS[model], (an_adoption(a, decision="keep_old"), a_label("R", recipe=a))
    with tables([*BEGUN, *map(declared, MODELS[1:]), *map(a_chunk, TEXTS), *happened, *last]) as connection:
        found = plan(connection, Wanted(recipe, whole=True))
        pending, in_use = standing(connection)
        assert (found.pending, found.in_use) == (len(pending), len(in_use))
        assert found.texts >= found.pending + found.in_use + found.linked
        for choice in found.choices:
            with decided(connection, recipe, choice.decision):
                after = standing(connection)
            assert (choice.calls, choice.stale) == (len(after[0]), len(in_use - after[1]))


def labels(names, recipe=a, **changes):
    return [a_label(name, recipe=recipe, **changes) for name in names]


def choices(history, recipe, **changes):
    return {choice.decision: choice for choice in planned([*BEGUN, *history], recipe, **changes).choices}


def counts(history, recipe):
    return {decision: (found.stale, found.calls) for decision, found in choices(history, recipe).items()}


CHUNKS = [a_chunk(text) for text in TEXTS]
BOTH = [*CHUNKS, *labels("RST"), declared(B)]


@pytest.mark.parametrize(
    ("history", "relabel", "keep_old"),
    [
        ([*CHUNKS, *labels("RST")], (3, 6), (0, 3)),  # six texts, three of them labelled
        ([*CHUNKS, *labels("RST"), a_retirement("R")], (2, 5), (0, 3)),  # a text that is gone is nobody's
        ([*CHUNKS, *labels("RST"), a_chunk("R", filing=2, split="heldout")], (3, 6), (0, 3)),  # in both splits
        ([*CHUNKS, *labels("RST"), a_dead_letter("U", recipe=a)], (3, 6), (0, 3)),  # another recipe's dead letter
        ([*BOTH, *labels("RU", b)], (3, 4), (1, 2)),  # of two labels the newly adopted recipe's is used
        ([*BOTH, a_dead_letter("U", recipe=b)], (3, 5), (0, 2)),  # its own, from before
        ([*BOTH, a_dead_letter("U", recipe=b), a_requeue("U", recipe=b)], (3, 6), (0, 3)),
        # A's labels were kept when B was adopted, and A comes back
        ([*BOTH, an_adoption("c" * 32), an_adoption(a, decision="keep_old")], (3, 6), (0, 3)),
    ],
)
def test_labels_that_go_stale_and_texts_that_are_asked(history, relabel, keep_old):
    assert counts(history, B) == {"relabel": relabel, "keep_old": keep_old}


def test_back_to_an_earlier_recipe_only_what_it_has_not_labelled_is_asked():
    history = [*BOTH, an_adoption(b, decision="relabel"), *labels("RSTUV", b)]
    found = planned([*BEGUN, *history], A)
    assert (found.labelled, found.in_use, found.pending) == (3, 5, 1)
    assert counts(history, A) == {"relabel": (5, 3), "keep_old": (3, 1)}


def test_a_toy_and_a_model_are_only_ever_exchanged():
    found = choices([*CHUNKS, *labels("R")], TOY)
    assert found["relabel"].refused is None
    assert "never stand in one set" in (found["keep_old"].refused or "")


@pytest.mark.parametrize(
    ("history", "recipe", "standing"),
    [
        ([*CHUNKS, *labels("R")], A, "same"),
        ([*CHUNKS], B, "first"),
        ([*CHUNKS, *labels("R")], B, "decide"),
        ([*BOTH, an_adoption(b, decision="keep_old")], MODELS[2], "decide"),  # B has no label, but A's are in use
        ([*BOTH, an_adoption(b, decision="relabel")], MODELS[2], "decide"),  # nor have B's, but a person chose B
    ],
)
def test_only_labels_in_use_need_a_decision(history, recipe, standing):
    found = planned([*BEGUN, *history], recipe)
    assert (found.standing, bool(found.choices)) == (standing, standing == "decide")


def test_nobody_is_active_in_a_new_log():
    found = planned([], A)
    assert (found.standing, found.active, found.declared, found.texts) == ("first", None, False, 0)


def test_tokens_hours_and_price_are_those_of_a_text_times_the_calls():
    cheap = labels("RS", prompt_tokens=900, completion_tokens=100)  # a second apart, as all facts here
    found = choices([*CHUNKS, *cheap, a_refusal("T", recipe=a)], B, price_per_mtok=0.5)["relabel"]
    # Two texts took 1,800 + 100 prompt and 200 + 20 answer tokens; one text a second.
    assert found.expected is not None
    assert (found.expected.prompt_tokens, found.expected.completion_tokens) == (6 * 950, 6 * 110)
    assert found.expected.hours == pytest.approx(6 / 3600)
    assert found.expected.price == pytest.approx(6 * 1060 * 0.5 / 1e6)
