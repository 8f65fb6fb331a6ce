import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from daemon.teachers.protocol import (
    MAX_LINE_BYTES,
    Answered,
    ChunkRequest,
    Failed,
    ProtocolBroken,
    Ready,
    TeacherInfo,
    decode_message,
    decode_request,
    encode,
)

AWKWARD = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from('\x00\n\r\x0b\x85\u2028\u2029\ufeff"\\'))
)


def answered(raw: str) -> Answered:
    return Answered(request_id="r", raw=raw, prompt_tokens=1, completion_tokens=2, seconds=0.5)


@given(AWKWARD)
def test_any_text_makes_one_ascii_line_and_comes_back_equal(text: str) -> None:
    request = ChunkRequest(request_id="r", text_id="t", text=text, attempt=1, item="Item 7", form="10-K")
    line = encode(request)
    assert line.isascii() and line.count(b"\n") == 1 and len(line.splitlines()) == 1
    assert decode_request(line) == request


@given(AWKWARD)
def test_any_answer_comes_back_equal(raw: str) -> None:
    assert decode_message(encode(answered(raw))) == answered(raw)


@given(st.text(st.characters(categories=["Cs", "Ll"])))
def test_half_a_surrogate_pair_in_an_answer_becomes_a_storable_character(raw: str) -> None:
    received = decode_message(encode(answered(raw)))
    assert isinstance(received, Answered)
    received.raw.encode()
    assert [c for c in received.raw if c.islower()] == [c for c in raw if c.islower()]


def test_half_a_surrogate_pair_in_a_chunk_is_an_error_because_it_has_no_text_id() -> None:
    with pytest.raises(ValidationError, match="surrogate"):
        ChunkRequest(request_id="r", text_id="t", text="a\ud800b", attempt=1)


@pytest.mark.parametrize(
    "message",
    [
        Ready(info=TeacherInfo(model="m", revision="r", fingerprint="f", licence="llama3")),
        Failed(request_id="r", detail="CUDA\u2028out of memory"),
        answered("").model_copy(update={"truncated": True, "forced_close": True}),
    ],
)
def test_each_message_comes_back_as_what_it_was(message: Ready | Failed | Answered) -> None:
    assert decode_message(encode(message)) == message


@pytest.mark.parametrize(
    "line",
    [
        b"Loading checkpoint shards: 100%\n",
        b"\n",
        b"[]\n",
        b'"ready"\n',
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
        encode(answered("x"))[:-1],
        json.dumps({"type": "gone"}).encode() + b"\n",
        json.dumps({"type": "failed", "request_id": "r", "detail": "d", "more": 1}).encode() + b"\n",
        b'"' + b"x" * MAX_LINE_BYTES + b'"\n',
    ],
)
def test_what_is_no_message_breaks_the_protocol_with_one_sentence(line: bytes) -> None:
    with pytest.raises(ProtocolBroken) as problem:
        decode_message(line)
    assert len(str(problem.value)) < 500


def test_an_answer_is_no_request() -> None:
    with pytest.raises(ProtocolBroken):
        decode_request(encode(answered("x")))
