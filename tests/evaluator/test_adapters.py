import shutil

import pytest

from evaluator.adapters import contestants
from evaluator.errors import CannotScore
from evaluator.spec import AdapterRef
from store.snapshot import read_rows
from trainer.spec import TrainingProblem


def test_what_either_adapter_or_a_named_snapshot_has_seen_is_known(make_spec, make_adapter):
    spec = make_spec(challenger=make_adapter(1, trained="a"), champion=make_adapter(2, trained="b"))
    train = {row.text_id for row in read_rows(spec.trained_on[0])}
    assert contestants(spec).trained_on == {"a", "b"} | train


def test_without_a_champion_there_is_only_the_challenger(make_spec):
    found = contestants(make_spec())
    assert found.champion is None and not found.toy


def test_adapters_of_another_base_are_refused(make_spec, make_adapter, base_dir, tmp_path):
    elsewhere = tmp_path / "other-base"
    shutil.copytree(base_dir, elsewhere)
    with pytest.raises(CannotScore, match="different bases cannot be compared") as caught:
        contestants(make_spec(champion=make_adapter(2, base=elsewhere)))
    assert caught.value.reason == "different_base"


def test_another_objective_than_the_challengers_is_refused(make_spec):
    with pytest.raises(CannotScore, match="was taught step_by_step, not joint"):
        contestants(make_spec(objective="joint"))


def test_an_adapter_whose_files_changed_is_refused(make_spec, make_adapter):
    adapter = make_adapter(1)
    with pytest.raises(TrainingProblem, match="its files were changed"):
        contestants(make_spec(challenger=AdapterRef(adapter_id="0" * 32, folder=adapter.folder)))


def test_a_training_set_that_cannot_be_read_stops_the_evaluation(make_spec, tmp_path):
    with pytest.raises(CannotScore, match="seal that snapshot again"):
        contestants(make_spec(trained_on=(tmp_path / "gone.parquet",)))
