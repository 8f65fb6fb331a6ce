"""Makes a seedling: tokenizer, weights, card. Heavy: imports torch. The same plan on one machine gives the same bytes."""

import importlib.metadata
import platform
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import torch
from safetensors.torch import save
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

from store.errors import FinsdistillError
from store.files import replace_file
from trainer.seedling.card import SeedlingCard, hashes, write_card
from trainer.seedling.model import accuracy, new_model
from trainer.seedling.plan import Plan
from trainer.seedling.practise import Optimiser, Progress, form, quote
from trainer.seedling.tasks import Encode, copy_rows, quote_rows
from trainer.seedling.tokenizer import VOCABULARY, learn_tokenizer, write_tokenizer

# Held out from practice, whose generators are seeded with a stage's name and the plan's seed.
HELDOUT_SEED: Final = "held-out"
# Tokens of a quotation that say which sentence it is: leaving them out leaves the copying.
CHOOSING: Final = 3


class SeedlingProblem(FinsdistillError):
    """The seedling that was made cannot be used."""


def make(plan: Plan, out: Path, *, progress: Progress) -> SeedlingCard:
    """Writes every file of a model folder and the card; what stood there under the same names is replaced.

    Raises SeedlingProblem when the plan's texts are too few for the vocabulary.
    """
    with _repeatable(plan.threads):
        tokenizer = learn_tokenizer(plan.seed, texts=plan.tokenizer_texts)
        vocabulary = tokenizer.get_vocab_size()
        if vocabulary != VOCABULARY:
            raise SeedlingProblem(
                f"{plan.tokenizer_texts} texts gave {vocabulary} tokens, not {VOCABULARY}: take more texts"
            )
        model = new_model(vocabulary, plan.seed)
        optimiser = Optimiser(model, plan.learning_rate)
        steps = {"copying": form(model, optimiser, plan, progress=progress)}
        steps["quoting"] = quote(model, optimiser, plan, encode=encoder(tokenizer), progress=progress)
        out.mkdir(parents=True, exist_ok=True)
        write_tokenizer(tokenizer, out)
        write_model(model, out)
        card = _card(plan, out, model, tokenizer, steps=steps)
        write_card(out, card)
        return card


def _card(
    plan: Plan, out: Path, model: LlamaForCausalLM, tokenizer: Tokenizer, *, steps: dict[str, int]
) -> SeedlingCard:
    return SeedlingCard(
        seed=plan.seed,
        threads=plan.threads,
        parameters=model.num_parameters(),
        steps=steps,
        copy_accuracy=round(copy_accuracy(model), 4),
        quote_accuracy=round(quote_accuracy(model, tokenizer), 4),
        libraries=_libraries(),
        sha256=hashes(out),
    )


@contextmanager
def _repeatable(threads: int) -> Iterator[None]:
    """The switches are the whole process's, so they are put back: others may need what has no repeatable kernel."""
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        torch.use_deterministic_algorithms(before[1])


def encoder(tokenizer: Tokenizer) -> Encode:
    """Texts to token ids, nothing added."""

    def encode(texts: Sequence[str]) -> list[list[int]]:
        return [list(found.ids) for found in tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    return encode


def write_model(model: LlamaForCausalLM, out: Path) -> None:
    """config.json, generation_config.json and model.safetensors, without the tied copy of the embeddings."""
    model.config.architectures = ["LlamaForCausalLM"]
    model.config.save_pretrained(out)
    model.generation_config.save_pretrained(out)
    weights = {name: tensor.contiguous() for name, tensor in model.state_dict().items() if name != "lm_head.weight"}
    # Written by us: save_file makes a file that only its owner may read, and a package is installed for everyone.
    # Renamed into place: a student that maps the old file would otherwise die of SIGBUS.
    replace_file(out / "model.safetensors", save(weights, metadata={"format": "pt"}))


def copy_accuracy(model: LlamaForCausalLM, *, seed: str = HELDOUT_SEED, sequences: int = 64) -> float:
    """Share of tokens copied right: 16 to 64 random tokens of the whole vocabulary, then the same again."""
    rng = random.Random(f"copy-{seed}")
    vocabulary = int(model.config.vocab_size)
    rows = [
        row
        for _ in range(sequences // 8)
        for row in copy_rows(rng, rows=8, shortest=16, longest=64, vocabulary=vocabulary)
    ]
    return accuracy(model, rows)


def quote_accuracy(model: LlamaForCausalLM, tokenizer: Tokenizer, *, texts: int = 32) -> float:
    """Share of the tokens of one quoted sentence said right, out of unseen invented texts of a real chunk's length."""
    rng = random.Random(f"quote-{HELDOUT_SEED}")
    rows = quote_rows(rng, encoder(tokenizer), rows=texts, characters=1400, quoted=(1, 1))
    return accuracy(model, rows, skip=CHOOSING)


def _libraries() -> dict[str, str]:
    names = ("torch", "transformers", "tokenizers", "safetensors")
    return {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in names}
