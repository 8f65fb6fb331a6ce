"""Snapshot rows → token ids and loss mask, and why rows were left out. Pure, given a tokenizer."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from store.snapshot import TripletRow
from store.task import Objective
from trainer.objectives import OBJECTIVES, Lesson
from trainer.run import Dropped
from trainer.spec import TrainingProblem
from trainer.template import Template, plain_ids, template_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

# A text cut shorter than this no longer says what its summary says: the example would teach inventing.
MIN_TEXT_TOKENS: Final = 64
IGNORED: Final = -100


@dataclass(frozen=True)
class Example:
    """`ids[answer_start:]` is learned, the end of the turn included; `weight` scales the mean loss over it."""

    ids: tuple[int, ...]
    answer_start: int
    weight: float
    trimmed: bool = False

    @property
    def labels(self) -> list[int]:
        """As long as `ids`: the id where the student learns, -100 on the prompt."""
        return [IGNORED] * self.answer_start + list(self.ids[self.answer_start :])


@dataclass(frozen=True)
class Lessons:
    """What the rows became. Every lesson of every row is an example or counted in `dropped`."""

    examples: tuple[Example, ...]
    taught: tuple[TripletRow, ...]
    dropped: tuple[Dropped, ...]
    trimmed: int


def choose_rows(
    rows: Sequence[TripletRow], learned: frozenset[str] | None, *, replay_rows: int, seed: int
) -> list[TripletRow]:
    """Every row from scratch (`learned` is None); else those whose label_id the parent has not learned, and a replay.

    The parent's own list decides, not `is_new`: the training of the snapshot between may have failed. The replay is a
    seeded sample of what it has learned, `replay_rows` or as many as there are. The snapshot's order is kept.
    Raises TrainingProblem when there is nothing to learn.
    """
    fresh = [row for row in rows if learned is None or row.label_id not in learned]
    if not fresh:
        raise TrainingProblem(f"none of the snapshot's {len(rows)} rows is new to the student: wait for new triplets")
    if learned is None:
        return fresh
    old = [row.label_id for row in rows if row.label_id in learned]
    replayed = set(random.Random(seed).sample(old, min(replay_rows, len(old))))
    return [row for row in rows if row.label_id not in learned or row.label_id in replayed]


def make_lessons(
    rows: Sequence[TripletRow],
    tokenizer: "PreTrainedTokenizerBase",
    *,
    objective: Objective,
    rationale_weight: float,
    max_tokens: int,
) -> Lessons:
    """All examples of all rows, in order. A text too long is cut at its end; instruction and answer never are."""
    teach = OBJECTIVES[objective]
    planned = [(row, lesson) for row in rows for lesson in teach(row, rationale_weight=rationale_weight)]
    texts = dict(zip((row.label_id for row in rows), plain_ids(tokenizer, [row.text for row in rows]), strict=True))
    answers = plain_ids(tokenizer, [lesson.answer for _, lesson in planned])
    templates = {task: template_of(tokenizer, task) for task in {lesson.task for _, lesson in planned}}
    # One result per planned lesson, and `strict` above and below: nothing can vanish without a reason.
    results = [
        _example(lesson, templates[lesson.task], text=texts[row.label_id], answer=answer, max_tokens=max_tokens)
        for (row, lesson), answer in zip(planned, answers, strict=True)
    ]
    examples = tuple(result for result in results if isinstance(result, Example))
    reasons = Counter(result for result in results if isinstance(result, str))
    taught = {row.label_id for (row, _), result in zip(planned, results, strict=True) if isinstance(result, Example)}
    return Lessons(
        examples=examples,
        taught=tuple(row for row in rows if row.label_id in taught),
        dropped=tuple(Dropped(reason=reason, examples=count) for reason, count in sorted(reasons.items())),
        trimmed=sum(example.trimmed for example in examples),
    )


def _example(
    lesson: Lesson, template: Template, *, text: Sequence[int], answer: Sequence[int], max_tokens: int
) -> Example | str:
    """The example, or the reason why there is none."""
    if not answer:
        return f"{lesson.task}_empty"
    room = max_tokens - template.size - len(answer)
    if room < min(len(text), MIN_TEXT_TOKENS):
        return f"{lesson.task}_leaves_no_room_for_the_text"
    prompt = template.prompt(text[:room])
    return Example((*prompt, *answer, *template.ending), len(prompt), lesson.weight, trimmed=len(text) > room)
