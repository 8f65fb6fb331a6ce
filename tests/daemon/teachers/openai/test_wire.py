"""What goes over the wire, and what is made of what comes back."""

import json

import pytest

from daemon.teachers.openai.wire import ANSWER_FORMAT, Completion, NotUnderstood, read, words_of


def completion(**changes) -> bytes:
    message = {"role": "assistant", "content": "{}"} | changes.pop("message", {})
    choice = {"index": 0, "message": message, "finish_reason": changes.pop("finish_reason", "stop")}
    usage = {"prompt_tokens": 7, "completion_tokens": 3}
    return json.dumps({"model": "m", "choices": [choice], "usage": usage, "system_fingerprint": "f"} | changes).encode()


def test_the_schema_has_both_shapes_and_nothing_that_a_grammar_engine_stumbles_over():
    def shape(*names):
        properties = {name: {"type": "string"} for name in names}
        return {"type": "object", "properties": properties, "required": [*names], "additionalProperties": False}

    schema = {"anyOf": [shape("rationale", "summary"), shape("declined")]}
    named = {"name": "answer", "strict": True, "schema": schema}
    sent = ANSWER_FORMAT.model_dump_json(by_alias=True)
    # As text: the order of the keys is the order in which they are decoded.
    assert sent == json.dumps({"type": "json_schema", "json_schema": named}, separators=(",", ":"))


def test_the_local_grammar_engine_takes_the_schema_as_vllm_and_sglang_give_it():
    import xgrammar

    schema = ANSWER_FORMAT.json_schema.shapes.model_dump_json()
    assert "root_case_1" in str(xgrammar.Grammar.from_json_schema(schema))


@pytest.mark.parametrize(
    ("changes", "raw", "truncated", "tokens", "fingerprint"),
    [
        ({}, "{}", False, (7, 3), "f"),
        ({"message": {"content": None}}, "", False, (7, 3), "f"),
        ({"message": {"content": None, "refusal": "I can't."}}, '{"declined": "I can\'t."}', False, (7, 3), "f"),
        ({"finish_reason": "length"}, "{}", True, (7, 3), "f"),
        ({"usage": None}, "{}", False, (0, 0), "f"),
        ({"usage": {"prompt_tokens": None}}, "{}", False, (0, 0), "f"),
        ({"system_fingerprint": None}, "{}", False, (7, 3), None),
        # SGLang's.
        ({"system_fingerprint": None, "metadata": {"weight_version": "w"}}, "{}", False, (7, 3), "w"),
        ({"message": {"content": "half \ud83d of a pair"}}, "half \ufffd of a pair", False, (7, 3), "f"),
    ],
)
def test_a_completion_is_read(changes, raw, truncated, tokens, fingerprint):
    said = read(Completion, completion(**changes))
    assert (said.raw, said.truncated, said.tokens, said.fingerprint) == (raw, truncated, tokens, fingerprint)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>502</html>",
        b'{"model": "m", "choices": []}',
        b'{"choices": [{"message": {"content": "x"}}]}',
        completion()[:-9],
        completion(message={"content": ["x"]}),
        completion(usage={"prompt_tokens": -1}),
        completion(usage={"prompt_tokens": 10**30}),
        completion(model="m" * 2000),
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_anything_else_is_no_completion(body):
    with pytest.raises(NotUnderstood):
        read(Completion, body)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": {"message": "too long", "code": 400}}', "too long"),
        (b'{"object": "error", "message": "too long"}', "too long"),
        (b'{"detail": "Not Found"}', "Not Found"),
        (b'{"error": "Unauthorized"}', "Unauthorized"),
        (b'{"error": "busy\\nservice      running"}', "busy service running"),
        (b'{"error": {}}', repr('{"error": {}}')),
        (b"<html>502</html>", "'<html>502</html>'"),
        (b"", "''"),
    ],
)
def test_a_servers_words_are_found_where_it_puts_them(body, words):
    assert words_of(body) == words
