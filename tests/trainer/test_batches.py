import torch
from hypothesis import given
from hypothesis import strategies as st

from trainer.batches import LengthSampler, collate, epoch_order
from trainer.rows import Example


@given(st.lists(st.integers(1, 900), max_size=200), st.integers(1, 8), st.integers(0, 3))
def test_an_epoch_sees_every_example_once(lengths, batch_size, epoch):
    assert sorted(epoch_order(lengths, batch_size, seed=1, epoch=epoch)) == list(range(len(lengths)))


def test_batches_hold_examples_of_like_length():
    lengths = [(37 * i) % 640 for i in range(640)]
    order = epoch_order(lengths, 32, seed=1, epoch=0)
    padded = sum(32 * max(lengths[i] for i in order[k : k + 32]) for k in range(0, 640, 32))
    assert padded < 1.06 * sum(lengths)  # in plain random order it is 1.9


def test_each_epoch_has_an_order_of_its_own_that_the_seed_decides():
    first, again = (LengthSampler(list(range(99)), 4, seed=3) for _ in range(2))
    epochs = [list(first), list(first)]
    assert epochs[0] != epochs[1]
    assert epochs == [list(again), list(again)]


def test_a_batch_holds_the_columns_somebody_learns_and_what_comes_next_there():
    batch = collate([Example((5, 6, 7, 8), 2, 1.0), Example((5, 9), 1, 0.5)], pad_id=0)
    assert batch["input_ids"].tolist() == [[5, 6, 7, 8], [5, 9, 0, 0]]
    assert batch["columns"].tolist() == [0, 1, 2]  # 0: the second predicts its 9; 1 and 2: the first its 7 and 8
    assert batch["targets"].tolist() == [[-100, 7, 8], [9, -100, -100]]
    assert torch.equal(batch["weights"], torch.tensor([1.0, 0.5]))
