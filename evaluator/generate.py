"""Prompts → greedy answers, in batches of like length. Heavy: imports torch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import torch
from transformers import GenerationConfig

from trainer.memory import is_out_of_memory

Ids = Sequence[int]
_FIRST_ROUND: Final = 64


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
    """One answer a prompt, in their order. `tell` gets the number of answers that each batch finished.

    In rounds: what has not stopped after 64 tokens goes on in new batches of its kind, to 128, to 256 and so on. A batch
    takes as long as its longest answer, and a few runaways would make all the others pay for them. A batch that does not
    fit into memory is halved; torch's error for a single prompt that does not fit is raised.
    """
    said: list[list[int]] = [[] for _ in prompts]
    going = list(range(len(prompts)))
    size = how.batch_size
    for so_far, up_to in rounds(how.max_new_tokens):
        # Longest first: memory runs out in the first batch or never, and a batch has little padding.
        order = sorted(going, key=lambda i: len(prompts[i]) + so_far, reverse=True)
        going = []
        while order:
            batch = order[:size]
            rows = _fitting(model, [[*prompts[i], *said[i]] for i in batch], how, new_tokens=up_to - so_far)
            if rows is None:
                size = len(batch) // 2  # for all that follow, too: those of the next rounds are longer
                continue
            order = order[size:]
            for i, row in zip(batch, rows, strict=True):
                said[i] += row
            unfinished = [i for i in batch if _stop(said[i], how) is None]
            going += unfinished
            tell(len(batch) - (len(unfinished) if up_to < how.max_new_tokens else 0))
    return [_cut(row, how) for row in said]


def rounds(max_new_tokens: int) -> list[tuple[int, int]]:
    """From how many new tokens to how many each round goes: (0, 64), (64, 128), (128, 256) … up to `max_new_tokens`."""
    ends = [_FIRST_ROUND * 2**k for k in range(max_new_tokens.bit_length()) if _FIRST_ROUND * 2**k < max_new_tokens]
    return list(pairwise([0, *ends, max_new_tokens]))


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


def _fitting(model: Any, prompts: Sequence[Ids], how: Decoding, *, new_tokens: int) -> list[list[int]] | None:
    """As `_batch`; None for several prompts that memory does not hold at once."""
    try:
        return _batch(model, prompts, how, new_tokens=new_tokens)
    except (RuntimeError, MemoryError) as error:
        if len(prompts) == 1 or not is_out_of_memory(error):
            raise
    # Behind the block: the error's traceback held on to the tensors of the batch.
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return None


@torch.inference_mode()
def _batch(model: Any, prompts: Sequence[Ids], how: Decoding, *, new_tokens: int) -> list[list[int]]:
    """What each prompt goes on with; behind a stop there are pads."""
    ids, mask = left_padded(prompts, how.pad_id)
    said = model.generate(
        input_ids=ids.to(model.device),
        attention_mask=mask.to(model.device),
        generation_config=greedy(how.stop_ids, pad_id=how.pad_id, new_tokens=new_tokens),
    )
    return said[:, ids.shape[1] :].tolist()  # type: ignore[no-any-return]


def greedy(stop_ids: Sequence[int], *, pad_id: int, new_tokens: int) -> GenerationConfig:
    """Everything that decides, spelled out: a model's own defaults (Llama 3 samples) must reach no score and no label."""
    return GenerationConfig(  # type: ignore[no-untyped-call]
        max_new_tokens=new_tokens,
        do_sample=False,
        num_beams=1,
        repetition_penalty=1.0,
        no_repeat_ngram_size=0,
        eos_token_id=list(stop_ids),
        pad_token_id=pad_id,
        use_cache=True,
    )


def _stop(row: Ids, how: Decoding) -> int | None:
    return next((at for at, token in enumerate(row) if token in how.stop_ids), None)


def _cut(row: Ids, how: Decoding) -> Generated:
    stop = _stop(row, how)
    return Generated(tuple(row[:stop]), hit_limit=stop is None)
