from dataclasses import replace
from pathlib import Path

import pytest

from daemon.sections import EvaluatorSettings, StudentSettings, TrainerSettings
from daemon.steps.plans import Folders, Plans
from store.events import AdapterTrained, SnapshotSealed
from store.states.runs import Runs
from trainer.hardware import Hardware
from trainer.spec import learning_rate_of


def plans(**trainer):
    return Plans(
        student=StudentSettings(base="seedling", quantization="none"),
        trainer=TrainerSettings(**trainer),
        evaluator=EvaluatorSettings(),
        hardware=Hardware(None, 8 * 2**30, bf16=False, cpus=2),
        threads=2,
        folders=Folders(Path("/state")),
    )


def snapshot(rows, new_rows, recipe="r"):
    return SnapshotSealed(
        snapshot_id="s2", log_seq=9, recipe=recipe, parent=None, rows=rows, new_rows=new_rows, sha256="",
        heldout_rows=0, heldout_sha256="",
    )  # fmt: skip


def adapter(base="seedling", objective="step_by_step"):
    return AdapterTrained(
        adapter_id="a1", snapshot_id="s1", run_id="u", base=base, base_fingerprint=None, parent=None, start="scratch",
        objective=objective, toy=True, rows=1000, dropped=0, tokens=1, seconds=1.0, loss_first=None, loss_last=None,
    )  # fmt: skip


AFTER_FIRST = Runs(adapters=(adapter(),), newest_recipe="r", scratch_rows=1000)


@pytest.mark.parametrize(
    ("runs", "rows", "start", "replay"),
    [
        (Runs(), 1000, "scratch", 0),
        (AFTER_FIRST, 2000, "warm", 1000),  # exactly twice the last scratch training: not more
        (AFTER_FIRST, 2001, "scratch", 0),
        (Runs(adapters=(adapter("other"),), newest_recipe="r", scratch_rows=1000), 2000, "scratch", 0),
        (Runs(adapters=(adapter(objective="joint"),), newest_recipe="r", scratch_rows=1000), 2000, "scratch", 0),
        (Runs(adapters=(adapter(),), newest_recipe="old", scratch_rows=1000), 2000, "scratch", 0),
        (replace(AFTER_FIRST, rolled_back=frozenset(["a1"])), 2000, "scratch", 0),  # a person took it back
    ],
)
def test_a_run_starts_warm_only_from_the_same_task_base_and_recipe(runs, rows, start, replay):
    spec = plans().training(runs, snapshot(rows, 1000))
    assert (spec.start, spec.replay_rows) == (start, replay)
    assert (spec.parent_adapter == Path("/state/adapters/a1")) == (start == "warm")


def test_scratch_can_be_asked_for_always():
    assert plans(retrain="scratch").training(AFTER_FIRST, snapshot(2000, 1000)).start == "scratch"


def test_a_learning_rate_that_is_not_set_follows_the_base():
    assert plans().training(Runs(), snapshot(10, 10)).learning_rate == learning_rate_of("seedling")
    assert plans(learning_rate=1e-4).training(Runs(), snapshot(10, 10)).learning_rate == 1e-4


@pytest.mark.parametrize(
    ("trainer", "sizes"),
    [
        ({}, (16, 1)),  # the seedling fits
        ({"batch_size": 4}, (4, 4)),  # a step stays 16 examples
        ({"batch_size": 4, "grad_accumulation": 1}, (4, 1)),
    ],
)
def test_a_step_keeps_its_size_unless_both_its_numbers_are_set(trainer, sizes):
    spec = plans(**trainer).training(Runs(), snapshot(10, 10))
    assert (spec.batch_size, spec.grad_accumulation) == sizes


def test_a_champion_on_another_base_is_no_rival():
    runs = Runs(adapters=(adapter("other"), adapter()), champion="a1")
    assert plans().scoring(runs, snapshot(10, 10), adapter()).champion is None


def test_an_adapter_is_scored_by_the_objective_it_was_taught():
    assert plans(objective="joint").scoring(Runs(), snapshot(10, 10), adapter()).objective == "step_by_step"


def test_a_scoring_is_told_what_is_near_to_what_may_have_been_learned():
    assert plans().scoring(Runs(), snapshot(10, 10), adapter(), near=(("held", "near"),)).near == (("held", "near"),)
