"""In which order examples are seen, and how a batch is laid out."""

import random
from collections.abc import Iterator, Sequence
from typing import TypedDict

import torch
from torch.utils.data import Sampler

from trainer.rows import IGNORED, Example

# Sorting within pools of this many batches: padding nearly gone, and the order still random at the scale of a pool.
_POOL_BATCHES = 32


class Batch(TypedDict):
    """(B, L) input ids, padded on the right; (C,) the columns whose next token somebody learns, ascending; (B, C) that
    next token, or -100; (B,) weights.

    No attention mask: under causal attention a pad on the right changes nothing to its left, and without a mask torch
    takes its fast causal kernel.
    """

    input_ids: torch.Tensor
    columns: torch.Tensor
    targets: torch.Tensor
    weights: torch.Tensor


def epoch_order(lengths: Sequence[int], batch_size: int, *, seed: int, epoch: int) -> list[int]:
    """Every index once; cut into runs of `batch_size`, each run holds examples of like length. The short run is last."""
    chance = random.Random(f"{seed}|{epoch}")
    shuffled = list(range(len(lengths)))
    chance.shuffle(shuffled)
    pool = batch_size * _POOL_BATCHES
    batches: list[list[int]] = []
    for start in range(0, len(shuffled), pool):
        # Ties keep their shuffled order: equal lengths do not always meet in the same batch.
        ordered = sorted(shuffled[start : start + pool], key=lambda index: lengths[index])
        batches += [ordered[i : i + batch_size] for i in range(0, len(ordered), batch_size)]
    full = [batch for batch in batches if len(batch) == batch_size]
    short = [batch for batch in batches if len(batch) < batch_size]
    chance.shuffle(full)
    return [index for batch in full + short for index in batch]


class LengthSampler(Sampler[int]):
    """`epoch_order`, a new epoch each time it is iterated; depends on the seed alone, not on torch's global state."""

    def __init__(self, lengths: Sequence[int], batch_size: int, *, seed: int) -> None:
        self._lengths, self._batch_size, self._seed = lengths, batch_size, seed
        self._epoch = 0

    def __iter__(self) -> Iterator[int]:
        order = epoch_order(self._lengths, self._batch_size, seed=self._seed, epoch=self._epoch)
        self._epoch += 1
        return iter(order)

    def __len__(self) -> int:
        return len(self._lengths)


def collate(examples: Sequence[Example], pad_id: int) -> Batch:
    width = max(len(example.ids) for example in examples)
    ids = torch.full((len(examples), width), pad_id, dtype=torch.long)
    labels = torch.full((len(examples), width), IGNORED, dtype=torch.long)
    for row, example in enumerate(examples):
        ids[row, : len(example.ids)] = torch.tensor(example.ids)
        labels[row, example.answer_start : len(example.ids)] = torch.tensor(example.ids[example.answer_start :])
    targets = labels[:, 1:]  # position j predicts token j + 1
    columns = (targets != IGNORED).any(dim=0).nonzero().squeeze(1)
    weights = torch.tensor([example.weight for example in examples], dtype=torch.float32)
    return Batch(input_ids=ids, columns=columns, targets=targets[:, columns], weights=weights)
