"""A base of a few thousand parameters with TinyLlama's chat template, a sealed snapshot, and a run spec over both."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.snapshot import read_manifest
from tests.trainer.builders import a_row, a_snapshot, a_tokenizer
from trainer.spec import RunSpec


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("tiny-base")
    a_tokenizer().save_pretrained(folder)
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=320,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tokenizer() -> Any:
    return a_tokenizer()


@pytest.fixture(scope="session")
def snapshot_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_snapshot(tmp_path_factory.mktemp("snapshot"), [a_row(number) for number in range(24)])


@pytest.fixture(scope="session")
def a_spec(tiny_base: Path, snapshot_dir: Path) -> Callable[..., RunSpec]:
    def make(**changes: Any) -> RunSpec:
        values: dict[str, Any] = {
            "snapshot_dir": snapshot_dir,
            "snapshot_id": read_manifest(snapshot_dir).snapshot_id,
            "base": str(tiny_base),
            "base_revision": None,
            "quantization": "none",
            "start": "scratch",
            "parent_adapter": None,
            "parent_id": None,
            "replay_rows": 0,
            "objective": "step_by_step",
            "rationale_weight": 0.5,
            "epochs": 4,
            "lora_r": 8,
            "lora_alpha": 16,
            "learning_rate": 2e-2,
            "batch_size": 8,
            "grad_accumulation": 1,
            "max_tokens": 256,
            "seed": 1,
            "threads": 1,
        }
        return RunSpec.model_validate(values | changes)

    return make
