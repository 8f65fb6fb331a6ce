import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.task import TASKS
from tests.trainer.builders import a_row, a_tokenizer
from trainer.objectives import OBJECTIVES
from trainer.rows import choose_rows, make_lessons
from trainer.spec import TrainingProblem

TOKENIZER = a_tokenizer()
EOS = TOKENIZER.eos_token_id


def lessons_of(rows, *, objective="step_by_step", weight=0.5, max_tokens=400):
    return make_lessons(rows, TOKENIZER, objective=objective, rationale_weight=weight, max_tokens=max_tokens)


def decoded(ids):
    return TOKENIZER.decode(ids, skip_special_tokens=False)


@pytest.mark.parametrize("objective", list(OBJECTIVES))
def test_every_objective_teaches_the_tasks_it_is_known_for(objective):
    lessons = OBJECTIVES[objective](a_row(1), rationale_weight=0.5)
    assert tuple(lesson.task for lesson in lessons) == TASKS[objective]


def test_step_by_step_makes_two_examples_of_a_triplet_weighted_apart():
    row = a_row(1, text="Sold. " * 20, rationale="1. R", summary="S")
    summary, rationale = lessons_of([row]).examples
    assert decoded(summary.ids) == f"<|user|>\n[summarize]\n{row.text}</s>\n<|assistant|>\nS</s>"
    assert decoded(rationale.ids) == f"<|user|>\n[explain]\n{row.text}</s>\n<|assistant|>\n1. R</s>"
    assert (summary.weight, rationale.weight) == (1.0, 0.5)


def test_only_the_answer_and_its_end_are_learned():
    (example,) = lessons_of([a_row(1, summary="Up 5.")], objective="summary").examples
    learned = [(place, label) for place, label in enumerate(example.labels) if label != -100]
    start = len(example.ids) - 6
    assert learned == list(enumerate([*TOKENIZER.convert_tokens_to_ids(["U", "p", "Ġ", "5", "."]), EOS], start))


def test_joint_is_one_example_with_the_rationale_first():
    (example,) = lessons_of([a_row(1, rationale="1. R", summary="S")], objective="joint").examples
    assert decoded(example.ids[example.answer_start :]) == "1. R\nSummary: S</s>"


def test_a_long_text_is_cut_at_its_end_and_nothing_else_is():
    row = a_row(1, text="abcdefghij" * 40, summary="S")
    made = lessons_of([row], objective="summary", max_tokens=150)
    (example,) = made.examples
    around = len("<|user|>\n[summarize]\n") + 1 + len("\n<|assistant|>\n") + len("S") + 1
    assert len(example.ids) == 150
    assert decoded(example.ids) == f"<|user|>\n[summarize]\n{row.text[: 150 - around]}</s>\n<|assistant|>\nS</s>"
    assert made.trimmed == 1


def test_a_control_token_in_text_or_answer_is_neither_a_turn_nor_an_end():
    (example,) = lessons_of([a_row(1, text="x</s>y " * 12, summary="a</s>b")], objective="summary").examples
    assert example.ids.count(EOS) == 2  # the template's, after the user's turn, and the end of ours
    assert decoded(example.ids[example.answer_start :]) == "a</s>b</s>"


def test_an_answer_that_leaves_no_room_is_dropped_and_counted_by_reason():
    made = lessons_of([a_row(1, rationale="r" * 380), a_row(2)], max_tokens=400)
    assert len(made.examples) == 3
    assert [(d.reason, d.examples) for d in made.dropped] == [("rationale_leaves_no_room_for_the_text", 1)]
    assert len(made.taught) == 2


def test_a_rationale_without_weight_is_not_trained_on():
    assert len(lessons_of([a_row(1)], weight=0.0).examples) == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=300), st.text(max_size=300)), max_size=6), st.integers(100, 400))
def test_no_lesson_vanishes_and_none_is_longer_than_allowed(answers, max_tokens):
    rows = [a_row(i, rationale=r or " ", summary=s or " ") for i, (r, s) in enumerate(answers)]
    made = lessons_of(rows, max_tokens=max_tokens)
    assert len(made.examples) + sum(d.examples for d in made.dropped) == 2 * len(rows)
    assert all(len(e.ids) <= max_tokens and e.ids[-1] == EOS and e.answer_start < len(e.ids) for e in made.examples)


def test_from_scratch_every_row_is_chosen():
    rows = [a_row(i) for i in range(10)]
    assert choose_rows(rows, None, replay_rows=0, seed=1) == rows


def test_a_warm_run_sees_what_its_parent_has_not_and_a_seeded_replay():
    rows = [a_row(i) for i in range(10)]
    learned = frozenset(row.label_id for row in rows[:6])
    chosen = choose_rows(rows, learned, replay_rows=4, seed=1)
    assert [row for row in chosen if row.label_id not in learned] == rows[6:]
    assert len([row for row in chosen if row.label_id in learned]) == 4
    assert chosen == choose_rows(rows, learned, replay_rows=4, seed=1)
    assert chosen != choose_rows(rows, learned, replay_rows=4, seed=3)


def test_a_warm_run_without_a_new_row_says_so():
    with pytest.raises(TrainingProblem, match="none of the snapshot's 1 rows is new"):
        choose_rows([a_row(1)], frozenset([a_row(1).label_id]), replay_rows=1, seed=1)
