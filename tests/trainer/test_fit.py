"""Whole runs on a base of a few thousand parameters, in this process."""

import shutil

import pytest
import torch
from safetensors.torch import load_file

from tests.trainer.builders import a_row, a_snapshot
from trainer.fit import fit
from trainer.model import load_adapter, load_base
from trainer.run import ADAPTER, CARD, TRAINED, WEIGHTS, read_card, read_trained
from trainer.spec import TrainingProblem


def nothing(*_):
    pass


@pytest.fixture(scope="session")
def parent(tmp_path_factory, a_spec):
    """A finished run from scratch: its folder and its outcome."""
    run_dir = tmp_path_factory.mktemp("parent")
    return run_dir, fit(a_spec(), run_dir, nothing)


def warm(parent, **changes):
    run_dir, outcome = parent
    return {"start": "warm", "parent_adapter": run_dir / ADAPTER, "parent_id": outcome.adapter_id, **changes}


def grown(tmp_path, old=24, new=8):
    rows = [a_row(number) for number in range(old + new)]
    folder = a_snapshot(tmp_path / "grown", rows)
    from store.snapshot import read_manifest

    return {"snapshot_dir": folder, "snapshot_id": read_manifest(folder).snapshot_id}


def weights(run_dir):
    return load_file(run_dir / ADAPTER / WEIGHTS)


@pytest.mark.parametrize("quantization", ["none", "nf4"])
def test_lora_and_qlora_learn_by_one_code_path(a_spec, tmp_path, quantization):
    seen = []
    outcome = fit(a_spec(quantization=quantization, epochs=6), tmp_path, lambda *step: seen.append(step))
    assert outcome.status == "done"
    assert outcome.loss_last < outcome.loss_first - 0.1
    assert (outcome.rows, outcome.examples, outcome.dropped) == (24, 48, ())
    assert [step[0] for step in seen][-1] == "saving"
    assert {tensor.dtype for tensor in weights(tmp_path).values()} == {torch.float32}
    assert seen[-2][:3] == ("training", 36, 36)  # 48 examples in batches of 8, six times


def test_the_adapters_folder_holds_safetensors_config_card_and_what_was_learned(parent):
    run_dir, outcome = parent
    names = {path.name for path in (run_dir / ADAPTER).iterdir()}
    assert names == {"adapter_model.safetensors", "adapter_config.json", "card.json", "trained.parquet"}
    card = read_card(run_dir / ADAPTER)
    assert (card.adapter_id, card.toy, card.teacher) == (outcome.adapter_id, True, "extractive")
    assert {row.label_id for row in read_trained(run_dir / ADAPTER)} == {a_row(number).label_id for number in range(24)}


def test_the_same_spec_gives_the_same_adapter_and_another_seed_another(parent, a_spec, tmp_path):
    (tmp_path / "b").mkdir()
    assert fit(a_spec(), tmp_path, nothing).adapter_id == parent[1].adapter_id
    assert fit(a_spec(seed=2), tmp_path / "b", nothing).adapter_id != parent[1].adapter_id


def test_a_warm_run_starts_at_its_parents_weights(parent, a_spec, tmp_path):
    fit(a_spec(**warm(parent, learning_rate=1e-12, **grown(tmp_path))), tmp_path, nothing)
    before, after = weights(parent[0]), weights(tmp_path)
    assert before.keys() == after.keys()
    assert all(torch.allclose(before[name], after[name], atol=1e-8) for name in before)


def test_a_warm_run_learns_the_new_rows_and_a_replay_and_records_both_generations(parent, a_spec, tmp_path):
    outcome = fit(a_spec(**warm(parent, replay_rows=8, **grown(tmp_path))), tmp_path, nothing)
    assert outcome.rows == 16
    assert outcome.loss_first < parent[1].loss_first - 0.1  # it did not begin anew
    assert len(read_trained(tmp_path / ADAPTER)) == 32


def test_a_saved_adapter_can_be_read_back_by_its_id(parent, a_spec):
    run_dir, outcome = parent
    base = load_base(a_spec().base, None, quantization="none", dtype="float32")
    model = load_adapter(base, run_dir / ADAPTER, outcome.adapter_id)
    assert not any(p.requires_grad for p in model.parameters())


def flip_a_bit(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def damage_weights(folder, spec):
    with (folder / WEIGHTS).open("ab") as file:
        file.write(b"x")
    return spec, "were changed"


def lose_the_list(folder, spec):
    (folder / TRAINED).unlink()
    return spec, "what the adapter has seen is unknown"


def flip_a_bit_of_the_list(folder, spec):
    flip_a_bit(folder / TRAINED)
    return spec, "trained.parquet was changed or damaged"


def change_the_rank(folder, spec):
    return spec.model_copy(update={"lora_r": 4}), 'retrain = "scratch"'


def test_a_card_that_was_changed_is_not_believed(parent, tmp_path):
    copy = shutil.copytree(parent[0] / ADAPTER, tmp_path / "copy")
    (copy / CARD).write_text((copy / CARD).read_text().replace('"teacher": "extractive"', '"teacher": "local"'))
    with pytest.raises(TrainingProblem, match=r"card.json was changed or damaged: restore it from a backup"):
        read_card(copy)


def test_a_card_of_an_older_version_is_believed(parent, tmp_path):
    copy = shutil.copytree(parent[0] / ADAPTER, tmp_path / "copy")
    card = read_card(copy)
    (copy / CARD).write_text(card.model_dump_json(exclude={"sha256", "trained_sha256"}))
    assert read_card(copy).spec == card.spec
    assert read_trained(copy) == read_trained(parent[0] / ADAPTER)


@pytest.mark.parametrize("trouble", [damage_weights, lose_the_list, flip_a_bit_of_the_list, change_the_rank])
def test_a_parent_that_cannot_be_gone_on_from_is_refused(parent, a_spec, tmp_path, trouble):
    copy = shutil.copytree(parent[0] / ADAPTER, tmp_path / "copy")
    spec, words = trouble(copy, a_spec(**warm(parent) | {"parent_adapter": copy}, **grown(tmp_path)))
    with pytest.raises(TrainingProblem, match=words):
        fit(spec, tmp_path, nothing)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"snapshot_id": "0" * 32}, "does not hold the sealed rows"),
        ({"base": "/no/such/base"}, "cannot be loaded"),
        ({"max_tokens": 4096}, "knows 512 positions"),
        ({"max_tokens": 64}, "no example of 24 rows can be trained on"),
        ({"learning_rate": 1e30}, "lower .trainer. learning_rate"),
    ],
)
def test_a_run_that_makes_no_sense_says_what_to_do(a_spec, tmp_path, changes, words):
    with pytest.raises(TrainingProblem, match=words):
        fit(a_spec(**changes), tmp_path, nothing)
