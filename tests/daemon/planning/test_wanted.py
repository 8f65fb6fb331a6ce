"""Which recipe the configuration asks for, above all where only a server can say who answers."""

import pytest

from daemon.planning.wanted import PlanProblem, Wanted, completed, declared, wanted
from daemon.teachers.extractive import ExtractiveSettings
from daemon.teachers.local.settings import LocalSettings
from daemon.teachers.openai.settings import OpenAISettings
from daemon.teachers.prompt import PromptProblem
from daemon.teachers.protocol import TeacherInfo
from store.events import LabellingPaused, LabellingResumed
from tests.builders import a_recipe, an_adoption
from tests.daemon.planning.conftest import BEGUN, A, B, tables
from tests.daemon.planning.conftest import declared as declaration

SERVER = OpenAISettings(model="m").recipe()
OLD, NEW = (SERVER.answered_by(TeacherInfo(model="m", revision="r", fingerprint=f)) for f in ("old", "new"))
BOTH = [declaration(OLD), an_adoption(OLD.recipe_id, decision="relabel"), declaration(NEW)]
PAUSED = LabellingPaused(recipe=NEW.recipe_id, reason="another recipe")
RESUMED = LabellingResumed(recipe=NEW.recipe_id, reason="as before")


def found(*facts, recipe=SERVER):
    with tables([*BEGUN, *facts]) as connection:
        return completed(Wanted(recipe, whole=False), declared(connection))


def test_a_recipe_that_needs_nobody_is_taken_as_it_is():
    assert completed(Wanted(B, whole=True), []) == (B, False)


@pytest.mark.parametrize(
    ("facts", "answered"),
    [
        (BOTH[:2], OLD),
        ([*BOTH, PAUSED], NEW),  # labelling waits for a decision about it
        ([*BOTH, PAUSED, RESUMED], OLD),  # the server is again what it was
        ([*BOTH, an_adoption(NEW.recipe_id, decision="keep_old")], NEW),
        ([*BOTH, an_adoption(A.recipe_id, decision="relabel")], NEW),  # neither is active: the newest
        ([*BOTH, PAUSED, LabellingPaused(recipe=OLD.recipe_id, reason="too many failures")], OLD),
    ],
)
def test_a_server_is_who_it_last_said_it_is(facts, answered):
    assert found(*facts) == (answered, False)


def test_a_server_that_was_never_asked_like_this_is_taken_to_be_who_it_was():
    other = SERVER.model_copy(update={"prompt": "another"})
    assert found(*BOTH, recipe=other) == (other.model_copy(update={"revision": "r", "fingerprint": "old"}), True)


@pytest.mark.parametrize("change", [{"model": "another"}, {"kind": "another"}])
def test_nothing_is_assumed_of_another_model(change):
    other = SERVER.model_copy(update=change)
    assert found(*BOTH, recipe=other) == (other, True)


def test_a_new_log_says_nothing_about_a_server():
    assert completed(Wanted(SERVER, whole=False), []) == (SERVER, True)


def test_another_prompt_can_be_tried(tmp_path):
    (tmp_path / "prompt.txt").write_text("Explain it. {schema}")
    tried = wanted(LocalSettings(price_per_mtok=0.2), tmp_path / "prompt.txt")
    assert (tried.recipe.prompt or "").startswith("Explain it.")
    assert (tried.tried, tried.price_per_mtok, tried.whole) == (tmp_path / "prompt.txt", 0.2, True)
    assert not wanted(OpenAISettings()).whole


def test_a_prompt_that_cannot_be_tried_says_why(tmp_path):
    with pytest.raises(PromptProblem, match="cannot be read"):
        wanted(LocalSettings(), tmp_path / "none.txt")
    with pytest.raises(PlanProblem, match="takes no prompt"):
        wanted(ExtractiveSettings(), tmp_path / "none.txt")


def test_a_recipe_of_another_version_is_named():
    other = a_recipe("7" * 32, spec='{"temperament": 3}')
    with tables([*BEGUN, other]) as connection, pytest.raises(PlanProblem, match="recipe 77777777"):
        declared(connection)
