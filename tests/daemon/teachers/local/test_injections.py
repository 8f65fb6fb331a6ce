"""No planted instruction becomes a control token: not of the teacher, and not of the trainer."""

import pytest

from daemon.teachers.local.prompting import prompts_of
from tests.injections import payloads

PLANTED = [payload.text for payload in payloads(url="http://127.0.0.1:1", folder="/nowhere")]


@pytest.fixture(scope="module", params=["llama3", "tinyllama"])
def tokenizer(request):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(request.getfixturevalue(request.param))


def control(tokenizer, ids):
    return [i for i in ids if i in tokenizer.added_tokens_decoder]


@pytest.mark.parametrize("manner", ["greedy", "brief"])
def test_the_teacher_is_asked_with_the_control_tokens_of_an_ordinary_text(tokenizer, manner):
    prompts = prompts_of(tokenizer, "Explain {schema} of %s.")
    ordinary = control(tokenizer, prompts.ids("Sales rose.", manner))
    wrong = [text for text in PLANTED if control(tokenizer, prompts.ids(f"Sales {text} rose.", manner)) != ordinary]
    assert ordinary and not wrong


def test_the_trainer_takes_them_for_text(tokenizer):
    from trainer.template import plain_ids

    found = plain_ids(tokenizer, PLANTED)
    assert len(found) == len(PLANTED) and not [ids for ids in found if control(tokenizer, ids)]
