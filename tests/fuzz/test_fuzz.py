"""Mutated filings against the reader for a minute, where atheris runs; and its own laws, everywhere."""

import importlib.util
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.filing import ChunkOptions, extract
from tests.fuzz.__main__ import mutating
from tests.fuzz.fragments import ERAS, OF, seeds
from tests.fuzz.targets import OPTIONS, TARGETS, Unlawful, is_visible, lawful_extraction

ROOT = Path(__file__).resolve().parents[2]
# A minute in all; the three targets that everything passes get the most of it.
SECONDS = {"sgml": 14, "html": 14, "items": 14, "identity": 8, "filing": 10}


@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this Python or machine"
)
@pytest.mark.parametrize("target", SECONDS)
def test_mutated_filings_are_read_or_refused(tmp_path, target):
    command = [sys.executable, "-m", "tests.fuzz", target, "--seconds", str(SECONDS[target]), "--into", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    done = re.search(r"Done (\d+) runs", run.stderr)
    assert done is not None and int(done[1]) > 100, run.stderr[-3000:]


@pytest.mark.parametrize(("target", "seed"), [(name, seed) for name in TARGETS for seed in seeds(name)])
def test_every_seed_obeys_the_laws(target, seed):
    TARGETS[target](seed)


@pytest.mark.parametrize("era", ERAS)
def test_a_filing_of_each_era_reaches_the_end_of_the_way(era):
    assert extract(ERAS[era].encode(), form=None, options=OPTIONS).passages


def broken(**changes):
    """An extraction whose first passage was changed."""
    found = extract(ERAS["1993"].encode(), form=None, options=OPTIONS)
    first, *others = found.passages
    return replace(found, passages=(replace(first, **changes), *others))


@pytest.mark.parametrize(
    "changes",
    [{"char_start": 1}, {"text": "another"}, {"item": "99"}, {"char_end": 10_000}],
    ids=lambda c: next(iter(c)),
)
def test_a_passage_that_is_not_what_it_says_is_caught(changes):
    with pytest.raises(Unlawful):
        lawful_extraction(broken(**changes), OPTIONS)


def test_a_passage_longer_than_a_chunk_is_caught():
    with pytest.raises(Unlawful):
        lawful_extraction(broken(), ChunkOptions(size=30, overlap=0, min_prose=1))


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\u202e", "\u200b", "\u2066", "\ufeff", "\x85", "\U000e0041"])
def test_an_invisible_character_is_caught(character):
    assert is_visible("Sales rose.") and not is_visible(f"Sales{character} rose.")


@pytest.mark.parametrize("target", OF)
def test_a_mutation_is_never_longer_than_it_may_be_and_half_of_them_put_fragments_in(target):
    mutate = mutating(OF[target], lambda data, longest: data[:longest])
    found = [mutate(b"Item 1. Business", 60, seed * 2_654_435_761 % 2**32) for seed in range(200)]
    assert all(len(data) <= 60 for data in found)
    assert 50 < sum(data != b"Item 1. Business" for data in found) < 150
