import json

import pytest

from trainer.shapes import TINYLLAMA, shape_of


def test_tinyllamas_parameters_and_its_kept_activations_come_out_as_counted_by_hand():
    # 22 · (4 · 2048² + 3 · 2048 · 5632) = 1.13e9; the model has 0.97e9 there: its keys and values are narrower
    assert TINYLLAMA.linear == 1_130_364_928
    # 22 · (28 · 2048 + 8 · 5632) + 0.5 · 12 · 32000
    assert TINYLLAMA.kept_per_token("bfloat16") == 2_444_800
    assert TINYLLAMA.weights("nf4", "bfloat16") == pytest.approx(1.06e9, rel=0.01)
    assert TINYLLAMA.weights("none", "bfloat16") == pytest.approx(2.74e9, rel=0.01)


@pytest.mark.parametrize(
    ("base", "layers"),
    [
        ("TinyLlama/TinyLlama-1.1B-Chat-v1.0", 22),
        ("someone/a-student", 22),  # nothing said: taken as TinyLlama
        ("meta-llama/Llama-3.1-8B-Instruct", 32),  # known
        ("someone/a-model-8B", 43),  # (8 / 1.1)^(1/3) = 1.94 times
        ("Qwen/Qwen2.5-0.5B-Instruct", 17),
    ],
)
def test_a_name_says_how_large_a_base_is(base, layers):
    assert shape_of(base).layers == layers


def test_a_folder_says_it_itself(tmp_path):
    config = {"num_hidden_layers": 3, "hidden_size": 64, "intermediate_size": 128, "vocab_size": 500, "rope_theta": 1e4}
    (tmp_path / "config.json").write_text(json.dumps(config))
    shape = shape_of(str(tmp_path))
    assert (shape.layers, shape.hidden, shape.intermediate, shape.vocabulary) == (3, 64, 128, 500)


def test_a_configuration_that_cannot_be_read_is_left_to_the_training(tmp_path):
    (tmp_path / "config.json").write_text("{")
    assert shape_of(str(tmp_path)) == TINYLLAMA
