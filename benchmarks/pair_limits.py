"""What a GPU's memory allows a model to decode at best: every step reads all weights once, and the keys and values of
all that was read and said before. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.models import Shape

# Bytes a second as the vendor states them; the first name that is part of the driver's is taken.
BANDWIDTHS: Final = (
    ("B200", 8.0e12),
    ("H200", 4.8e12),
    ("H100 PCIe", 2.0e12),
    ("H100 NVL", 3.9e12),
    ("H100", 3.35e12),
    ("A100-SXM4-80GB", 2.04e12),
    ("A100 80GB PCIe", 1.94e12),
    ("A100", 1.56e12),
    ("L40S", 0.864e12),
    ("A6000", 0.768e12),
    ("RTX 5090", 1.79e12),
    ("RTX 4090", 1.01e12),
    ("RTX 3090", 0.936e12),
    ("A10", 0.6e12),
    ("L4", 0.3e12),
    ("V100", 0.9e12),
    ("T4", 0.32e12),
)
_WIDE: Final = 2  # bytes of a bfloat16
_NF4: Final = 0.516  # 4 bits and, with double quantisation, 0.127 bits of scale


@dataclass(frozen=True)
class Row:
    """Tokens of one prompt and of its answer."""

    prompt: int
    completion: int


def bandwidth_of(gpu: str | None) -> float | None:
    """None for a GPU that is not in the table."""
    return next((found for name, found in BANDWIDTHS if gpu is not None and name in gpu), None)


def weights_read(shape: Shape, vocab: int, *, nf4: bool) -> float:
    """Bytes of one step. The output layer is never quantised; of the embedding only the rows asked for are read."""
    layers = shape.parameters(vocab) - vocab * shape.hidden * (1 if shape.tied else 2)
    return layers * (_NF4 if nf4 else _WIDE) + vocab * shape.hidden * _WIDE


def kv_bytes(shape: Shape) -> int:
    """Bytes of a token's keys and values."""
    return 2 * shape.layers * shape.kv_heads * shape.head_dim * _WIDE


def least_seconds(batches: Sequence[Sequence[Row]], *, weights: float, kv: int, bandwidth: float) -> float:
    """Decoding alone; a batch goes on until its longest answer, and a row that has ended costs nothing."""
    steps = sum(max((row.completion for row in batch), default=0) for batch in batches)
    rows = [row for batch in batches for row in batch]
    # The n-th token of an answer looks back on the prompt and n others.
    looked_at = sum(row.prompt * row.completion + row.completion * (row.completion + 1) // 2 for row in rows)
    return (steps * weights + looked_at * kv) / bandwidth
