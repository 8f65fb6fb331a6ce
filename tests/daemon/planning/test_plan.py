"""The plan predicts the calls: what it says is what is pending once the decision stands in the log."""

from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.adopting import STANDINGS, Standing, adoption
from daemon.planning.plan import plan
from daemon.planning.wanted import Wanted
from daemon.teachers.extractive import ExtractiveSettings
from daemon.teachers.local.settings import LocalSettings
from tests.builders import a_chunk, a_dead_letter, a_label, a_refusal, a_requeue, a_retirement, an_adoption
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


@settings(max_examples=25)
@given(histories, st.integers(1, 2))
def test_the_plan_predicts_the_calls_and_the_labels_that_go_stale(happened, model):
    recipe, last = MODELS[model], (an_adoption(a, decision="keep_old"), a_label("R", recipe=a))
    with tables([*BEGUN, *map(declared, MODELS[1:]), *map(a_chunk, TEXTS), *happened, *last]) as connection:
        found = plan(connection, Wanted(recipe, whole=True))
        pending, in_use = standing(connection)
        assert (found.pending, found.in_use) == (len(pending), len(in_use))
        for choice in found.choices:
            with decided(connection, recipe, choice.decision):
                after = standing(connection)
            assert (choice.calls, choice.stale) == (len(after[0]), len(in_use - after[1]))
