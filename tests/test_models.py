"""The models made on the spot load, tokenise and speak as the tests that use them expect."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.models import LLAMA3_8B, TINYLLAMA_1B, Habit, write_llama3, write_tinyllama

Write = Callable[..., Path]
CONTROL = ("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
TEXTS = ("The company's revenue rose 12.5% to $1,234 million.", "Ünïcode \u2013 \u6f22\u5b57 \U0001f600", '{"a":"b"}\n')


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    return {
        "llama3": write_llama3(folder / "llama3"),
        "small llama3": write_llama3(folder / "small", vocab=4096),
        "tinyllama": write_tinyllama(folder / "tinyllama"),
    }


def tokenizer_of(folder: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder, trust_remote_code=False)


def test_control_tokens_have_the_ids_of_the_originals(folders: dict[str, Path]) -> None:
    llama3, tinyllama = tokenizer_of(folders["llama3"]), tokenizer_of(folders["tinyllama"])
    assert llama3.convert_tokens_to_ids(list(CONTROL)) == [128000, 128001, 128006, 128007, 128009]
    assert (len(llama3), llama3.pad_token, llama3.eos_token) == (128_256, None, "<|eot_id|>")
    assert tinyllama.convert_tokens_to_ids(["<unk>", "<s>", "</s>", "<0x0A>"]) == [0, 1, 2, 13]
    assert (len(tinyllama), tinyllama.pad_token) == (32_000, "</s>")


@pytest.mark.parametrize("name", ["llama3", "small llama3", "tinyllama"])
def test_any_text_survives_its_tokens(folders: dict[str, Path], name: str) -> None:
    tokenizer = tokenizer_of(folders[name])
    ids = [tokenizer(text).input_ids for text in TEXTS]
    assert [tokenizer.decode(row, skip_special_tokens=True) for row in ids] == list(TEXTS)
    assert {row[0] for row in ids} == {tokenizer.bos_token_id}


def test_a_chat_looks_as_the_originals_write_it(folders: dict[str, Path]) -> None:
    chat = [{"role": "system", "content": "S"}, {"role": "user", "content": " U "}]
    llama3, tinyllama = (
        tokenizer_of(folders[name]).apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
        for name in ("llama3", "tinyllama")
    )
    assert llama3 == (
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nU<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    )
    assert tinyllama == "<|system|>\nS</s>\n<|user|>\n U </s>\n<|assistant|>\n"


@pytest.mark.parametrize("write", [write_llama3, write_tinyllama])
def test_a_seed_fixes_every_byte_of_a_model(tmp_path: Path, write: Write) -> None:
    one, same, other = (write(tmp_path / str(n), vocab=4096, seed=seed) for n, seed in enumerate((1, 1, 2)))
    weights = [(folder / "model.safetensors").read_bytes() for folder in (one, same, other)]
    assert weights[0] == weights[1] != weights[2]
    assert (one / "tokenizer.json").read_bytes() == (other / "tokenizer.json").read_bytes()


@pytest.mark.parametrize(
    ("shape", "vocab", "parameters"), [(LLAMA3_8B, 128_256, 8.03e9), (TINYLLAMA_1B, 32_000, 1.1e9)]
)
def test_the_real_shapes_have_as_many_parameters_as_the_originals(shape: Any, vocab: int, parameters: float) -> None:
    assert shape.parameters(vocab) == pytest.approx(parameters, rel=1e-3)


@pytest.mark.parametrize("habit", ["ends", "loops"])
def test_a_model_biased_towards_english_says_sentences_and_ends_them(tmp_path: Path, habit: Habit) -> None:
    said = sampled(write_llama3(tmp_path, vocab=4096, english=habit), '{"rationale":"', rows=32)
    ended = [answer for answer in said if answer.endswith('."')]
    assert len(ended) >= 28
    assert not any(character.isdigit() for answer in said for character in answer)
    assert all(answer.split()[0] in {"The", "Our", "This", "Its", "Such", "These"} for answer in said)


def sampled(folder: Path, prompt: str, *, rows: int) -> list[str]:
    import torch
    from transformers import AutoModelForCausalLM, GenerationConfig

    tokenizer = tokenizer_of(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=False)
    quote, ids = tokenizer.convert_tokens_to_ids('"'), tokenizer(prompt, return_tensors="pt").input_ids
    settings = {"do_sample": True, "temperature": 1.0, "top_p": 1.0, "max_new_tokens": 256, "pad_token_id": 0}
    torch.manual_seed(0)
    out = model.generate(ids.repeat(rows, 1), generation_config=GenerationConfig(**settings, eos_token_id=quote))
    answers = out[:, ids.shape[1] :].tolist()
    return [tokenizer.decode(row[: row.index(quote) + 1] if quote in row else row) for row in answers]
