import re

import pytest

from trainer.commits import commit_of


@pytest.mark.parametrize("model", ["meta-llama/Meta-Llama-3-8B-Instruct", "TinyLlama/TinyLlama-1.1B-Chat-v1.0"])
def test_the_default_pair_stands_at_commits(model):
    assert re.fullmatch(r"[0-9a-f]{40}", commit_of(model) or "")


def test_another_model_does_not():
    assert commit_of("somebody/else") is None
