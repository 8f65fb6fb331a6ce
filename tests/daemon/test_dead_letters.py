"""What `dead-letters` reads from the published tables, and how it shows it."""

from datetime import datetime

import pytest

from daemon.dead_letters import (
    DeadLetter,
    DeadLetters,
    ReasonCount,
    lines,
    names_of,
    read_dead_letters,
    recipe_named,
    required_recipe,
)
from daemon.query import published
from daemon.requeuing import NoDeadLetter
from store.ids import text_id
from store.publishing.publish import Publisher
from tests.builders import RECIPE, a_chunk, a_dead_letter, a_filing, a_log, a_recipe, a_refusal, an_adoption, put

OTHER = "6" * 32


@pytest.fixture
def tables(tmp_path):
    """Two dead letters of the active recipe, one of another."""
    with a_log(tmp_path) as log:
        put(log, a_recipe(), a_recipe(OTHER), an_adoption(), a_filing())
        put(log, a_chunk("A."), a_chunk("B.", item="1A"))
        put(log, a_refusal("A.", detail="summary: missing"), a_dead_letter("A.", reason="schema"))
        put(log, a_dead_letter("B."), a_dead_letter("B.", recipe=OTHER))
        Publisher(log, tmp_path).publish()
    with published(tmp_path) as connection:
        yield connection


def test_the_newest_come_first_with_their_filing_and_what_was_said_last(tables):
    found = read_dead_letters(tables, recipe=RECIPE, reason=None, limit=20)
    assert [(letter.text_id, letter.reason, letter.detail) for letter in found.dead_letters] == [
        (text_id("B."), "not_json", None),
        (text_id("A."), "schema", "summary: missing"),
    ]
    assert (found.total, found.dead_letters[1].company, found.dead_letters[1].form) == (2, "Apple Inc.", "10-K")
    assert found.dead_letters[0].item == "1A"


@pytest.mark.parametrize(
    ("recipe", "reason", "total"),
    [(RECIPE, None, 2), (RECIPE, "schema", 1), (OTHER, None, 1), (None, None, 3), (None, "x", 0)],
)
def test_the_total_counts_what_was_asked_for_whatever_the_limit(tables, recipe, reason, total):
    found = read_dead_letters(tables, recipe=recipe, reason=reason, limit=1)
    assert (found.total, len(found.dead_letters)) == (total, min(total, 1))
    assert sum(entry.count for entry in found.by_reason) == total


def test_a_recipe_is_named_by_its_start_or_is_the_active_one(tables):
    assert required_recipe(tables) == recipe_named(tables, "5") == RECIPE
    for wrong in ("", "7"):
        with pytest.raises(NoDeadLetter):
            recipe_named(tables, wrong)


def test_a_dead_letter_is_called_by_its_text_and_by_each_of_its_chunks(tables):
    names = names_of(tables, RECIPE)
    assert names.text_of(a_chunk("A.").chunk_id) == names.text_of(text_id("A.")) == text_id("A.")
    with pytest.raises(NoDeadLetter):
        names_of(tables, OTHER).text_of(text_id("A."))


def a_letter(**changes):
    values = {
        "text_id": "a" * 32, "chunk_id": "b" * 32, "accession": None, "company": None, "form": None, "item": None,
        "recipe": RECIPE, "reason": "engine_error", "attempts": 1, "detail": None, "raw": None,
        "recorded_at": datetime(2026, 11, 22, 12, 0),
    }  # fmt: skip
    return DeadLetter(**values | changes)


def shown(letter, total=1):
    counts = (ReasonCount(reason="engine_error", count=total),)
    return "\n".join(lines(DeadLetters(recipe=RECIPE, total=total, by_reason=counts, dead_letters=(letter,))))


def test_the_screen_says_what_to_do_next():
    screen = shown(a_letter(company="Apple Inc.", form="10-K", item="7"), total=3)
    assert "2026-11-22 12:00  aaaaaaaaaaaa  engine_error after 1 attempt  Apple Inc., 10-K, Item 7" in screen
    for words in (
        "3 dead letters: 3 engine_error",
        "the newest 1 are shown",
        "finsdistill requeue",
        "finsdistill explain",
    ):
        assert words in screen


@pytest.mark.parametrize(
    ("detail", "raw", "said"),
    [
        ("out of\n memory", "", "    out of memory"),
        ("", "Sure!\x1b[2J here\u202e", "    Sure![2J here"),
        ("x" * 500 + "the end", "", "…" + "x" * 153 + "the end"),
    ],
)
def test_the_end_of_what_was_said_last_is_one_printable_line(detail, raw, said):
    assert said in shown(a_letter(detail=detail, raw=raw)).splitlines()[1]


def test_no_dead_letters_is_one_line():
    assert list(lines(DeadLetters(recipe=None, total=0, by_reason=(), dead_letters=()))) == ["0 dead letters"]
