from hypothesis import given
from hypothesis import strategies as st

from daemon.teachers.local.batching import Cost, batches, size

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
