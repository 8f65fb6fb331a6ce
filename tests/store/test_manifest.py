"""When segments are merged: decided by their row counts alone."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.manifest import FAN_IN, GROWTH, Segment, to_merge


def segment(rows: int) -> Segment:
    return Segment(file="t/x.parquet", first_seq=1, last_seq=1, rows=rows, bytes=1, sha256="")


def merged(sizes: list[int]) -> list[int]:
    """What is left of segments of these sizes, oldest first, after one publish."""
    count = to_merge([segment(rows) for rows in sizes])
    return [*sizes[: len(sizes) - count], sum(sizes[len(sizes) - count :])] if count else sizes


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], 0),
        ([5], 0),
        ([1, 1, 1], 0),  # fewer than FAN_IN
        ([1, 1, 1, 1], 4),
        ([8, 4, 2, 1], 4),  # 2 <= 2*1, 4 <= 2*3, 8 <= 2*7
        ([100, 1, 1, 1], 0),  # 100 > 2*3: a big one is not written again for three small ones
        ([100, 1, 1, 1, 1], 4),
        ([8, 1, 1, 1, 1], 5),  # 8 <= 2*4
        ([9, 1, 1, 1, 1], 4),  # 9 > 2*4
        ([1, 1, 1, 1_000], 4),  # what is newer and larger takes the small ones with it
        ([1, 100, 1, 1, 1], 0),
    ],
)
def test_segments_are_merged_from_the_newest_while_they_are_alike(sizes, expected):
    assert (FAN_IN, GROWTH) == (4, 2)
    assert to_merge([segment(rows) for rows in sizes]) == expected


def publish_all(sizes: list[int]) -> tuple[int, int, int]:
    """(most segments at any time, segments at the end, rows written): a plain simulation, one new segment a publish."""
    stack: list[int] = []
    most = written = 0
    for size in sizes:
        stack.append(size)
        written += size
        count = to_merge([segment(rows) for rows in stack[-12:]])
        if count == 12:
            count = to_merge([segment(rows) for rows in stack])
        if count:
            total = sum(stack[-count:])
            written += total
            stack[-count:] = [total]
        most = max(most, len(stack))
    assert sum(stack) == sum(sizes)
    return most, len(stack), written


SHAPES = {
    "one event a publish": lambda *_: 1,
    "random small": lambda _, r: r.randint(1, 10),
    "rarely a backfill": lambda _, r: 50_000 if r.random() < 0.001 else r.randint(1, 5),
    "heavy tail": lambda _, r: int(r.paretovariate(0.7)) + 1,
    "shrinking": lambda i, _: 100_000 // (i + 1) + 1,
    "sawtooth": lambda i, _: 4 ** (9 - i % 10),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_ten_thousand_publishes_leave_few_segments_and_write_each_row_few_times(shape):
    dice = random.Random(1)
    sizes = [shape(i, dice) for i in range(10_000)]
    most, _, written = publish_all(sizes)
    assert most <= 40
    assert written <= 15 * sum(sizes)


@given(st.lists(st.integers(1, 10**6) | st.integers(1, 4), min_size=1, max_size=120))
def test_no_sequence_of_sizes_leaves_more_segments_than_its_logarithm_allows(sizes):
    most, _, _ = publish_all(sizes)
    assert most <= 3 * max(1, sum(sizes).bit_length()) + 1


@given(st.lists(st.integers(1, 10**6), max_size=30))
def test_a_merge_takes_four_or_more_of_the_newest_or_nothing(sizes):
    count = to_merge([segment(rows) for rows in sizes])
    assert count == 0 or FAN_IN <= count <= len(sizes)
    assert sum(merged(sizes)) == sum(sizes)
