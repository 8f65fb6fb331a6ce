"""The loss: averaged over each example's own tokens, then over examples by weight.

A mean over all tokens of a batch, which is the trainer's own, lets the longer text win: a rationale has several times the
tokens of its summary, so λ would not mean what it says.
"""

from typing import Any

import torch
from torch.nn import functional

from trainer.batches import Batch
from trainer.rows import IGNORED


def example_losses(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """(B,) mean negative log-likelihood in nats, float32, from (B, C, vocabulary) logits and (B, C) targets."""
    flat = functional.cross_entropy(
        logits.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORED, reduction="none"
    )
    return flat.view_as(targets).sum(dim=1) / (targets != IGNORED).sum(dim=1)


def weighted_loss(model: Any, batch: Batch, total_weight: torch.Tensor) -> torch.Tensor:
    """This batch's share of Σ wᵢ·lossᵢ / Σ wᵢ; `total_weight` is Σ wᵢ over all batches of the optimizer step.

    Only the columns that somebody learns go through the output layer: the prompt is most of the tokens.
    """
    logits = model(input_ids=batch["input_ids"], logits_to_keep=batch["columns"], use_cache=False).logits
    losses = example_losses(logits, batch["targets"])
    return (losses * batch["weights"]).sum() / total_weight
