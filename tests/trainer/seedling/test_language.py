"""The invented text: the same for the same seed, on any Python, and filled to the last slot."""

import hashlib
import random
import re
import subprocess
import sys

import pytest

from trainer.seedling.figures import MAKERS
from trainer.seedling.language import babble, fill, sentence, sentences
from trainer.seedling.lexicon import SLOTS
from trainer.seedling.patterns import TOPICS


def text(seed: int) -> str:
    return " ".join(sentences(random.Random(seed), characters=1400, babbled=0.2))


def test_the_text_of_a_seed_is_frozen_so_a_seedling_can_be_made_again_elsewhere():
    digest = hashlib.sha256("\n".join(text(seed) for seed in range(20)).encode()).hexdigest()
    assert digest[:16] == "f1dbd7e0c4541248"


def test_another_seed_gives_another_text():
    assert len({text(seed) for seed in range(50)}) == 50


@pytest.mark.parametrize("pattern", [p for topic in TOPICS for p in topic] + [e for es in SLOTS.values() for e in es])
def test_every_slot_of_every_pattern_can_be_filled(pattern):
    slots = set(re.findall(r"\{(\w+)\}", pattern))
    assert slots <= set(SLOTS) | set(MAKERS)
    assert "{" not in fill(pattern, random.Random(3))


def test_an_unknown_slot_is_an_error_not_a_gap():
    with pytest.raises(KeyError, match="weather_on_mars"):
        fill("because of {weather_on_mars}", random.Random(0))


def test_sentences_end_as_sentences_and_reach_the_length_asked_for():
    found = sentences(random.Random(5), characters=1400, babbled=0.3)
    assert all(one[-1] in ".:" and not one[0].islower() for one in found)
    assert 1400 <= len(" ".join(found)) + 1 < 2000


def test_most_result_sentences_carry_figures_and_babble_has_no_pattern():
    rng = random.Random(9)
    assert sum(bool(re.search(r"\d", sentence(rng, TOPICS[0]))) for _ in range(200)) > 150
    assert len({babble(rng).split()[1] for _ in range(200)}) > 150


def test_the_package_and_everything_that_does_not_train_load_without_torch():
    light = ["__init__", "card", "figures", "language", "lexicon", "patterns", "plan", "tasks", "tokenizer", "__main__"]
    code = "import sys, importlib\n" + "\n".join(
        f"importlib.import_module('trainer.seedling{'' if name == '__init__' else '.' + name}')" for name in light
    )
    code += "\nassert not {'torch', 'transformers'} & set(sys.modules)"
    subprocess.run([sys.executable, "-P", "-c", code], check=True, timeout=60)
