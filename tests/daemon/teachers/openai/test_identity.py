"""Who answers, from what each kind of server says of itself."""

import pytest

from daemon.teachers.openai.identity import Identity, card_of, revision_of
from daemon.teachers.openai.wire import Completion, ModelCard

VLLM = ModelCard(id="llama", owned_by="vllm", root="/models/llama-3.1-8b")
LLAMA_CPP = ModelCard.model_validate(
    {"id": "a.gguf", "owned_by": "llamacpp", "aliases": ["llama"], "meta": {"n_params": 8, "size": 4, "n_ctx": 512}}
)
OLLAMA = ModelCard(id="llama3.1:latest", owned_by="library")
HOSTED = ModelCard(id="gpt", owned_by="system")


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("llama", VLLM),
        ("a.gguf", LLAMA_CPP),
        ("llama3.1", OLLAMA),
        ("llama3.1:latest", OLLAMA),
        ("gpt:latest", None),
        ("nobody", None),
    ],
)
def test_the_configured_model_is_found_in_the_list(model, found):
    assert card_of(model, [VLLM, LLAMA_CPP, OLLAMA, HOSTED]) is found


def test_an_alias_names_a_model_of_llama_cpp():
    assert card_of("llama", [LLAMA_CPP]) is LLAMA_CPP


@pytest.mark.parametrize(
    ("card", "answered_as", "own_words", "revision"),
    [
        (VLLM, "llama", None, "/models/llama-3.1-8b"),
        (LLAMA_CPP, "a.gguf", None, "8 parameters in 4 bytes"),
        (OLLAMA, "llama3.1:latest", "sha256:5f", "sha256:5f"),
        (OLLAMA, "llama3.1", "sha256:5f", "sha256:5f, llama3.1"),
        (HOSTED, "gpt-2026-08-07", None, "gpt-2026-08-07"),
        (HOSTED, "gpt", None, "gpt"),
    ],
)
def test_the_revision_is_what_the_server_says_beyond_the_name(card, answered_as, own_words, revision):
    assert revision_of(card, answered_as, own_words) == revision


@pytest.mark.parametrize(
    ("model", "fingerprint", "watch", "signs"),
    [
        ("m", "f", True, True),
        ("m", "g", True, False),
        ("m", None, True, False),
        ("n", "f", True, False),
    ],
)
def test_an_answer_is_signed_by_model_and_fingerprint(model, fingerprint, watch, signs):
    answer = Completion.model_validate(
        {"model": model, "system_fingerprint": fingerprint, "choices": [{"message": {"content": ""}}]}
    )
    assert Identity("m", "r", "f").signs(answer, watch=watch) is signs
    assert Identity("m", "r", None).signs(answer, watch=False) is (model == "m")
