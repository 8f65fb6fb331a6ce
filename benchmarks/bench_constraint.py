"""What constrained decoding costs and gives: `python benchmarks/bench_constraint.py [--answers N]`.

Prints, on one core: seconds to read and compile a vocabulary of 128,256 and of 32,000 tokens; microseconds a step at 1, 16
and 72 rows, with the host's share of a 25 ms step, and of the parts (masks in a loop or by xgrammar's batch matcher, applied
by its CPU kernel or by torch's own operations); and how many of N sampled answers of a random model are valid with the
constraint and without. Ends with 1 when an answer under the constraint was not valid."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
import xgrammar
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    LogitsProcessorList,
    PreTrainedModel,
    StoppingCriteriaList,
)

from daemon.teachers.local.constraint import Budget, Constraint, mask_scores, mask_scores_anywhere
from daemon.teachers.local.grammar import AnswerGrammar
from daemon.teachers.local.sampling import SeededSampling
from daemon.teachers.local.stopping import AnswerComplete
from daemon.teachers.local.vocabulary import joined, token_bytes
from tests.daemon.teachers.local.obeying import is_valid
from tests.models import write_llama3, write_tinyllama

_STEP_US: Final = 25_000
_BUDGET: Final = Budget(24, 12)
_PAD: Final = {128_256: 128_002, 32_000: 0}
_ENDS: Final = {128_256: (128_001, 128_009), 32_000: (2,)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=128)
    answers = parser.parse_args().answers
    torch.set_num_threads(1)
    broken = 0
    with tempfile.TemporaryDirectory() as temporary:
        for name, write in (("llama3", write_llama3), ("tinyllama", write_tinyllama)):
            folder = write(Path(temporary) / name)
            grammar = compiled(folder)
            steps(grammar)
            broken += valid_shares(folder, grammar, answers)
    return 1 if broken else 0


def compiled(folder: Path) -> AnswerGrammar:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    start = time.perf_counter()
    vocabulary = token_bytes(tokenizer)
    read = time.perf_counter()
    grammar = AnswerGrammar.over(vocabulary, vocab_size=len(vocabulary), end_ids=_ENDS[len(vocabulary)])
    done = time.perf_counter()
    print(f"\n{len(vocabulary):,} tokens: read as bytes in {read - start:.2f} s", end=", ")
    print(f"grammar compiled in {done - read:.2f} s ({grammar.compiled.memory_size_bytes / 1024:.0f} KiB)")
    return grammar


def steps(grammar: AnswerGrammar) -> None:
    """Every row in the middle of a value: where nearly all steps are, and where the most tokens are allowed.

    The host's part is what a GPU would wait for: scores on torch's meta device, whose operations are called and do nothing.
    """
    print(
        "µs a step  on the host (a row; of 25 ms)  all on the CPU: constraint, argmax  masks: loop, batch  applied: CPU, torch"
    )
    for rows in (1, 16, 72):
        host, _ = constraint_us(grammar, rows, torch.device("meta"))
        whole, argmax = constraint_us(grammar, rows, torch.device("cpu"))
        shares = f"{host:.0f} ({host / rows:.1f}; {host / _STEP_US:.2%})"
        parts = "  ".join(f"{cost:.0f}" for cost in parts_us(grammar, rows))
        print(f"{rows:4} rows  {shares:28}  {whole:.0f}  {argmax:.0f}  {parts}")


def parts_us(grammar: AnswerGrammar, rows: int) -> tuple[float, ...]:
    matchers, masks = started(grammar, rows), xgrammar.allocate_token_bitmask(rows, grammar.vocab_size)
    batch, scores = xgrammar.BatchGrammarMatcher(max_threads=1), torch.randn(rows, grammar.vocab_size)

    def loop() -> None:
        for number, matcher in enumerate(matchers):
            matcher.fill_next_token_bitmask(masks, number)

    return (
        microseconds(loop),
        microseconds(lambda: batch.batch_fill_next_token_bitmask(matchers, masks)),
        microseconds(lambda: mask_scores(scores, masks)),
        microseconds(lambda: mask_scores_anywhere(scores, masks)),
    )


def started(grammar: AnswerGrammar, rows: int) -> list[xgrammar.GrammarMatcher]:
    matchers = [xgrammar.GrammarMatcher(grammar.compiled) for _ in range(rows)]
    for matcher in matchers:
        matcher.accept_string('{"rationale":"1. It')
    return matchers


def constraint_us(grammar: AnswerGrammar, rows: int, device: torch.device, *, count: int = 60) -> tuple[float, float]:
    """Medians of the processor as generate() calls it, with new scores each time, and of the argmax behind it."""
    constraint = Constraint(grammar, [Budget(4096, 4096)] * rows)
    said = [grammar.vocabulary.index(bytes([byte])) for byte in b'{"rationale":"' + b"a" * count]
    random = torch.randn(rows, grammar.vocab_size, device=device)
    ids, taken, argmax = torch.zeros((rows, 1), dtype=torch.long), [], []
    for token in said:
        scores = random.clone()
        start = time.perf_counter()
        masked = constraint(ids, scores)
        middle = time.perf_counter()
        masked.argmax(dim=1)
        argmax.append(time.perf_counter() - middle)
        taken.append(middle - start)
        ids = torch.cat([ids, torch.full((rows, 1), token)], dim=1)
    return median(taken[-count:]) * 1e6, median(argmax) * 1e6


def microseconds(work: Callable[[], object], count: int = 30) -> float:
    taken = []
    for _ in range(count):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return median(taken) * 1e6


def valid_shares(folder: Path, grammar: AnswerGrammar, answers: int) -> int:
    """Sampled answers of a random model, as many each way; how many under the constraint were not valid."""
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    model.generation_config = GenerationConfig()
    broken = 0
    for constrained in (True, False):
        start = time.perf_counter()
        rows, forced = generate(model, grammar, answers, constrained=constrained)
        valid = sum(is_valid(joined(grammar.vocabulary, row)) for row in rows)
        tokens = sum(number != _PAD[grammar.vocab_size] for row in rows for number in row)
        how = f"with the constraint ({sum(forced)} closed by a budget)" if constrained else "without it"
        print(
            f"{valid}/{answers} answers valid {how}: {tokens:,} tokens in {time.perf_counter() - start:.1f} s",
            flush=True,
        )
        broken += answers - valid if constrained else 0
    return broken


@torch.inference_mode()
def generate(
    model: PreTrainedModel, grammar: AnswerGrammar, answers: int, *, constrained: bool
) -> tuple[list[list[int]], list[bool]]:
    rows: list[list[int]] = []
    forced: list[bool] = []
    for first in range(0, answers, 16):
        seeds = list(range(first, min(first + 16, answers)))
        constraint = Constraint(grammar, [_BUDGET] * len(seeds))
        ids = torch.arange(300, 300 + 4 * len(seeds)).reshape(len(seeds), 4)
        ends, pad = _ENDS[grammar.vocab_size], _PAD[grammar.vocab_size]
        said = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            generation_config=GenerationConfig(
                max_new_tokens=_BUDGET.max_new_tokens, do_sample=False, eos_token_id=list(ends), pad_token_id=pad
            ),
            logits_processor=LogitsProcessorList(
                [*([constraint] if constrained else []), SeededSampling(seeds, torch.device("cpu"))]
            ),
            stopping_criteria=StoppingCriteriaList([AnswerComplete(grammar.vocabulary, prompt_width=4, end_ids=ends)]),
        )
        rows += said[:, 4:].tolist()
        forced += constraint.forced
    return rows, forced


if __name__ == "__main__":
    sys.exit(main())
