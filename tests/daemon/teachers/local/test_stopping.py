"""Each row of a batch ends at its own brace: at any token boundary, and through transformers' own generate()."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.teachers.local.vocabulary import joined, token_bytes
from store.task import Answer
from tests.model_tokenizers import write_llama3_tokenizer, write_tinyllama_tokenizer
from tests.models import write_llama3

if TYPE_CHECKING:
    from daemon.teachers.local.stopping import AnswerComplete

GOOD = '{"rationale": "1. It is about sales.", "summary": "Sales rose {by} 9%."}'
SCHEMA = json.dumps(Answer.model_json_schema())
END, PAD = 7, 8
# One token a piece; a closing brace may come with other bytes.
PIECES: tuple[bytes | None, ...] = (
    *(b'{"rationale": "a b', b'", "summary": "c d', b'"}', b'"} so {', b"}", b"{}", b" word"),
    *(None, None),
    *(b"\xe2\x82", b"\xac", b"\\", b'"'),
)


def stopper(
    vocabulary: Sequence[bytes | None] = PIECES, *, prompt_width: int = 0, end_ids: Sequence[int] = (END,)
) -> "AnswerComplete":
    from daemon.teachers.local.stopping import AnswerComplete

    return AnswerComplete(vocabulary, prompt_width=prompt_width, end_ids=end_ids)


def steps(rows: Sequence[Sequence[int]], said_by: "AnswerComplete", *, prompt: int = 0) -> Iterator[list[bool]]:
    """What the stopper says as the rows grow by one id each, from behind the prompt on."""
    import torch

    ids = torch.tensor(rows)
    for width in range(prompt + 1, ids.shape[1] + 1):
        done = said_by(ids[:, :width], None)
        assert done.dtype == torch.bool and done.device == ids.device
        yield done.tolist()


@pytest.mark.parametrize(
    ("ids", "at"),
    [
        ([0, 1, 2, 6, 6, 6], 2),
        ([0, 1, 3, 6, 6, 6], 2),  # "} so {
        ([5, 0, 1, 2, 6, 6], 3),  # {} is no answer
        ([6, 6, END, PAD, PAD, PAD], 2),
        ([0, 9, 10, 1, 2, 6], 4),  # half a character a token
        ([0, 11, 12, 1, 2, 6], 4),  # an escape in two tokens
        ([0, PAD, 1, 2, 6, 6], 3),  # a control token says nothing
        ([0, 1, 99, 2, 6, 6], 3),  # nor does an id beyond the vocabulary
        ([6, 4, 5, 0, 1, 6], None),
    ],
)
def test_a_row_is_done_from_its_last_token_on(ids: list[int], at: int | None) -> None:
    said = [done for (done,) in steps([ids], stopper())]
    assert said == [at is not None and step >= at for step in range(len(ids))]


def test_an_answer_in_the_prompt_is_not_the_rows_own() -> None:
    prompt = [0, 1, 2]
    said = list(steps([[*prompt, 6, 0, 1, 2], [*prompt, 0, 1, 2, 6]], stopper(prompt_width=3), prompt=3))
    assert said == [[False, False], [False, False], [False, True], [True, True]]


def test_generate_pads_a_finished_row_because_of_an_attribute() -> None:
    assert stopper().eos_token_id == (END,)


@cache
def tokenizer(kind: str) -> tuple[Any, tuple[bytes | None, ...]]:
    from transformers import AutoTokenizer

    with TemporaryDirectory() as folder:
        {"llama3": write_llama3_tokenizer, "tinyllama": write_tinyllama_tokenizer}[kind](Path(folder), 4096)
        loaded = AutoTokenizer.from_pretrained(folder)
    return loaded, token_bytes(loaded)


# SentencePiece takes U+2581 for a space.
TEXT = st.text(st.characters(exclude_characters="\u2581", exclude_categories=["Cs"]), min_size=1, max_size=20)


@pytest.mark.parametrize("kind", ["llama3", "tinyllama"])
@settings(max_examples=60, deadline=None)
@given(
    before=st.sampled_from(["", "Sure:\n```json\n", "{} {", SCHEMA]),
    fields=st.tuples(TEXT, TEXT),
    after=TEXT,
    ascii_only=st.booleans(),
)
def test_a_row_stops_at_the_token_that_holds_its_brace(
    kind: str, before: str, fields: tuple[str, str], after: str, ascii_only: bool
) -> None:
    words, vocabulary = tokenizer(kind)
    answer = json.dumps({"rationale": f"1. {fields[0]}", "summary": fields[1]}, ensure_ascii=ascii_only)
    ids = words.encode(before + answer + after, add_special_tokens=False, split_special_tokens=True)
    said = [done for (done,) in steps([ids], stopper(vocabulary, end_ids=()))]
    left = len(after.encode())
    expected = next(n for n in range(len(ids)) if len(joined(vocabulary, ids[n + 1 :])) <= left)
    assert joined(vocabulary, ids).endswith((answer + after).encode()) and said.index(True) == expected


def test_in_generate_each_row_stops_at_its_brace_and_the_rest_of_it_is_pads(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = write_llama3(tmp_path, vocab=2048)
    words, model = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder)
    end, pad = words.convert_tokens_to_ids(["<|eot_id|>", "<|reserved_special_token_0|>"])
    escaped = "```json\n" + GOOD.replace("sales", '€ \\\\ \\" sales')
    complete, endless = [GOOD, f"{{}} {GOOD}", escaped, "No, I'd rather<|eot_id|>"], [SCHEMA, '{"declined": ']
    scripts = [
        words.encode(text + " and so on, {}" * 99, add_special_tokens=False)[:300] for text in complete + endless
    ]
    vocabulary = token_bytes(words)
    rows = generated(model, scripts, stopper(vocabulary, prompt_width=4, end_ids=[end]), pad=pad)
    for row, script, text in zip(rows, scripts, complete, strict=False):
        length = row.index(pad)
        assert row == [*script[:length], *[pad] * (300 - length)]
        assert joined(vocabulary, row).decode() == text.removesuffix("<|eot_id|>")
    assert rows[len(complete) :] == scripts[len(complete) :]


def generated(model: Any, scripts: Sequence[Sequence[int]], stops: "AnswerComplete", *, pad: int) -> list[list[int]]:
    """What `model` says behind four tokens of prompt, made to say `scripts` however long it is let to."""
    import torch
    from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList, StoppingCriteriaList

    class Scripted(LogitsProcessor):
        def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
            said = [script[input_ids.shape[1] - 4] for script in scripts]
            return torch.full_like(scores, -torch.inf).scatter(1, torch.tensor(said)[:, None], 0.0)

    model.generation_config = GenerationConfig()
    prompts = torch.full((len(scripts), 4), 5)
    ids = model.generate(
        prompts,
        attention_mask=torch.ones_like(prompts),
        generation_config=GenerationConfig(max_new_tokens=len(scripts[0]), do_sample=False, pad_token_id=pad),
        logits_processor=LogitsProcessorList([Scripted()]),
        stopping_criteria=StoppingCriteriaList([stops]),
    )
    return ids[:, 4:].tolist()
