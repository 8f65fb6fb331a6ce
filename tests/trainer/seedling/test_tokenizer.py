# ruff: noqa: RUF001 - typographic quotes are what filings have
"""The shipped tokenizer, through the same AutoTokenizer that loads TinyLlama's."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.task import student_prompt
from trainer.seedling import SEEDLING_DIR


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(SEEDLING_DIR, local_files_only=True)


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_comes_back_as_it_was(tokenizer, text):
    ids = tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
    assert tokenizer.unk_token_id not in ids
    assert tokenizer.decode(ids) == text


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\n", " two  spaces ", "$1,234.5 million (3.2)%", "“quoted” – it’s", "日本語", "</s>", "<|user|>\n"],
)
def test_the_awkward_ones_too(tokenizer, text):
    ids = tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
    assert tokenizer.decode(ids) == text


def test_the_special_tokens_are_those_of_the_real_student_but_padding_is_not_the_end():
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(SEEDLING_DIR, local_files_only=True)
    assert (tokenizer.bos_token, tokenizer.eos_token, tokenizer.unk_token) == ("<s>", "</s>", "<unk>")
    assert (tokenizer.bos_token_id, tokenizer.eos_token_id) == (1, 2)
    assert tokenizer.pad_token_id not in (tokenizer.eos_token_id, tokenizer.bos_token_id, tokenizer.unk_token_id)
    assert tokenizer("Net sales rose.")["input_ids"][0] == tokenizer.bos_token_id


def test_the_chat_template_is_zephyr_to_the_last_newline(tokenizer):
    messages = [{"role": "user", "content": student_prompt("summary", "Net sales rose 4%.")}]
    asked = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert asked == "<|user|>\n[summarize]\nNet sales rose 4%.</s>\n<|assistant|>\n"


def test_a_whole_conversation_is_zephyr_too(tokenizer):
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi"},
    ]
    text = tokenizer.apply_chat_template(messages, tokenize=False)
    assert text == "<|system|>\nBe brief.</s>\n<|user|>\nHello</s>\n<|assistant|>\nHi</s>\n"


def test_digits_are_single_tokens_so_a_copied_figure_is_spelt_out(tokenizer):
    assert len(tokenizer("1234567", add_special_tokens=False)["input_ids"]) == 7
