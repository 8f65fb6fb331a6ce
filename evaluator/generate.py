"""Prompts → greedy answers, in batches of like length. Heavy: imports torch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import GenerationConfig

Ids = Sequence[int]


@dataclass(frozen=True)
class Decoding:
    """`stop_ids` end an answer and are no part of it; `max_new_tokens` counts the stop."""

    stop_ids: tuple[int, ...]
    pad_id: int
    max_new_tokens: int
    batch_size: int


@dataclass(frozen=True)
class Generated:
    """`ids` without the stop. `hit_limit`: no stop came within max_new_tokens."""

    ids: tuple[int, ...]
    hit_limit: bool


def generate(model: Any, prompts: Sequence[Ids], how: Decoding, *, tell: Callable[[int], None]) -> list[Generated]:
    """One answer a prompt, in their order. `tell` gets the number of answers that each batch added."""
    # Longest first: memory runs out in the first batch or never, and a batch has little padding.
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]), reverse=True)
    found: dict[int, Generated] = {}
    for start in range(0, len(order), how.batch_size):
        batch = order[start : start + how.batch_size]
        found |= zip(batch, _batch(model, [prompts[i] for i in batch], how), strict=True)
        tell(len(batch))
    return [found[i] for i in range(len(prompts))]


def left_padded(prompts: Sequence[Ids], pad_id: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(B, L) ids and the mask over them, 0 on the pad. On the left, since generation goes on at the right: padded on the
    right, 2 of 16 answers were those of the prompt alone; on the left all 16 (measured)."""
    width = max(len(prompt) for prompt in prompts)
    ids = torch.full((len(prompts), width), pad_id, dtype=torch.long)
    mask = torch.zeros((len(prompts), width), dtype=torch.long)
    for row, prompt in enumerate(prompts):
        ids[row, width - len(prompt) :] = torch.tensor(prompt)
        mask[row, width - len(prompt) :] = 1
    return ids, mask


@torch.inference_mode()
def _batch(model: Any, prompts: Sequence[Ids], how: Decoding) -> list[Generated]:
    ids, mask = left_padded(prompts, how.pad_id)
    said = model.generate(
        input_ids=ids.to(model.device), attention_mask=mask.to(model.device), generation_config=_greedy(how)
    )
    return [_cut(row, how) for row in said[:, ids.shape[1] :].tolist()]


def _greedy(how: Decoding) -> GenerationConfig:
    """Everything that decides, spelled out."""
    return GenerationConfig(  # type: ignore[no-untyped-call]
        max_new_tokens=how.max_new_tokens,
        do_sample=False,
        num_beams=1,
        repetition_penalty=1.0,
        no_repeat_ngram_size=0,
        eos_token_id=list(how.stop_ids),
        pad_token_id=how.pad_id,
        use_cache=True,
    )


def _cut(row: Sequence[int], how: Decoding) -> Generated:
    stop = next((at for at, token in enumerate(row) if token in how.stop_ids), None)
    return Generated(tuple(row[:stop]), hit_limit=stop is None)
