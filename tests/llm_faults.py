"""The good reply to a question, and what broken servers do instead: a fault takes both and gives what goes over the wire."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, cast

from tests.llm_answers import PROSE, answer_about, in_schema
from tests.llm_flavours import CONTEXT, Flavour, Json, Said, Served


@dataclass(frozen=True)
class Question:
    """One request for a completion. `passage` is None for one that shows none, as a canary; `nth` counts a passage's."""

    passage: str | None
    nth: int
    model: str
    key: str | None
    path: str
    asked: Json
    flavour: Flavour


@dataclass(frozen=True)
class Reply:
    """`after_s` None: never. `half`: the head promises the whole body, half of it is sent; `nothing`: not even a head."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    after_s: float | None = 0.0
    wire: Literal["whole", "half", "nothing"] = "whole"


Fault = Callable[[Question, Reply], Reply]
HUGE_BYTES: Final = 8 << 20
_CHARS_PER_TOKEN: Final = 4


def good_reply(question: Question, served: Served, size: int) -> Reply:
    """What the server says when nothing is wrong with it; `size` is of the request, in bytes."""
    flavour, asked = question.flavour, question.asked
    if flavour.checks_model and question.model != served.model:
        return as_json(*flavour.unknown_model(question.model))
    tokens = size // _CHARS_PER_TOKEN
    if tokens > CONTEXT and (refused := flavour.too_long(tokens)) is not None:
        return as_json(*refused)
    schema = _schema(asked)
    content = PROSE if schema is None else in_schema(schema, answer_about(question.passage or PROSE))
    spoken, most = len(content) // _CHARS_PER_TOKEN + 1, asked.get("max_tokens", asked.get("max_completion_tokens"))
    said = Said(content, (tokens, spoken))
    if most is not None and spoken > most:
        said = Said(content[: most * _CHARS_PER_TOKEN], (tokens, most), "length")
    return as_json(200, flavour.completion(served, question.model, said))


def _schema(asked: Json) -> dict[str, Any] | None:
    form = asked.get("response_format") or {}
    return cast("dict[str, Any]", form["json_schema"]["schema"]) if form.get("type") == "json_schema" else None


def as_json(status: int, body: Json) -> Reply:
    return Reply(json.dumps(body).encode(), status)


def ignores_the_schema(question: Question, reply: Reply) -> Reply:
    return _saying(reply, PROSE)


def too_many_requests(retry_after: str | None = None) -> Fault:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return lambda question, reply: _error(question, 429, "Rate limit reached", headers)


def server_error(status: int = 500, message: str = "CUDA error: device-side assert triggered") -> Fault:
    return lambda question, reply: _error(question, status, message)


def busy(question: Question, reply: Reply) -> Reply:
    status, message, kind = question.flavour.busy
    return Reply(json.dumps(question.flavour.error(status, message, kind)).encode(), status)


def slow(seconds: float) -> Fault:
    return lambda question, reply: replace(reply, after_s=seconds)


def hangs(question: Question, reply: Reply) -> Reply:
    return replace(reply, after_s=None)


def closes_early(question: Question, reply: Reply) -> Reply:
    return replace(reply, wire="nothing")


def half_a_body(question: Question, reply: Reply) -> Reply:
    """The connection ends before the bytes that the head promised."""
    return replace(reply, wire="half")


def half_a_json(question: Question, reply: Reply) -> Reply:
    """HTTP is whole, the completion is not."""
    return replace(reply, body=reply.body[: len(reply.body) // 2])


def half_an_answer(question: Question, reply: Reply) -> Reply:
    """The completion is whole, what the model said is not, though the server says that it stopped by itself."""
    return _changed(reply, lambda message: message.update(content=message["content"][: len(message["content"]) // 2]))


def no_json(question: Question, reply: Reply) -> Reply:
    return Reply(b"<html><h1>502 Bad Gateway</h1></html>", headers={"Content-Type": "text/html"})


def no_content(question: Question, reply: Reply) -> Reply:
    return _saying(reply, None)


def no_usage(question: Question, reply: Reply) -> Reply:
    completion = json.loads(reply.body)
    del completion["usage"]
    return replace(reply, body=json.dumps(completion).encode())


def another_model(name: str) -> Fault:
    return lambda question, reply: replace(reply, body=json.dumps(json.loads(reply.body) | {"model": name}).encode())


def another_fingerprint(name: str) -> Fault:
    changed = {"system_fingerprint": name}
    return lambda question, reply: replace(reply, body=json.dumps(json.loads(reply.body) | changed).encode())


def huge(question: Question, reply: Reply) -> Reply:
    return replace(reply, body=reply.body + b" " * HUGE_BYTES)


def redirects(to: str) -> Fault:
    return lambda question, reply: Reply(b"", 307, {"Location": to + question.path})


def echoes_the_key_in_an_error(question: Question, reply: Reply) -> Reply:
    return _error(question, 400, f"cannot serve a request with Authorization: Bearer {question.key}")


def echoes_the_key_in_an_answer(question: Question, reply: Reply) -> Reply:
    return _saying(reply, f"I was asked with the key {question.key}, and will say nothing else about it.")


def echoes_the_key_in_a_label(question: Question, reply: Reply) -> Reply:
    """Worst of all: the answer is good."""
    said = f"The company was asked with the key {question.key} by its customers."
    return _saying(reply, json.dumps({"rationale": f"1. {said}", "summary": said}))


def _error(question: Question, status: int, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    kind = {429: "RateLimitError", 400: "BadRequestError"}.get(status, "InternalServerError")
    return Reply(json.dumps(question.flavour.error(status, message, kind)).encode(), status, headers or {})


def _saying(reply: Reply, content: str | None) -> Reply:
    return _changed(reply, lambda message: message.update(content=content))


def _changed(reply: Reply, change: Callable[[dict[str, Any]], object]) -> Reply:
    if reply.status != 200:
        return reply
    completion = json.loads(reply.body)
    change(completion["choices"][0]["message"])
    return replace(reply, body=json.dumps(completion).encode())
