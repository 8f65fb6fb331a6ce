"""When segments are merged: decided by their sizes alone."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.publishing.manifest import FAN_IN, FULL_BYTES, FULL_ROWS, GROWTH, Segment, replaced, to_merge


def segment(rows: int, at: int = 0, size: int = 1) -> Segment:
    return Segment(file=f"t/{at}.parquet", first_seq=at, last_seq=at, rows=rows, bytes=size, sha256="")


def places(sizes: list[int], bytes_each: int = 1) -> list[int]:
    """Which of segments of these row counts, oldest first, are merged."""
    return [found.first_seq for found in to_merge([segment(n, i, bytes_each) for i, n in enumerate(sizes)])]


F = FULL_ROWS


@pytest.mark.parametrize(
    ("sizes", "merged"),
    [
        ([], []),
        ([5], []),
        ([1, 1, 1], []),  # fewer than FAN_IN
        ([1, 1, 1, 1], [0, 1, 2, 3]),
        ([8, 4, 2, 1], [0, 1, 2, 3]),  # 2 <= 2*1, 4 <= 2*3, 8 <= 2*7
        ([100, 1, 1, 1], []),  # 100 > 2*3: a big one is not written again for three small ones
        ([100, 1, 1, 1, 1], [1, 2, 3, 4]),
        ([8, 1, 1, 1, 1], [0, 1, 2, 3, 4]),  # 8 <= 2*4
        ([9, 1, 1, 1, 1], [1, 2, 3, 4]),  # 9 > 2*4
        ([1, 1, 1, 1_000], [0, 1, 2, 3]),  # what is newer and larger takes the small ones with it
        ([1, 100, 1, 1, 1], []),
        ([F, 1, 1, 1], []),  # a full one joins no merge
        ([F, 1, 1, 1, 1], [1, 2, 3, 4]),
        ([1, 1, F, 1], [0, 1]),  # what stands before a full one grows no more: two are enough
        ([1, F, 1, F, 1], []),
        ([F - 1, F - 1, F - 1, F - 1, F - 1], []),  # two of them are as much as a merge takes, and fewer than FAN_IN
        ([F // 4] * 9, [1, 2, 3, 4, 5, 6, 7, 8]),  # twice a full one at most
        ([F // 4] * 9 + [F], [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_neighbours_of_like_size_are_merged_from_the_newest_until_they_are_full(sizes, merged):
    assert (FAN_IN, GROWTH) == (4, 2)
    assert places(sizes) == merged


def test_large_rows_fill_a_segment_by_their_bytes():
    assert places([10, 10, 10, 10], FULL_BYTES // 3) == [0, 1, 2, 3]
    assert places([10, 10, 10, 10], FULL_BYTES) == []


def test_thousands_of_segments_are_merged_a_thousand_at_a_time():
    assert len(places([1] * 5_000)) == 1_000
    assert publish_all([1] * 5_000, tidied_every=5_000)[1] <= 12


def test_nothing_is_replaced_where_somebody_else_replaced_it_meanwhile():
    a, b, c = (segment(1, at) for at in (1, 2, 3))
    merged = segment(2, 1)
    assert replaced((a, b, c), (a, b), (merged,)) == (merged, c)
    assert replaced((merged, c), (a, b), (segment(2, 1),)) is None


def merged_once(stack: list[int]) -> int:
    """Merges in place; gives the rows that were written."""
    where = places(stack)
    if where:
        stack[where[0] : where[-1] + 1] = [sum(stack[where[0] : where[-1] + 1])]
    return stack[where[0]] if where else 0


def publish_all(sizes: list[int], tidied_every: int = 1) -> tuple[int, int, float]:
    """(most segments after a tidying, segments at the end, how often each row was written): a plain simulation."""
    stack: list[int] = []
    most = written = 0
    for i, size in enumerate(sizes):
        stack.append(size)
        written += size
        while i % tidied_every == 0 or i == len(sizes) - 1:
            rows = merged_once(stack)
            written += rows
            if not rows:
                most = max(most, len(stack))
                break
    assert sum(stack) == sum(sizes)
    return most, len(stack), written / sum(sizes)


SHAPES = {
    "one event a publish": lambda *_: 1,
    "random small": lambda _, r: r.randint(1, 10),
    "rarely a backfill": lambda _, r: 50_000 if r.random() < 0.001 else r.randint(1, 5),
    "heavy tail": lambda _, r: int(r.paretovariate(0.7)) + 1,
    "shrinking": lambda i, _: 100_000 // (i + 1) + 1,
    "sawtooth": lambda i, _: 4 ** (9 - i % 10),
    "ten million rows": lambda *_: 3_000,
}


@pytest.mark.parametrize("tidied_every", [1, 4])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_thousands_of_publishes_leave_few_segments_and_write_each_row_few_times(shape, tidied_every):
    dice = random.Random(1)
    sizes = [shape(i, dice) for i in range(3_000)]
    most, _, times = publish_all(sizes, tidied_every)
    assert most <= 30 + 2 * sum(sizes) / F
    assert times <= 15


@given(st.lists(st.integers(1, 10**6) | st.integers(1, 4), min_size=1, max_size=120))
def test_no_sequence_of_sizes_leaves_more_segments_than_its_logarithm_and_the_full_ones(sizes):
    most, _, _ = publish_all(sizes)
    assert most <= 3 * max(1, sum(sizes).bit_length()) + 1 + 4 * sum(sizes) / F


@given(st.lists(st.integers(1, 10**6), max_size=30))
def test_a_merge_takes_neighbours_that_are_not_full(sizes):
    where = places(sizes)
    assert where == list(range(where[0], where[-1] + 1)) if where else True
    assert all(sizes[i] < F for i in where)
    assert len(where) != 1
    assert sum(sizes[i] for i in where) <= 2 * F
