"""Llama models with random weights, made on the spot and loaded by transformers like the real ones."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from tests.model_speech import Speech
from tests.model_tokenizers import LLAMA3_SPECIALS, write_llama3_tokenizer, write_tinyllama_tokenizer

if TYPE_CHECKING:
    import torch

Dtype = Literal["float32", "bfloat16", "float16"]
Habit = Literal["ends", "loops"]
_BYTES: Final[dict[Dtype, int]] = {"float32": 4, "bfloat16": 2, "float16": 2}
_SHARD_BYTES: Final = 2 * 1024**3
_SPREAD: Final = 0.02  # standard deviation of a weight, as Llama starts its training with


@dataclass(frozen=True)
class Shape:
    """`positions`: longest prompt and answer together, in tokens. `tied`: the output layer is the embedding."""

    hidden: int
    intermediate: int
    layers: int
    heads: int
    kv_heads: int
    positions: int
    tied: bool

    def parameters(self, vocab: int) -> int:
        return sum(rows * columns for _, (rows, columns) in _tensors(self, vocab))

    @property
    def head_dim(self) -> int:
        return self.hidden // self.heads


# Multiples of 64, for NF4's blocks; tied, so that 128,256 tokens take 33 MB.
TINY: Final = Shape(64, 128, 2, 4, 2, 8192, True)
TINY_STUDENT: Final = replace(TINY, positions=2048)
LLAMA3_8B: Final = Shape(4096, 14336, 32, 32, 8, 8192, False)
TINYLLAMA_1B: Final = Shape(2048, 5632, 22, 32, 4, 2048, False)


def write_llama3(
    folder: Path,
    *,
    vocab: int = 128_256,
    seed: int = 0,
    shape: Shape = TINY,
    dtype: Dtype = "float32",
    english: Habit | None = None,
) -> Path:
    """As Meta-Llama-3-8B-Instruct but for weights and merges; the 256 special tokens are the last ids.

    `english`: sampled answers are English sentences without figures that end by themselves after about 50 tokens; the
    likeliest one ends, too, or goes round in circles. The output layer is then untied.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_llama3_tokenizer(folder, vocab)
    shape = replace(shape, tied=False) if english else shape
    bos = vocab - len(LLAMA3_SPECIALS)
    _write_config(folder, shape, {"bos_token_id": bos, "eos_token_id": bos + 9, "rope_theta": 500000.0}, vocab, dtype)
    # The original's own defaults: sampling, and a length that is none of ours.
    sampling = {"do_sample": True, "temperature": 0.6, "top_p": 0.9, "max_length": 4096}
    _write_json(folder / "generation_config.json", {"bos_token_id": bos, "eos_token_id": [bos + 1, bos + 9]} | sampling)
    speech = None if english is None else Speech(_vocab(folder), loops=english == "loops")
    _write_weights(folder, shape, vocab, seed=seed, dtype=dtype, speech=speech)
    return folder


def write_tinyllama(
    folder: Path, *, vocab: int = 32_000, seed: int = 0, shape: Shape = TINY_STUDENT, dtype: Dtype = "float32"
) -> Path:
    """As TinyLlama-1.1B-Chat-v1.0 but for weights and merges."""
    folder.mkdir(parents=True, exist_ok=True)
    write_tinyllama_tokenizer(folder, vocab)
    _write_config(folder, shape, {"bos_token_id": 1, "eos_token_id": 2, "rope_theta": 10000.0}, vocab, dtype)
    generation = {"bos_token_id": 1, "eos_token_id": 2, "max_length": 2048, "pad_token_id": 0}
    _write_json(folder / "generation_config.json", generation)
    _write_weights(folder, shape, vocab, seed=seed, dtype=dtype, speech=None)
    return folder


def _write_config(folder: Path, shape: Shape, special: dict[str, Any], vocab: int, dtype: Dtype) -> None:
    config = {
        "architectures": ["LlamaForCausalLM"],
        "attention_bias": False,
        "hidden_act": "silu",
        "hidden_size": shape.hidden,
        "initializer_range": _SPREAD,
        "intermediate_size": shape.intermediate,
        "max_position_embeddings": shape.positions,
        "model_type": "llama",
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "num_key_value_heads": shape.kv_heads,
        "pretraining_tp": 1,
        "rms_norm_eps": 1e-05,
        "rope_scaling": None,
        "tie_word_embeddings": shape.tied,
        "torch_dtype": dtype,
        "use_cache": True,
        "vocab_size": vocab,
    }
    _write_json(folder / "config.json", config | special)


def _tensors(shape: Shape, vocab: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """Names and (rows, columns) in the order they are written; a norm has one column."""
    wide, inner, narrow = shape.hidden, shape.intermediate, shape.kv_heads * shape.head_dim
    yield "model.embed_tokens.weight", (vocab, wide)
    for number in range(shape.layers):
        layer = f"model.layers.{number}"
        for name, rows in (("q", wide), ("k", narrow), ("v", narrow), ("o", wide)):
            yield f"{layer}.self_attn.{name}_proj.weight", (rows, wide)
        yield f"{layer}.mlp.gate_proj.weight", (inner, wide)
        yield f"{layer}.mlp.up_proj.weight", (inner, wide)
        yield f"{layer}.mlp.down_proj.weight", (wide, inner)
        yield f"{layer}.input_layernorm.weight", (wide, 1)
        yield f"{layer}.post_attention_layernorm.weight", (wide, 1)
    yield "model.norm.weight", (wide, 1)
    if not shape.tied:
        yield "lm_head.weight", (vocab, wide)


def _write_weights(folder: Path, shape: Shape, vocab: int, *, seed: int, dtype: Dtype, speech: Speech | None) -> None:
    """Shard by shard, so that no more than one is in memory. With an index when there are several, as the hub has them."""
    import torch
    from safetensors.torch import save_file

    random = torch.Generator().manual_seed(seed)
    shards = _shards(shape, vocab, dtype)
    index: dict[str, str] = {}
    for number, shard in enumerate(shards, 1):
        name = "model.safetensors" if len(shards) == 1 else f"model-{number:05}-of-{len(shards):05}.safetensors"
        tensors = {tensor: _drawn(size, random, dtype) for tensor, size in shard}
        if speech is not None:
            speech.teach(tensors)
        save_file(tensors, folder / name, metadata={"format": "pt"})
        index |= dict.fromkeys(tensors, name)
    if len(shards) > 1:
        total = shape.parameters(vocab) * _BYTES[dtype]
        _write_json(folder / "model.safetensors.index.json", {"metadata": {"total_size": total}, "weight_map": index})


def _shards(shape: Shape, vocab: int, dtype: Dtype) -> list[list[tuple[str, tuple[int, int]]]]:
    shards: list[list[tuple[str, tuple[int, int]]]] = [[]]
    room = _SHARD_BYTES
    for name, (rows, columns) in _tensors(shape, vocab):
        size = rows * columns * _BYTES[dtype]
        if size > room and shards[-1]:
            shards.append([])
            room = _SHARD_BYTES
        shards[-1].append((name, (rows, columns)))
        room -= size
    return shards


def _drawn(size: tuple[int, int], random: "torch.Generator", dtype: Dtype) -> "torch.Tensor":
    import torch

    rows, columns = size
    if columns == 1:
        return torch.ones(rows, dtype=getattr(torch, dtype))
    return torch.empty(rows, columns, dtype=getattr(torch, dtype)).normal_(0, _SPREAD, generator=random)


def _vocab(folder: Path) -> dict[str, int]:
    vocab: dict[str, int] = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    return vocab


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")
