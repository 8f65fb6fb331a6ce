"""Does a server decode inside the schema? They fail open, with HTTP 200: so it is asked for prose and must not say any."""

import json
import re
from typing import Final

from daemon.answers import Declined
from daemon.teachers.openai.wire import ANSWER_FORMAT, ChatRequest, Completion, Message
from store.task import Answer

# A hundred words of prose fit, and so does the object; one that babbles on is cut off, which is enough to judge it by.
_TOKENS: Final = 256
_ASKED: Final = (
    Message(role="system", content="You write plain English prose, nothing else."),
    Message(
        role="user", content="Tell me in two or three sentences what a balance sheet shows. Begin with: A balance sheet"
    ),
)
# What may still be missing of an object that was cut off.
_ENDINGS: Final = ('"","summary":""}', '""}')
_CLOSINGS: Final = tuple(ending[start:] for ending in _ENDINGS for start in range(len(ending)))
_FIRST_KEY: Final = re.compile(r'\{\s*"(?:rationale|declined)"\s*:')
_HALF_ESCAPE: Final = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?\Z")
_SWITCHES: Final = {
    "vllm": "vLLM does so by itself (--structured-outputs-config.backend auto; before 0.11 start it with "
    "--guided-decoding-backend xgrammar): see that no proxy drops response_format",
    "sglang": "start SGLang with --grammar-backend xgrammar (its default), not none; its log says when it cannot",
    "llamacpp": "take a llama-server of March 2025 or later, and a chat template that knows json_schema (those of Kimi and "
    "Functionary do not)",
    "library": "take Ollama 0.5 or later, with a model on this machine: its cloud does not constrain",
}
_NOBODY: Final = "transformers serve passes every schema over: take one of these"


def canary(model: str) -> ChatRequest:
    return ChatRequest(model=model, messages=_ASKED, temperature=0.0, max_tokens=_TOKENS, response_format=ANSWER_FORMAT)


def complaint(completion: Completion) -> str | None:
    """Why the answer to the canary shows that the schema was not obeyed; None if it was."""
    raw = completion.raw.strip()
    if not raw:
        return "it answered nothing (a model that thinks first must have that switched off)"
    if _is_answer(raw) or (completion.truncated and _begins_an_answer(raw)):
        return None
    return f"it was asked for JSON of a schema and said {raw[:200]!r}"


def switch_on(owner: str | None) -> str:
    """What to do about it, for the server that calls itself `owner` in its list of models."""
    return _SWITCHES.get(owner or "", "; ".join((*_SWITCHES.values(), _NOBODY)))


def _is_answer(raw: str) -> bool:
    """Whether `raw` is one object of the schema and nothing else; empty fields are the model's fault."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return False
    shapes = (set(Answer.model_fields), set(Declined.model_fields))
    return isinstance(value, dict) and set(value) in shapes and all(isinstance(field, str) for field in value.values())


def _begins_an_answer(raw: str) -> bool:
    """Whether `raw` was cut off within an object of the schema, behind its first key. Nothing mends half an escape: it goes."""
    if _FIRST_KEY.match(raw) is None:
        return False
    beginnings = (raw, _HALF_ESCAPE.sub("", raw))
    return any(_is_answer(beginning + closing) for beginning in beginnings for closing in _CLOSINGS)
