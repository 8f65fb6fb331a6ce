"""What the samples may and may not share: with the seedling's own corpus, between the splits, between seeds."""

import os
import random
import subprocess
import sys
from pathlib import Path

from daemon.samples import HELDOUT_CIKS, write_samples
from store.ids import sha256_hex, text_id
from trainer.seedling.language import sentences


def text_ids(filings):
    return {text_id(p.text) for one in filings for p in one.extraction.passages}


def said(filings):
    """Single sentences, the finest that could be shared."""
    texts = (p.text for one in filings for p in one.extraction.passages)
    return {sentence.strip() for text in texts for sentence in text.replace("\n", " ").split(". ")}


def digest(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return sha256_hex("".join(f"{path.relative_to(folder)}{sha256_hex(path.read_bytes())}" for path in files))


def split(filings, *, heldout):
    return [one for one in filings if (one.sample.cik in HELDOUT_CIKS) == heldout]


def test_held_out_and_training_companies_share_no_text(filings, other_seeds):
    for seed in (filings, *other_seeds):
        assert text_ids(split(seed, heldout=True)) & text_ids(split(seed, heldout=False)) == set()


def test_hardly_a_text_comes_twice(filings):
    assert len(text_ids(filings)) >= 0.97 * sum(len(one.extraction.passages) for one in filings)


def test_the_seedling_was_raised_on_none_of_it(filings):
    # Its corpus is drawn from the same calls without end: 2,000 texts of every length and kind stand for it. That no
    # single sentence is shared says more: the two have no pattern in common.
    rng = random.Random("seedling")
    corpus = [sentences(rng, characters=rng.randint(150, 1700), babbled=rng.choice([0.0, 0.3])) for _ in range(2000)]
    assert text_ids(filings).isdisjoint(text_id(" ".join(text)) for text in corpus)
    assert said(filings).isdisjoint(one.rstrip(".:") for text in corpus for one in text)


def test_another_seed_tells_other_figures_in_other_words(filings, other_seeds):
    for other in other_seeds:
        assert len(text_ids(filings) & text_ids(other)) <= 0.02 * len(text_ids(filings))


def test_the_same_seed_gives_the_same_bytes_in_any_process(folder, filings, tmp_path):
    command = [sys.executable, "-P", "-m", "daemon.samples", "--out", str(tmp_path)]
    home = Path(__file__).resolve().parents[3]
    environment = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": str(home)}
    listed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    assert digest(tmp_path) == digest(folder)
    assert listed.count("\n") == len(filings)


def test_writing_twice_changes_nothing(tmp_path):
    first = write_samples(tmp_path)
    before = digest(tmp_path)
    assert write_samples(tmp_path) == first
    assert digest(tmp_path) == before
