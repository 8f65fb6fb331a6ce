"""Drawing tokens at random, each row by a seed of its own. Heavy: imports torch."""

from collections.abc import Sequence
from typing import Final

import torch
from transformers import LogitsProcessor

from daemon.teachers.local.settings import TEMPERATURE

_HALF_A_STEP: Final = 2.0**-25


class SeededSampling(LogitsProcessor):
    """Gumbel noise on the rows that have a seed: the largest noisy score is a draw from softmax(scores / temperature).

    So greedy and sampled rows share a batch, and a row's draw depends on its own seed alone, not on its neighbours.
    What an earlier processor forbade (-inf) stays forbidden.
    """

    def __init__(self, seeds: Sequence[int | None], device: torch.device) -> None:
        self._generators = [
            (row, torch.Generator(device).manual_seed(seed)) for row, seed in enumerate(seeds) if seed is not None
        ]

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:  # noqa: ARG002
        for row, generator in self._generators:
            uniform = torch.rand(scores.shape[1], generator=generator, device=scores.device)
            # torch draws in steps of 2**-24. A u of 0 would make its token infinitely likely, and the smallest float as good
            # as that: noise of 87, in one of 130 draws of a token among 128,256.
            gumbel = -torch.log(-torch.log1p(-uniform.clamp(min=_HALF_A_STEP)))
            scores[row] = scores[row] / TEMPERATURE + gumbel
        return scores
