"""What a person reads of a plan."""

import pytest

from daemon.planning.changes import Change
from daemon.planning.lines import choice_lines, lines
from daemon.planning.report import Choice, Expected, Measured, Plan, RecipeName

OLD = RecipeName(recipe="a" * 32, teacher="openai", model="m", toy=False)
NEW = RecipeName(recipe="b" * 32, teacher="openai", model="m", toy=False)
EXPECTED = Expected(prompt_tokens=9_000_000, completion_tokens=612_000, hours=3.14, price=1.9224)
RELABEL = Choice(decision="relabel", refused=None, stale=11_900, calls=12_345, expected=EXPECTED)
KEEP = Choice(decision="keep_old", refused=None, stale=0, calls=1, expected=None)
APART = Choice(decision="keep_old", refused="a toy's labels stand apart", stale=0, calls=1, expected=None)
MEASURED = Measured(
    recipe="a" * 32, texts=11_900, answers=1.034, prompt_tokens=729.4, completion_tokens=49.6, texts_per_hour=3930.5
)


def a_plan(**changes):
    plain = {
        "standing": "decide", "active": OLD, "configured": NEW, "declared": True, "whole": True, "assumed": False,
        "tried": None, "texts": 12_345, "pending": 440, "in_use": 11_900, "labelled": 0, "dead": 0,
        "changes": (Change(part="attempts", before="3", after="5"),), "measured": MEASURED, "choices": (RELABEL, KEEP),
    }  # fmt: skip
    return Plan(**plain | changes)


def shown(*, running=False, **changes):
    return "\n".join(lines(a_plan(**changes), running=running))


@pytest.mark.parametrize(
    "words",
    [
        "active       aaaaaaaa (openai, m)", "configured   bbbbbbbb (openai, m)",
        "12,345 texts: 11,900 with a label in use, 440 pending, 5 dead letters", "changed      attempts: 3 -> 5",
        "11,900 labels go stale: kept", "12,345 calls, one a text", "no label goes stale", "1 call, one a text",
        "about 9,612,000 tokens (9,000,000 prompt, 612,000 answer), 3.1 hours, price 1.92", "not measured yet",
        "under the active recipe, over 11,900 texts: 729 prompt and 50 answer tokens a text (1.03 answers), 3,930 texts",
        "what changed may change these", "next         `finsdistill relabel` or `finsdistill adopt --keep-old`, or put",
    ],
)  # fmt: skip
def test_the_screen_says_what_each_decision_does(words):
    assert words in shown()


def test_nothing_changed_is_three_lines():
    screen = shown(standing="same", configured=OLD, changes=(), choices=())
    assert screen.count("\n") == 2 and "nothing changed" in screen and "440 pending" in screen


def test_nothing_is_promised_of_a_teacher_that_may_be_another_next_time():
    assert "before its teacher is asked again" in shown(standing="same", whole=False, changes=(), choices=())


@pytest.mark.parametrize(("active", "texts"), [(OLD, "440 pending"), (None, "12,345 texts")])
def test_what_the_service_decides_by_itself_is_said(active, texts):
    screen = shown(standing="first", active=active, choices=())
    assert "nothing to decide" in screen and texts in screen and "relabel" not in screen


def test_a_decision_that_cannot_be_taken_says_why_and_is_not_offered():
    screen = shown(choices=(RELABEL, APART))
    assert "cannot be chosen: a toy's labels stand apart" in screen
    assert "adopt --keep-old" not in screen.splitlines()[-1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"labelled": 500}, "labelled by it before: 500 texts, not asked again"),
        ({"dead": 1}, "its dead letters: 1 text, not asked again unless requeued"),
        ({"choices": (KEEP.model_copy(update={"calls": 0}),)}, "no call: nothing is left to ask"),
        ({"assumed": True}, "taken to be who did before"),
        ({"tried": "/x/new.txt"}, 'prompt_file = "/x/new.txt" in [teacher], restart the service'),
        ({"tried": "/x/new.txt"}, "(openai, m) with the prompt of /x/new.txt"),
        ({"measured": None}, "measured     nothing yet"),
        ({"measured": None, "configured": NEW.model_copy(update={"toy": True})}, "say nothing about each other"),
        ({"measured": MEASURED.model_copy(update={"recipe": "b" * 32})}, "under this recipe itself"),
        ({"changes": (Change(part="quantization", before=None, after="nf4"),)}, "quantization: (not set) -> nf4"),
        ({"changes": (Change(part="prompt", before="a", after="abc", diff=("+b",)),)}, "prompt, 2 characters longer:"),
    ],
)
def test_what_is_special_is_said(changes, words):
    assert words in shown(**changes)


@pytest.mark.parametrize(
    ("running", "changes", "words"),
    [
        (True, {"declared": False}, "restart the service, then `finsdistill relabel`"),
        (False, {"declared": False}, "next         `finsdistill relabel`"),
        (True, {"declared": False, "assumed": True}, "restart the service: it asks its teacher who answers; then"),
        (False, {"declared": False, "assumed": True}, "start the service: it asks its teacher who answers; then"),
    ],
)
def test_what_to_type_next_depends_on_who_knows_the_recipe(running, changes, words):
    assert words in shown(running=running, **changes)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (None, "time not measured"),
        (0.001, "under a minute"),
        (1 / 60, "1 minute"),
        (1.99, "119 minutes"),
        (2.04, "2.0 h"),
    ],
)
def test_hours_are_as_exact_as_they_are_known(hours, said):
    choice = RELABEL.model_copy(update={"expected": EXPECTED.model_copy(update={"hours": hours, "price": None})})
    line = list(choice_lines(choice))[-1]
    assert said in line and "price" not in line
