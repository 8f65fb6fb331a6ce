"""The practice rows: what is asked can be answered from what is shown."""

import random

import pytest

from trainer.seedling.tasks import copy_row, copy_rows, frame, quote_rows
from trainer.seedling.tokenizer import BOS_ID, EOS_ID, learn_tokenizer


@pytest.fixture(scope="module")
def tokenizer():
    return learn_tokenizer(3, texts=60)


@pytest.fixture(scope="module")
def encode(tokenizer):
    return lambda texts: [list(e.ids) for e in tokenizer.encode_batch(list(texts), add_special_tokens=False)]


def test_a_copy_row_says_the_same_tokens_twice_and_only_the_second_time_counts():
    row = copy_row(random.Random(1), length=5, alphabet=100, vocabulary=1024)
    assert row.ids[0] == BOS_ID
    assert row.ids[1:7] == row.ids[row.answer_start :]
    assert row.ids[-1] == EOS_ID


def test_copies_use_no_special_token_and_no_more_letters_than_allowed():
    row = copy_row(random.Random(1), length=300, alphabet=7, vocabulary=1024)
    assert len(set(row.ids) - {BOS_ID, EOS_ID}) <= 7
    assert min(set(row.ids) - {BOS_ID, EOS_ID}) > 3


def test_rows_of_one_batch_have_one_length():
    rows = copy_rows(random.Random(2), rows=6, shortest=4, longest=40, vocabulary=1024)
    assert len({len(row.ids) for row in rows}) == 1


def test_every_quoted_sentence_stands_in_its_text(tokenizer, encode):
    for row in quote_rows(random.Random(4), encode, rows=12, characters=500, quoted=(1, 1)):
        prompt = tokenizer.decode(row.ids[: row.answer_start])
        answer = tokenizer.decode(row.ids[row.answer_start :])
        assert answer and answer in prompt


def test_a_row_is_framed_as_the_chat_template_does(tokenizer, encode):
    (row,) = frame(random.Random(0), encode, prompts=["[summarize]\nA. B."], answers=["B."])
    text = tokenizer.decode(row.ids, skip_special_tokens=False).removeprefix("<s>").removeprefix(" ")
    assert text == "<|user|>\n[summarize]\nA. B.</s>\n<|assistant|>\nB.</s>"


def test_the_prompt_is_encoded_alike_whether_joined_or_spliced(encode):
    (whole,) = encode(["[summarize]\nNet sales rose."])
    (head, tail) = encode(["[summarize]\n", "Net sales rose."])
    assert whole == head + tail
