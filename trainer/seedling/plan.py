"""How long the seedling practises what: the curriculum as values. Imports no torch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """Upper bounds in optimiser steps. The defaults were measured; `docs/decisions.md` has the dates and dead ends."""

    seed: int
    # Stage 1 ends early, once copying has formed: it comes suddenly, at a step that no one can foresee.
    form_steps: int = 900
    form_accuracy: float = 0.95
    # Stage 2: sentences out of texts that grow to the length of a real chunk.
    quote_steps: int = 360
    tokenizer_texts: int = 1500
    learning_rate: float = 3e-3
    # Sums are split between threads, so their number is part of what is made.
    threads: int = 2


def short_plan(seed: int, steps: int) -> Plan:
    """A few steps of each stage, to check the machinery: what it makes cannot copy."""
    return Plan(seed, form_steps=steps, quote_steps=steps, tokenizer_texts=100, threads=1)
