"""What differs between two recipes, part by part."""

import json

import pytest

from daemon.planning.changes import MAX_LINES, changes
from daemon.teachers.extractive import ExtractiveSettings
from daemon.teachers.local.settings import LocalSettings
from daemon.teachers.recipe import Recipe

MODEL, TOY = LocalSettings().recipe(), ExtractiveSettings().recipe()
# How a server may be described: everything there is has a value.
FULL = MODEL.model_copy(update={"fingerprint": "f", "licence": "l"})


def with_prompt(*lines):
    return MODEL.model_copy(update={"prompt": "\n".join(lines)})


def diff_of(before, after):
    (change,) = changes(before, after)
    return change.diff


def test_equal_recipes_differ_in_nothing():
    assert changes(FULL, FULL) == ()


@pytest.mark.parametrize("part", sorted(set(Recipe.model_fields) - {"toy", "licence"}))
def test_every_part_that_makes_another_recipe_is_told(part):
    other = FULL.model_copy(update={part: 7 if isinstance(getattr(FULL, part), int) else "another"})
    assert [change.part for change in changes(FULL, other)] == [part]


def test_what_only_a_server_can_say_is_no_difference_while_it_is_assumed():
    other = FULL.model_copy(update={"revision": None, "fingerprint": None, "attempts": 9})
    assert [change.part for change in changes(FULL, other, assumed=True)] == ["attempts"]


def test_a_toys_missing_prompt_is_told_without_the_lines_of_the_models():
    (prompt,) = (change for change in changes(MODEL, TOY) if change.part == "prompt")
    assert (prompt.before, prompt.after, prompt.diff) == (MODEL.prompt, None, ())


def test_a_changed_word_shows_its_line_before_and_after():
    before, after = with_prompt("Read it.", "Say why.", "End."), with_prompt("Read it.", "Say how.", "End.")
    assert diff_of(before, after) == ("@@ line 2 @@", "-Say why.", "+Say how.")


def test_a_changed_word_far_into_a_long_line_is_seen():
    before, after = diff_of(with_prompt("x" * 900 + " why" + "y" * 900), with_prompt("x" * 900 + " how" + "y" * 900))[
        1:
    ]
    assert " why" in before and " how" in after
    assert len(before) < 160


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (("a", "b"), ("a", "b", "c"), ("@@ line 3 @@", "+c")),
        (("a", "b", "c"), ("a", "c"), ("@@ line 2 @@", "-b")),
        (("a", "b"), ("c", "d", "e"), ("@@ line 1 @@", "-a", "-b", "+c", "+d", "+e")),
    ],
)
def test_lines_that_come_and_go_are_marked(before, after, shown):
    assert diff_of(with_prompt(*before), with_prompt(*after)) == shown


def test_of_a_whole_new_prompt_the_beginning_is_shown():
    shown = diff_of(with_prompt("old"), with_prompt(*(f"line {n}" for n in range(100))))
    assert len(shown) == MAX_LINES + 1
    assert shown[-1] == "… and 82 more lines"  # of 102: the position, one line gone, a hundred come


def test_an_answers_schema_is_compared_by_its_parts():
    schemas = ({"title": "Answer", "required": ["summary"]}, {"title": "Answer", "required": ["rationale"]})
    before, after = (MODEL.model_copy(update={"answer_schema": json.dumps(schema)}) for schema in schemas)
    assert diff_of(before, after)[1:] == ('-  "summary"', '+  "rationale"')
