"""How large a base is, roughly: enough to choose a batch that fits. From its configuration, or from its name."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trainer.spec import Quantization, resolve_base

_CONFIG: Final = "config.json"
_NF4_BYTES: Final = 0.516  # 4 bits and, with double quantisation, 0.127 bits of scale
_ADAPTER_SHARE: Final = 0.012  # of the parameters, at rank 16 on every linear layer: 12.6 of TinyLlama's 1,100 million
_ADAPTER_BYTES: Final = 16  # in float32: itself, its gradient and Adam's two moments
_LOGIT_BYTES: Final = 12  # bf16 and float32, and the gradient of each
_LEARNED_SHARE: Final = 0.5  # of the columns of a batch, at most in what chunks and answers are


@dataclass(frozen=True)
class BaseShape:
    """A Llama's measures, in numbers of features; heads are left out, since they hardly change the memory."""

    layers: int
    hidden: int
    intermediate: int
    vocabulary: int

    @property
    def linear(self) -> int:
        """Parameters of the layers, those that are quantised. Counts keys and values at full width: a bit too many."""
        return self.layers * (4 * self.hidden**2 + 3 * self.hidden * self.intermediate)

    def loaded(self, quantization: Quantization, dtype: Literal["bfloat16", "float32"]) -> float:
        """Bytes of the base's weights."""
        wide = 2 if dtype == "bfloat16" else 4
        return self.linear * (_NF4_BYTES if quantization == "nf4" else wide) + 2 * self.vocabulary * self.hidden * wide

    def weights(self, quantization: Quantization, dtype: Literal["bfloat16", "float32"]) -> float:
        """The same with the adapter and what its optimizer keeps."""
        return self.loaded(quantization, dtype) + self.linear * _ADAPTER_SHARE * _ADAPTER_BYTES

    def kept_per_token(self, dtype: Literal["bfloat16", "float32"]) -> float:
        """Bytes that training keeps for the backward pass without checkpointing; counted from the layers, not measured.

        In bfloat16 a layer keeps the inputs of both norms in float32 (8 a feature), a cast copy of its input for each of
        seven LoRA pairs (2 each; the last has the MLP's width), queries, keys, values and output of attention (8), and
        three of the MLP's own (6). In float32 nothing is cast, so that inputs are shared.
        """
        wide, narrow = (8, 28) if dtype == "bfloat16" else (16, 32)
        return (
            self.layers * (narrow * self.hidden + wide * self.intermediate)
            + _LEARNED_SHARE * _LOGIT_BYTES * self.vocabulary
        )


TINYLLAMA: Final = BaseShape(layers=22, hidden=2048, intermediate=5632, vocabulary=32_000)
LLAMA3_8B: Final = BaseShape(layers=32, hidden=4096, intermediate=14336, vocabulary=128_256)
_LLAMA3_8B: Final = re.compile(r"Llama-3(\.1)?-8B", re.IGNORECASE)
_TINYLLAMA_BILLIONS: Final = 1.1
_NEWER_VOCABULARY: Final = 128_256  # Llama 3's; others have as many


class _Config(BaseModel):
    """The lines of a base's `config.json` that say how large it is."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    num_hidden_layers: int = Field(ge=1)
    hidden_size: int = Field(ge=1)
    intermediate_size: int = Field(ge=1)
    vocab_size: int = Field(ge=1)


def shape_of(base: str) -> BaseShape:
    """From the folder's configuration; else from the billions in the name (`Llama-3.2-1B`), TinyLlama's without any.

    A configuration that cannot be read is no error here: the training that loads it will say so better.
    """
    try:
        read = _Config.model_validate_json((Path(resolve_base(base)) / _CONFIG).read_bytes())
    except (OSError, ValidationError):
        return _shape_named(base)
    return BaseShape(read.num_hidden_layers, read.hidden_size, read.intermediate_size, read.vocab_size)


def _shape_named(base: str) -> BaseShape:
    name = base.rsplit("/", 1)[-1]
    billions = re.search(r"(?<![\w.])(\d+(?:\.\d+)?)b(?![a-z])", name, re.IGNORECASE)
    if billions is None or name.startswith("TinyLlama"):
        return TINYLLAMA
    if _LLAMA3_8B.search(name):
        return LLAMA3_8B
    # Depth and width grow together.
    factor = (float(billions[1]) / _TINYLLAMA_BILLIONS) ** (1 / 3)
    return BaseShape(
        layers=round(TINYLLAMA.layers * factor),
        hidden=round(TINYLLAMA.hidden * factor),
        intermediate=round(TINYLLAMA.intermediate * factor),
        vocabulary=_NEWER_VOCABULARY,
    )
