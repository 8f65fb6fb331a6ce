"""Random models that answer through the real generate(): under the constraint they cannot help but answer well."""

from dataclasses import dataclass
from typing import Any

import pytest

from daemon.teachers.local.progress import Budget
from daemon.teachers.local.vocabulary import joined, token_bytes
from tests.daemon.teachers.local.obeying import is_valid

SMALL = [Budget(1, 1), Budget(3, 2), Budget(24, 1), Budget(2, 30), Budget(9, 9), Budget(40, 20)]
DEFAULT = [Budget(256, 160)] * 3


@dataclass(frozen=True)
class Machine:
    model: Any
    vocabulary: tuple[bytes | None, ...]
    grammar: Any
    ends: tuple[int, ...]
    pad: int

    def generate(self, budgets, *, seeds, constrained=True, stopper=True):
        """Ids behind the prompts and the forced flags, with whatever of constraint and stopper is asked for."""
        import torch
        from transformers import GenerationConfig, LogitsProcessorList, StoppingCriteriaList

        from daemon.teachers.local.constraint import Constraint
        from daemon.teachers.local.sampling import SeededSampling
        from daemon.teachers.local.stopping import AnswerComplete

        ids = torch.arange(300, 300 + 5 * len(budgets)).reshape(len(budgets), 5)
        constraint = Constraint(self.grammar, budgets)
        processors = [*([constraint] if constrained else []), SeededSampling(seeds, torch.device("cpu"))]
        criteria = [AnswerComplete(self.vocabulary, prompt_width=5, end_ids=self.ends)] if stopper else []
        longest = max(budget.max_new_tokens for budget in budgets)
        with torch.inference_mode():
            said = self.model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                generation_config=GenerationConfig(
                    max_new_tokens=longest, do_sample=False, eos_token_id=list(self.ends), pad_token_id=self.pad
                ),
                logits_processor=LogitsProcessorList(processors),
                stopping_criteria=StoppingCriteriaList(criteria),
            )
        return said[:, 5:].tolist(), constraint.forced

    def valid(self, rows):
        return [is_valid(joined(self.vocabulary, row)) for row in rows]


@pytest.fixture(scope="module", params=["llama3", "tinyllama"])
def machine(request):
    from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

    from daemon.teachers.local.grammar import AnswerGrammar

    folder = request.getfixturevalue(request.param)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    model.generation_config = GenerationConfig()
    ends, pad = ((128_001, 128_009), 128_002) if request.param == "llama3" else ((2,), 0)
    width = model.config.vocab_size
    assert width == (128_256 if request.param == "llama3" else 32_000)
    grammar = AnswerGrammar.compile(tokenizer, vocab_size=width, end_ids=ends)
    return Machine(model, token_bytes(tokenizer), grammar, ends, pad)


@pytest.mark.parametrize(
    ("budgets", "seeded", "stopper"),
    [(SMALL, False, True), (SMALL, False, False), (SMALL, True, True), (DEFAULT, True, True), (DEFAULT, False, False)],
)
def test_a_random_model_gives_valid_answers_only_and_no_token_behind_the_brace(machine, budgets, seeded, stopper):
    seeds = [number if seeded else None for number in range(len(budgets))]
    rows, _forced = machine.generate(budgets, seeds=seeds, stopper=stopper)
    assert machine.valid(rows) == [True] * len(budgets)
    for row, budget in zip(rows, budgets, strict=True):
        said = [number for number in row if number != machine.pad]
        ended = [] if stopper else [number for number in said if number in machine.ends]
        assert len(ended) == (not stopper) and len(said) <= budget.max_new_tokens
        *_, last = (number for number in said if number not in ended)
        assert machine.vocabulary[last].endswith(b"}") and said[len(said) - len(ended) :] == ended


def test_the_stopper_ends_rows_where_the_grammar_would_and_changes_nothing_before(machine):
    seeds = list(range(len(SMALL)))
    stopped, flags = machine.generate(SMALL, seeds=seeds)
    alone, same_flags = machine.generate(SMALL, seeds=seeds, stopper=False)
    assert flags == same_flags
    assert [joined(machine.vocabulary, row) for row in stopped] == [joined(machine.vocabulary, row) for row in alone]


def test_rows_of_a_batch_end_at_different_steps_and_say_what_they_say_alone(machine):
    rows, flags = machine.generate(SMALL, seeds=[7] * len(SMALL))
    lengths = [sum(number != machine.pad for number in row) for row in rows]
    assert len({*lengths}) > 3
    assert any(flags)
    (again,), (flag,) = machine.generate(SMALL[:1], seeds=[7])
    assert (joined(machine.vocabulary, again), flag) == (joined(machine.vocabulary, rows[0]), flags[0])


def test_without_the_constraint_a_random_model_answers_nothing(machine):
    rows, _ = machine.generate([Budget(9, 9)] * 8, seeds=range(8), constrained=False)
    assert machine.valid(rows) == [False] * 8
