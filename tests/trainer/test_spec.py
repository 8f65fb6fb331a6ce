from pathlib import Path

import pytest
from pydantic import ValidationError

from trainer.spec import learning_rate_of, replay_of, resolve_base, start_of


@pytest.mark.parametrize(
    ("rows", "last_scratch", "has_parent", "retrain", "expected"),
    [
        (1000, None, False, "warm", "scratch"),  # the first run has nothing to go on from
        (2000, 1000, True, "warm", "warm"),  # doubled, not more
        (2001, 1000, True, "warm", "scratch"),
        (3000, 1000, True, "warm", "scratch"),
        (4000, 3000, True, "warm", "warm"),
        (6000, 3000, True, "warm", "warm"),
        (7000, 3000, True, "warm", "scratch"),
        (2000, 1000, False, "warm", "scratch"),  # the parent was lost
        (2000, 1000, True, "scratch", "scratch"),
    ],
)
def test_a_run_is_warm_until_the_rows_have_more_than_doubled(rows, last_scratch, has_parent, retrain, expected):
    assert start_of(rows, last_scratch, has_parent=has_parent, retrain=retrain) == expected


@pytest.mark.parametrize(
    ("rows", "new", "expected"), [(2000, 1000, 1000), (5000, 1000, 1000), (1500, 1000, 500), (9, 9, 0)]
)
def test_a_replay_is_one_old_row_for_each_new_one_as_far_as_they_go(rows, new, expected):
    assert replay_of(rows, new) == expected


def test_the_run_id_names_what_is_computed_and_not_where_it_lies(a_spec):
    spec = a_spec()
    assert spec.model_copy(update={"snapshot_dir": Path("/elsewhere")}).run_id == spec.run_id
    assert a_spec(seed=2).run_id != spec.run_id
    assert len(spec.run_id) == 32


@pytest.mark.parametrize(
    "changes",
    [
        {"start": "warm"},
        {"parent_adapter": "/adapter", "parent_id": "a" * 32},
        {"start": "warm", "parent_adapter": "/adapter"},
        {"replay_rows": 5},
        {"epochs": 0},
        {"base": ""},
        {"colour": "blue"},
    ],
)
def test_a_spec_that_contradicts_itself_is_refused(a_spec, changes):
    with pytest.raises(ValidationError):
        a_spec(**changes)


def test_the_seedling_is_a_folder_and_anything_else_is_taken_as_it_is():
    assert resolve_base("seedling").endswith("trainer/seedling/weights")
    assert resolve_base("TinyLlama/TinyLlama-1.1B-Chat-v1.0") == "TinyLlama/TinyLlama-1.1B-Chat-v1.0"
    assert learning_rate_of("seedling") > learning_rate_of("TinyLlama/TinyLlama-1.1B-Chat-v1.0")


def test_a_relative_path_is_made_whole_because_the_child_works_elsewhere(a_spec):
    assert a_spec(snapshot_dir="snapshots/a").snapshot_dir == Path.cwd() / "snapshots" / "a"
