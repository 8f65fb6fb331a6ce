"""What a text took: over whole answers, and over the time in which somebody was asked."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from daemon.planning.measuring import measured
from daemon.teachers.extractive import ExtractiveSettings
from tests.builders import START, a_dead_letter, a_label, a_refusal
from tests.daemon.planning.conftest import BEGUN, A, B, tables

TOY = ExtractiveSettings().recipe()
a, b = A.recipe_id, B.recipe_id


def of(*facts, recipe=B, active=A):
    with tables([*BEGUN, *facts]) as connection:
        return measured(connection, recipe, active)


def test_refused_answers_are_part_of_what_a_text_takes_and_dead_letters_are_texts():
    found = of(a_label("R", recipe=a), a_refusal("S", recipe=a), a_refusal("S", recipe=a), a_dead_letter("S", recipe=a))
    assert found is not None
    assert (found.texts, found.answers, found.prompt_tokens, found.completion_tokens) == (2, 1.5, 150, 30)


def test_nothing_is_measured_where_nothing_has_ended():
    assert of() is None
    assert of(a_refusal("S", recipe=a)) is None


def test_a_toy_says_nothing_about_a_model_nor_a_model_about_a_toy():
    assert of(a_label("R", recipe=a), recipe=TOY) is None
    assert of(a_label("R", recipe=TOY.recipe_id), active=TOY) is None


@pytest.mark.parametrize(("own", "whose"), [(49, a), (50, b)])
def test_a_recipe_that_has_answered_enough_speaks_for_itself(own, whose):
    facts = [a_label(f"text {n}", recipe=b) for n in range(own)]
    found = of(a_label("R", recipe=a), *facts)
    assert found is not None and found.recipe == whose


@dataclass(frozen=True)
class Commit:
    """So many labels at once, so many seconds after the ones before."""

    after_s: float
    texts: int


def rate(*commits):
    """Texts an hour, from labels that were recorded like this."""
    with tables(BEGUN) as connection:
        now = START
        for number, commit in enumerate(commits):
            now += timedelta(seconds=commit.after_s)
            connection.execute(
                "INSERT INTO raw.labels (seq, text_id, recipe, prompt_tokens, completion_tokens, recorded_at) "
                "SELECT 100, 't' || ? || '-' || range, ?, 1, 1, ? FROM range(?)",
                [number, a, now, commit.texts],
            )
        found = measured(connection, B, A)
        return found.texts_per_hour if found else None


@pytest.mark.parametrize(
    ("commits", "texts_per_hour"),
    [
        ([Commit(0, 8)], None),  # how long these took nobody knows
        ([Commit(0, 8), Commit(0.5, 8)], None),  # too short a time
        ([Commit(0, 8), Commit(4, 8)], 7200),  # 8 in 4 s
        ([Commit(0, 8), Commit(4, 8), Commit(3600, 8)], 7200),  # nobody was asked for an hour
        ([Commit(0, 8), Commit(60, 6), Commit(61, 8)], 360),  # 60 s is still work
        ([Commit(0, 500), Commit(100, 1), Commit(10, 600), Commit(10, 600)], 216_000),  # the newest 1,000
    ],
)
def test_the_rate_is_of_the_newest_texts_without_pauses(commits, texts_per_hour):
    assert rate(*commits) == texts_per_hour
