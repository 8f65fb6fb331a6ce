"""What is settled before anything is loaded."""

import pytest
from pydantic import ValidationError

from daemon.teachers.local.settings import LocalSettings
from trainer.hardware import Hardware

GB = 10**9


def gpu(memory):
    return Hardware("a GPU", memory, bf16=True, cpus=8)


@pytest.mark.parametrize(
    ("asked", "memory", "settled"),
    [
        ("auto", 80 * GB, "none"),
        ("auto", 42_500_000_000, "none"),  # a card of 40 GB
        ("auto", 24 * GB, "nf4"),
        ("auto", None, "nf4"),
        ("none", 24 * GB, "none"),
        ("nf4", 80 * GB, "nf4"),
    ],
)
def test_auto_is_settled_by_the_memory_and_a_choice_stands(asked, memory, settled):
    assert LocalSettings(quantization=asked).on(gpu(memory)).quantization == settled


def test_labels_of_two_precisions_are_labels_of_two_recipes():
    large, small = (LocalSettings().on(gpu(memory)).recipe() for memory in (80 * GB, 24 * GB))
    assert large.recipe_id != small.recipe_id


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({"constrained": False}, False),
        ({"revision": "main"}, False),
        ({"max_summary_tokens": 99}, False),
        ({"batch_tokens": 2048}, True),
        ({"gpu": "exclusive"}, True),
    ],
)
def test_what_changes_an_answer_changes_the_recipe_and_nothing_else_does(changed, same):
    assert (LocalSettings(**changed).recipe().recipe_id == LocalSettings().recipe().recipe_id) is same


@pytest.mark.parametrize(
    ("given", "commit"),
    [
        ({}, "8afb486c1db24fe5011ec46dfbe5b5dccdb575c2"),
        ({"model": "meta-llama/Llama-3.1-8B-Instruct"}, "0e9e39f249a16976918f6564b8830bc894c89659"),
        ({"model": "somebody/else"}, "main"),
        ({"revision": "v2"}, "v2"),
    ],
)
def test_a_well_known_model_stands_at_a_commit(given, commit):
    assert LocalSettings(**given).commit == commit == LocalSettings(**given).recipe().revision


def test_only_a_teacher_that_stays_on_the_gpu_keeps_memory_of_it():
    card = gpu(80 * GB)
    wide, packed = (LocalSettings(quantization=precision).kept_bytes(card) for precision in ("none", "nf4"))
    # 16 or 6 of weights, 8.6 of keys and values, 1 of the runtime: the keys and values of a token take 131 KB.
    assert 25 * GB < wide < 28 * GB and 15 * GB < packed < 17 * GB
    assert LocalSettings().answer_bytes(card) == 65_536 * 131_072
    assert LocalSettings(gpu="exclusive").kept_bytes(card) == 0 == LocalSettings(device="cpu").kept_bytes(card)


def test_a_batch_needs_room_for_one_text():
    with pytest.raises(ValidationError, match="batch_tokens"):
        LocalSettings(batch_tokens=10)
