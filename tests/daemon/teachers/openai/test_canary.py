"""What an answer to the canary shows."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.teachers.openai.canary import canary, complaint, switch_on
from daemon.teachers.openai.wire import Completion


def said(content: str | None, *, cut: bool = False) -> Completion:
    choice = {"message": {"content": content}, "finish_reason": "length" if cut else "stop"}
    return Completion.model_validate({"model": "m", "choices": [choice]})


ANSWER = '{"rationale": "A balance sheet \\"shows\\" \\u00e9\\\\", "summary": "Assets."}'
DECLINE = '{"declined": "I was asked for prose"}'
PROSE = "A balance sheet shows what a company owns and owes."


@pytest.mark.parametrize(
    "content",
    [ANSWER, DECLINE, f"  {ANSWER}\n", '{"summary": "y", "rationale": "x"}', '{"rationale": "", "summary": ""}'],
)
def test_an_object_of_the_schema_and_nothing_else_is_obedience(content):
    assert complaint(said(content)) is None


@pytest.mark.parametrize(
    "content",
    [
        PROSE,
        f"```json\n{ANSWER}\n```",
        f"Here it is: {ANSWER}",
        '{"text": "A balance sheet shows"}',
        '{"rationale": 1, "summary": "y"}',
        '{"rationale": "x", "summary": "y", "more": "z"}',
        "[]",
        "null",
        '"x"',
        ANSWER[:-1],  # it says that it stopped by itself
        "[" * 100_000,
    ],
)
def test_anything_else_is_none(content):
    assert "was asked for JSON" in complaint(said(content))


@pytest.mark.parametrize("content", [None, "", " \n\n "])
def test_an_answer_of_nothing_is_none_either(content):
    assert "answered nothing" in complaint(said(content, cut=True))


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
OBJECTS = st.builds(lambda r, s: {"rationale": r, "summary": s}, WORDS, WORDS) | st.builds(
    lambda d: {"declined": d}, WORDS
)


@given(OBJECTS, st.data(), st.booleans(), st.booleans())
def test_an_object_that_the_limit_cut_behind_its_first_key_is_obedience(value, data, ascii_only, compact):
    whole = json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":") if compact else None)
    key_ends = whole.index(":") + 1
    end = data.draw(st.integers(key_ends, len(whole)))
    assert complaint(said(whole[:end], cut=True)) is None


@given(st.integers(0, len(PROSE)), st.sampled_from(["", "{", '{"', '{"rationale', '{"rationale" = "', '{"text": "']))
def test_prose_that_the_limit_cut_is_none(length, before):
    assert complaint(said(before + PROSE[:length], cut=True)) is not None


def test_the_canary_names_neither_json_nor_a_field():
    body = canary("m")
    text = " ".join(message.content for message in body.messages).lower()
    assert not {"json", "rationale", "summary", "declined"} & {*text.split()} and "json" not in text
    assert [message.role for message in body.messages] == ["system", "user"]


@pytest.mark.parametrize(
    ("owner", "words"),
    [
        ("vllm", "--structured-outputs-config.backend"),
        ("sglang", "--grammar-backend"),
        ("llamacpp", "llama-server"),
        ("library", "Ollama 0.5"),
    ],
)
def test_each_known_server_gets_its_own_advice_and_an_unknown_one_all_of_it(owner, words):
    assert words in switch_on(owner) and words in switch_on("somebody") and words in switch_on(None)
    assert len(switch_on(owner)) < len(switch_on(None))


def test_an_unknown_server_is_told_of_the_one_that_passes_every_schema_over():
    assert "transformers serve" in switch_on("somebody")
