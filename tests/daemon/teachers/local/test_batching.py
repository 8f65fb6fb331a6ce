from hypothesis import given
from hypothesis import strategies as st

from daemon.teachers.local.batching import Cost, TokenBudget, batches, size

COSTS = st.lists(st.builds(Cost, prompt=st.integers(1, 3000), answer=st.integers(1, 900)), max_size=60)
BUDGETS = st.integers(1024, 65_536)


@given(COSTS, BUDGETS)
def test_every_text_is_in_one_batch(costs: list[Cost], budget: int) -> None:
    assert sorted(place for batch in batches(costs, budget) for place in batch) == list(range(len(costs)))


@given(COSTS, BUDGETS)
def test_no_batch_is_over_the_budget_but_that_of_a_single_text(costs: list[Cost], budget: int) -> None:
    for batch in batches(costs, budget):
        assert len(batch) == 1 or size([costs[place] for place in batch]) <= budget


@given(COSTS, BUDGETS)
def test_the_longest_prompts_come_first(costs: list[Cost], budget: int) -> None:
    order = [costs[place].prompt for batch in batches(costs, budget) for place in batch]
    assert order == sorted(order, reverse=True)


def test_a_batch_costs_its_padding_too() -> None:
    assert size([Cost(100, 50), Cost(10, 80)]) == 2 * (100 + 80)


ROWS = [Cost(100, 28)] * 8


def test_a_batch_that_did_not_fit_halves_the_next_one():
    budget = TokenBudget(8 * 128)
    budget.did_not_fit(ROWS)
    assert [len(batch) for batch in batches(ROWS, budget.tokens)] == [4, 4]


def test_memory_that_is_free_again_is_used_again_and_never_more_than_was_allowed():
    budget = TokenBudget(8 * 128)
    budget.did_not_fit(ROWS)
    for _ in range(200):
        budget.fitted()
    assert budget.tokens == 8 * 128


def test_a_larger_batch_is_tried_only_after_many_that_fitted():
    budget = TokenBudget(8 * 128)
    budget.did_not_fit(ROWS)
    for _ in range(15):
        budget.fitted()
    assert budget.tokens == 4 * 128


def test_the_costs_of_the_longest_rows_count_when_halving():
    budget = TokenBudget(10_000)
    budget.did_not_fit([Cost(1000, 100), Cost(900, 100), Cost(10, 10), Cost(10, 10)])
    assert budget.tokens == 2 * 1100
