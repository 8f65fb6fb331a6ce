"""The curriculum itself: forming copying on random tokens, then quoting out of texts. Heavy: imports torch."""

import random
from collections.abc import Callable, Iterator

import torch
from transformers import LlamaForCausalLM

from trainer.seedling.model import batch_of, loss_and_right
from trainer.seedling.plan import Plan
from trainer.seedling.tasks import Encode, Row, copy_rows, mixed_copy_rows, quote_rows

# Called after each step with the stage, the step in it, the stage's bound, and the share of tokens said right.
Progress = Callable[[str, int, int, float], None]
_WARM_UP = 50


class Optimiser:
    """Muon for the matrices, AdamW for embeddings and norms: copying forms in half the steps that AdamW alone takes."""

    def __init__(self, model: LlamaForCausalLM, rate: float) -> None:
        matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
        others = [p for name, p in model.named_parameters() if p.ndim != 2 or "embed" in name]
        self._rate = rate
        self._steps = 0
        self._parameters = [*matrices, *others]
        self._parts: tuple[torch.optim.Optimizer, ...] = (
            torch.optim.Muon(matrices, lr=rate, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.98), weight_decay=0.0),
        )

    def step(self, loss: torch.Tensor, share: float) -> None:
        """`share` (0 to 1) of the learning rate; the first steps take less."""
        self._steps += 1
        rate = self._rate * share * min(1.0, self._steps / _WARM_UP)
        for part in self._parts:
            part.zero_grad()
            for group in part.param_groups:
                group["lr"] = rate
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
        for part in self._parts:
            part.step()


def form(model: LlamaForCausalLM, optimiser: Optimiser, plan: Plan, *, progress: Progress) -> int:
    """Copying random tokens until it works, or the steps are used up. Returns the steps taken."""
    rng = random.Random(f"form-{plan.seed}")
    vocabulary = int(model.config.vocab_size)
    average = 0.0
    for done in range(1, plan.form_steps + 1):
        rows = copy_rows(rng, rows=32, shortest=16, longest=32, vocabulary=vocabulary)
        loss, right = loss_and_right(model, batch_of(rows))
        optimiser.step(loss, 1.0)
        average = 0.9 * average + 0.1 * right
        progress("copying", done, plan.form_steps, average)
        if average >= plan.form_accuracy:
            return done
    return plan.form_steps


def quote(model: LlamaForCausalLM, optimiser: Optimiser, plan: Plan, *, encode: Encode, progress: Progress) -> int:
    """Quoting sentences out of texts that grow, with random copies between so that they are not unlearned."""
    average = 0.0
    for done, rows in enumerate(_quotations(plan, encode, int(model.config.vocab_size)), start=1):
        loss, right = loss_and_right(model, batch_of(rows))
        # The full rate for the first half, then down to nothing in a straight line.
        optimiser.step(loss, min(1.0, 2 - 2 * (done - 1) / plan.quote_steps))
        average = 0.9 * average + 0.1 * right
        progress("quoting", done, plan.quote_steps, average)
    return plan.quote_steps


def _quotations(plan: Plan, encode: Encode, vocabulary: int) -> Iterator[list[Row]]:
    rng = random.Random(f"quote-{plan.seed}")
    for step in range(plan.quote_steps):
        grown = min(1.0, 2 * step / plan.quote_steps)
        if step % 5 == 4:
            yield mixed_copy_rows(rng, rows=16, longest=64 + int(236 * grown), vocabulary=vocabulary)
            continue
        # 1,700 characters are a little more than the longest chunk, 2 to 3 of them a token.
        characters = rng.randint(150 + int(450 * grown), 400 + int(1300 * grown))
        # Long answers give three times as much to copy for the same reading; the length that is wanted comes last.
        most = 8 if step < 0.8 * plan.quote_steps else 3
        yield quote_rows(rng, encode, rows=16, characters=characters, quoted=(1, most))
