"""The automaton against JSON's own decoder: what closes, where, and that no piece is too small."""

import json
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from daemon.answers import JsonAutomaton, is_answer
from daemon.answers.automaton import MAX_BYTES, MAX_DEPTH
from store.task import Answer

ANSWER = b'{"rationale": "1. It is \\"new\\".", "summary": "a } b { c"}'
# The marks that could confuse it, often enough to do so.
MARKS = ['{"', '{"rationale": "a', '", "summary": "', '{"a": ', *'{}"\\[]:,é', "```", "1 "]
NOISE = st.lists(st.sampled_from(MARKS) | st.text(max_size=3), max_size=12).map("".join)
FIELDS = st.text(min_size=1) | NOISE.filter(bool)
# A field of one character may be a placeholder ("."), which is no answer.
ANSWERS = st.builds(
    lambda rationale, summary, ascii_only, indent: json.dumps(
        {"rationale": f"1. {rationale}", "summary": summary}, ensure_ascii=ascii_only, indent=indent
    ),
    FIELDS,
    FIELDS,
    st.booleans(),
    st.sampled_from([None, 2]),
)


def stop(pieces: list[bytes]) -> int | None:
    """How many bytes were fed when the first answer closed, at a piece's end."""
    automaton, fed = JsonAutomaton(), 0
    for piece in pieces:
        fed += len(piece)
        if any(is_answer(found) for found in automaton.feed(piece)):
            return fed
    return None


def in_bytes(data: bytes) -> list[bytes]:
    return [data[index : index + 1] for index in range(len(data))]


def first_answer_ends(text: str) -> int | None:
    """The same by trying JSON's decoder at every brace; in bytes."""
    ends = []
    for start in (index for index, mark in enumerate(text) if mark == "{"):
        try:
            _, end = json.JSONDecoder(strict=False).raw_decode(text, start)
        except ValueError:
            continue
        if is_answer(text[start:end].encode()):
            ends.append(len(text[:end].encode()))
    return min(ends, default=None)


@settings(max_examples=400)
@given(NOISE, ANSWERS, NOISE)
@example('{"a": "{', '{"rationale": "x", "summary": "y"}', "")
@example('{"rationale":"a","summary":"b\\', '{"rationale": "x", "summary": "y"}', "}")
def test_an_answer_stops_at_its_own_brace_whatever_stands_around_it(before: str, answer: str, after: str) -> None:
    end = len((before + answer).encode())
    expected = first_answer_ends(before + answer + after)
    assert expected is not None and expected <= end
    assert stop(in_bytes((before + answer + after).encode())) == expected
    if first_answer_ends(before) is None:
        assert expected == end


@given(NOISE, ANSWERS, NOISE, st.data())
def test_where_the_pieces_are_cut_changes_nothing(before: str, answer: str, after: str, data: st.DataObject) -> None:
    whole = (before + answer + after).encode()
    cuts = sorted({0, len(whole), *data.draw(st.lists(st.integers(0, len(whole))))})
    automaton = JsonAutomaton()
    pieces = [automaton.feed(whole[start:end]) for start, end in pairwise(cuts)]
    assert [found for piece in pieces for found in piece] == JsonAutomaton().feed(whole)


@settings(max_examples=50)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    ),
    st.booleans(),
)
def test_any_json_object_closes_at_its_end(value: object, ascii_only: bool) -> None:
    text = json.dumps({"a": value}, ensure_ascii=ascii_only).encode()
    assert JsonAutomaton().feed(text)[-1] == text


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        json.dumps(Answer.model_json_schema()).encode(),
        b'{"rationale": "...", "summary": "..."}',
        b'{"declined": "why"}',
        b'{"rationale": "x"}',
        b'{"rationale": "x", "summary": "y", "more": 1}',
        b"{'rationale': 'x', 'summary': 'y'}",
        b'"rationale": "x", "summary": "y"}',
        b'{"rationale": "x", "summary": "y"',
        ANSWER[:-1].replace(b'"', b'\\"') + b"}",
    ],
)
def test_what_is_no_answer_does_not_stop_and_the_answer_after_it_does(data: bytes) -> None:
    assert stop(in_bytes(data)) is None
    assert stop(in_bytes(data + b"\n" + ANSWER + b" I hope")) == len(data + b"\n" + ANSWER)


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (b'{"rationale": "1. a\n2. b", "summary": "c d"}', "a raw line break in a string"),
        (b'{"declined": "a table of contents"}', "a decline"),
        (b'```json\n{"summary":"c d","rationale":"a b"}', "a fence, the fields the other way round"),
        (b'{"result": {"rationale": "a b", "summary": "c d"}', "one that is wrapped"),
        (b'{"rationale": "a b", "summary": "\xe2\x82"}', "half a character"),
    ],
)
def test_an_answer_stops_also_with(answer: bytes, what: str) -> None:
    assert stop(in_bytes(answer + b"}")) == len(answer)


def test_one_piece_may_hold_the_end_and_more() -> None:
    automaton = JsonAutomaton()
    assert automaton.feed(b'no {"a": {"b": 1') == []
    assert automaton.feed(b'}} {"c": []}, {"') == [b'{"b": 1}', b'{"a": {"b": 1}}', b'{"c": []}']


def test_a_brace_behind_a_backslash_hides_nothing() -> None:
    assert JsonAutomaton().feed(rb'{"a": "\{"} {') == [rb'{"a": "\{"}']


def test_a_brace_that_never_closes_is_forgotten_before_it_fills_the_memory() -> None:
    automaton = JsonAutomaton()
    for _ in range(3):
        assert automaton.feed(b'{"' + b"x" * (MAX_BYTES // 2)) == []
    assert len(automaton._held) <= MAX_BYTES
    assert JsonAutomaton().feed(b"x" * (2 * MAX_BYTES) + ANSWER) == [ANSWER]


def test_of_a_deep_nest_the_innermost_objects_are_known() -> None:
    deep = b'{"a":' * 1000 + ANSWER + b"}" * 1000
    found = JsonAutomaton().feed(deep)
    assert found[0] == ANSWER and len(found) == MAX_DEPTH
