import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.directory import Directory
from daemon.settings import ConfigProblem
from daemon.splits import SplitRule, resolve

ALPHABET, GOOGLE, APPLE = 1652044, 1288776, 320193


@pytest.fixture
def directory(tmp_path):
    """What is known without asking EDGAR."""
    return Directory(tmp_path, client=None)


def test_a_listed_company_is_held_out_and_says_so():
    assigned = SplitRule(frozenset({APPLE}), 0.0).split_of(APPLE, "0000320193")
    assert (assigned.split, assigned.rule) == ("heldout", "listed in evaluator.heldout")


def test_a_predecessor_shares_its_successors_split(directory):
    rule = SplitRule(resolve(["GOOGL"], directory), 0.0)
    assert rule.split_of(GOOGLE, "0001288776").split == rule.split_of(ALPHABET, "0001652044").split == "heldout"


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_the_hash_rule_is_the_design_s(share):
    # sha256("split-v1|0000320193"), its first 8 bytes over 2^64
    place = int.from_bytes(hashlib.sha256(b"split-v1|0000320193").digest()[:8], "big") / 2**64
    assert SplitRule(frozenset(), share).split_of(APPLE, "0000320193").split == (
        "heldout" if place < share else "train"
    )


def test_the_frozen_place_of_one_company():
    assert SplitRule(frozenset(), 0.5).split_of(APPLE, "x").rule.startswith("hash 0.")


@given(st.integers(1, 9_999_999_999), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_only_adds_held_out_companies(cik, one, other):
    small, large = sorted((one, other))
    if SplitRule(frozenset(), small).split_of(cik, "x").split == "heldout":
        assert SplitRule(frozenset(), large).split_of(cik, "x").split == "heldout"


@given(st.sampled_from([GOOGLE, ALPHABET]), st.floats(0, 1))
def test_a_predecessor_shares_the_hash_too(cik, share):
    rule = SplitRule(frozenset(), share)
    assert rule.split_of(cik, "x") == rule.split_of(ALPHABET, "y")


def test_a_company_without_cik_is_placed_by_its_local_id():
    rule = SplitRule(frozenset(), 0.5)
    assert {rule.split_of(None, f"local-{n:012x}").split for n in range(40)} == {"train", "heldout"}


@pytest.mark.parametrize(
    ("names", "ciks"),
    [
        (["GOOGL"], {ALPHABET}),
        (["goog", "1288776"], {ALPHABET}),
        (["AAPL", "789019"], {APPLE, 789019}),
        (["CIK0000320193"], {APPLE}),
        ([], set()),
    ],
)
def test_tickers_and_ciks_resolve_to_successors_ciks(directory, names, ciks):
    assert resolve(names, directory) == ciks


def test_a_ticker_that_cannot_be_resolved_stops_the_service(directory):
    with pytest.raises(ConfigProblem, match=r"'NVDA' cannot be resolved: .* write its CIK instead"):
        resolve(["NVDA"], directory)
