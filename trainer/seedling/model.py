"""The seedling's architecture, its rows as tensors, and what it copies right. Heavy: imports torch and transformers."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch.nn import functional
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

from trainer.seedling.tasks import Row
from trainer.seedling.tokenizer import BOS_ID, EOS_ID, MAX_POSITIONS, PAD_ID


def new_model(vocabulary: int, seed: int) -> LlamaForCausalLM:
    """557,696 random parameters. Two layers are the fewest that can copy: one to look back, one to find the place."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=128,
        # A multiple of 64: bitsandbytes' CPU kernels fail on other widths on machines with AVX512-BF16.
        intermediate_size=384,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=MAX_POSITIONS,
        # Untied, no copying formed: finding a token and saying it must be one skill.
        tie_word_embeddings=True,
        bos_token_id=BOS_ID,
        eos_token_id=EOS_ID,
        pad_token_id=PAD_ID,
    )
    model = LlamaForCausalLM(config)
    model.generation_config = GenerationConfig(bos_token_id=BOS_ID, eos_token_id=EOS_ID, pad_token_id=PAD_ID)  # type: ignore[no-untyped-call]
    return model


@dataclass(frozen=True)
class Batch:
    """`ids` and `answer`, both (rows, tokens); `answer` is True where the seedling must say the token itself."""

    ids: torch.Tensor
    answer: torch.Tensor


def batch_of(rows: Sequence[Row]) -> Batch:
    """Padded on the right: under causal attention no real token sees a pad, so no attention mask is needed."""
    longest = max(len(row.ids) for row in rows)
    ids = torch.full((len(rows), longest), PAD_ID)
    answer = torch.zeros((len(rows), longest), dtype=torch.bool)
    for index, row in enumerate(rows):
        ids[index, : len(row.ids)] = torch.tensor(row.ids)
        answer[index, row.answer_start : len(row.ids)] = True
    return Batch(ids, answer)


def answer_logits(model: LlamaForCausalLM, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits (answer tokens, vocabulary) and the tokens themselves. Only answers pass the output layer: the prompt's
    logits would cost a fifth of the time and teach nothing."""
    hidden = model.model(input_ids=batch.ids[:, :-1], use_cache=False).last_hidden_state
    asked = batch.answer[:, 1:]
    return model.lm_head(hidden[asked]), batch.ids[:, 1:][asked]


def loss_and_right(model: LlamaForCausalLM, batch: Batch) -> tuple[torch.Tensor, float]:
    """Mean cross-entropy over answer tokens, and the share of them that is the most likely one."""
    logits, wanted = answer_logits(model, batch)
    right = (logits.argmax(-1) == wanted).float().mean().item()
    return functional.cross_entropy(logits, wanted), right


@torch.no_grad()
def accuracy(model: LlamaForCausalLM, rows: Sequence[Row], *, skip: int = 0) -> float:
    """Share (0 to 1) of answer tokens that are the most likely ones after the true tokens before them.

    `skip` leaves out the first tokens of each answer: in a quotation they choose the sentence, which is not copying.
    """
    right = total = 0
    for start in range(0, len(rows), 16):
        batch = batch_of([Row(row.ids, row.answer_start + skip) for row in rows[start : start + 16]])
        logits, wanted = answer_logits(model, batch)
        right += int((logits.argmax(-1) == wanted).sum())
        total += wanted.numel()
    return right / total
