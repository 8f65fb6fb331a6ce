"""Which dead letters a person means, and what is recorded of it."""

import pytest

from daemon.activity import Activity
from daemon.commands import Requeue, RequeueAll
from daemon.requeuing import Names, NoDeadLetter, NoRecipe, Requeuing, check_reason, split
from store.ids import text_id
from tests.builders import RECIPE, a_chunk, a_dead_letter, a_filing, a_log, a_recipe, a_refusal, an_adoption, put

A, B, C, D = (text_id(name) for name in ("A.", "B.", "C.", "D."))
NAMES = Names(sorted([("1" * 32, "1" * 32), ("2" * 32, "1" * 32), ("12" + "3" * 30, "12" + "3" * 30)]))


@pytest.mark.parametrize(
    ("start", "text"), [("11", "1" * 32), ("2", "1" * 32), ("123", "12" + "3" * 30), ("1" * 32, "1" * 32)]
)
def test_a_dead_letter_is_named_by_any_start_of_its_texts_or_chunks_id_that_is_its_own(start, text):
    assert NAMES.text_of(start) == text


@pytest.mark.parametrize(
    ("start", "why"), [("1", "2 dead letters"), ("", "no dead letter"), ("4", "no dead letter"), ("%", "no")]
)
def test_what_names_none_or_several_is_refused(start, why):
    with pytest.raises(NoDeadLetter, match=why):
        NAMES.text_of(start)


def test_a_reason_may_be_one_that_no_dead_letter_has_now_but_not_one_that_does_not_exist():
    check_reason("engine_error", {})
    check_reason("of_old", {"of_old": 1})
    with pytest.raises(NoDeadLetter, match="there are schema, declined"):
        check_reason("engine_eror", {"schema": 2, "declined": 1})


def test_texts_are_split_into_dead_letters_and_others_each_once():
    assert split(("a", "b", "a", "c"), {"a", "c"}) == (("a", "c"), ("b",))


@pytest.fixture
def log(tmp_path):
    with a_log(tmp_path) as log:
        put(log, a_recipe(), an_adoption(), a_filing(), *(a_chunk(text) for text in ("A.", "B.", "C.", "D.")))
        put(log, a_refusal("A."), a_dead_letter("A."), a_dead_letter("B.", reason="schema"), a_dead_letter("C."))
        yield log


@pytest.fixture
def activity():
    return Activity()


def pending(log):
    return dict(log.query("SELECT text_id, attempts FROM pending"))


def test_a_requeued_text_is_pending_again_with_its_attempts_counted_from_zero(log, activity):
    Requeuing(log, activity).these(Requeue(recipe=RECIPE, texts=(A,)), key="command-1")
    assert pending(log) == {A: 0, D: 0}
    assert log.query("SELECT stream FROM raw.events WHERE type = 'Requeued'") == [(f"recipe-{RECIPE}",)]
    assert activity.troubles() == []


def test_what_is_no_dead_letter_any_more_is_passed_over_and_told(log, activity):
    Requeuing(log, activity).these(Requeue(recipe=RECIPE, texts=(A, D)), key="command-1")
    assert pending(log) == {A: 0, D: 0}
    assert "1 of 2 texts" in activity.troubles()[0].what and D[:8] in activity.troubles()[0].what


def test_the_same_command_twice_has_one_effect_and_nothing_to_tell(log, activity):
    for _ in range(2):
        Requeuing(log, activity).these(Requeue(recipe=RECIPE, texts=(A,)), key="command-1")
        put(log, a_dead_letter("A."))
    assert A not in pending(log)
    assert activity.troubles() == []


@pytest.mark.parametrize(("reason", "again"), [(None, {A, B, C, D}), ("schema", {B, D}), ("declined", {D})])
def test_all_or_all_of_one_reason_are_found_when_the_command_is_obeyed(log, activity, reason, again):
    for _ in range(2):
        Requeuing(log, activity).all(RequeueAll(recipe=RECIPE, reason=reason), key="command-1")
    assert set(pending(log)) == again


def test_another_recipes_dead_letters_stay(log, activity):
    put(log, a_recipe("6" * 32))
    Requeuing(log, activity).all(RequeueAll(recipe="6" * 32), key="command-1")
    assert set(pending(log)) == {D}


@pytest.mark.parametrize("command", [RequeueAll(recipe="7" * 32), Requeue(recipe="7" * 32, texts=(A,))])
def test_a_recipe_that_nobody_declared_is_refused(log, activity, command):
    requeuing = Requeuing(log, activity)
    with pytest.raises(NoRecipe, match=r"no recipe is called 7{32}"):
        (requeuing.all if isinstance(command, RequeueAll) else requeuing.these)(command, key="command-1")
    assert set(pending(log)) == {D}
