"""Making a seedling, and the one that is shipped."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from store.ids import sha256_hex
from trainer.seedling import SEEDLING_DIR
from trainer.seedling.card import FILES, hashes, read_card
from trainer.seedling.plan import Plan, short_plan


def quiet(stage: str, done: int, bound: int, right: float) -> None:
    assert done <= bound


@pytest.fixture(scope="module")
def model() -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(SEEDLING_DIR, local_files_only=True, use_safetensors=True).eval()


def test_made_here_and_by_the_command_it_is_the_same_to_the_byte(tmp_path):
    from trainer.seedling.make import make

    here, there = tmp_path / "here", tmp_path / "there"
    card = make(short_plan(5, 1), here, progress=quiet)
    command = [sys.executable, "-P", "-m", "trainer.seedling", "--seed", "5", "--steps", "1", "--out", str(there)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout
    assert "copy accuracy" in said
    assert card == read_card(there)
    assert hashes(here) == hashes(there) == card.sha256
    assert sorted(path.name for path in here.iterdir()) == sorted([*FILES, "seedling.json"])


def test_making_one_leaves_the_process_as_it_was(tmp_path):
    import torch

    from trainer.seedling.make import SeedlingProblem, make

    torch.use_deterministic_algorithms(False)  # a training in this process may have switched it on
    threads = torch.get_num_threads()
    with pytest.raises(SeedlingProblem, match="take more texts"):
        make(Plan(1, tokenizer_texts=1, threads=threads + 1), tmp_path, progress=quiet)
    assert (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()) == (threads, False)


def test_the_card_names_the_shipped_files_by_hash_and_says_it_is_a_toy():
    card = read_card(SEEDLING_DIR)
    assert card.sha256 == {name: sha256_hex((SEEDLING_DIR / name).read_bytes()) for name in FILES}
    assert "toy" in card.warning
    assert card.copy_accuracy >= 0.9


def test_the_shipped_folder_is_a_few_megabytes_at_most():
    assert sum(path.stat().st_size for path in Path(SEEDLING_DIR).iterdir()) < 4e6


def test_the_shipped_model_is_a_tied_llama_of_half_a_million_parameters(model):
    assert type(model).__name__ == "LlamaForCausalLM"
    assert 0.4e6 < model.num_parameters() < 0.8e6
    assert model.num_parameters() == read_card(SEEDLING_DIR).parameters
    assert model.lm_head.weight is model.model.embed_tokens.weight


def test_the_shipped_model_copies_nine_tokens_of_ten_of_what_it_never_saw(model):
    from trainer.seedling.make import copy_accuracy

    assert copy_accuracy(model, seed="a fresh one", sequences=64) >= 0.9


def test_four_bit_weights_load_run_and_still_copy_on_a_cpu():
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    from trainer.seedling.make import copy_accuracy

    nf4 = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.float32)
    model = AutoModelForCausalLM.from_pretrained(
        SEEDLING_DIR, local_files_only=True, quantization_config=nf4, device_map={"": "cpu"}
    )
    for module in model.modules():
        if type(module).__name__ == "Linear4bit":
            module.support_avx512bf16_for_cpu = False  # else the first evaluation repacks the weights in place
    assert copy_accuracy(model, seed="four bits", sequences=16) >= 0.9
