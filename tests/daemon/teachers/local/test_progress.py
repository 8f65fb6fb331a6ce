from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.answers import Declined
from daemon.teachers.local.progress import RESERVE, Budget, Progress
from store.task import Answer


def after(*tokens: bytes) -> tuple[str | None, int]:
    progress = Progress()
    for token in tokens:
        progress.feed(token)
    return progress.field, progress.spent


@pytest.mark.parametrize(
    ("tokens", "field", "spent"),
    [
        ([b'{"', b"ration"], None, 0),
        ([b'{"rationale":"'], "rationale", 0),
        ([b'{"rationale":"1'], "rationale", 1),
        ([b'{"rationale":"', b"1", b". ", b"It"], "rationale", 3),
        ([b'{"rationale":"', b"\\", b'"', b'x\\"y'], "rationale", 3),  # a quote behind a backslash ends nothing
        ([b'{"rationale":"', b"\\", b"\\", b'"'], None, 2),
        ([b'{"rationale":"', b'a:"'], None, 1),
        ([b'{"rationale":"', b'a","summary":"'], "summary", 0),
        ([b'{"rationale":"', b'a","summary":"b'], "summary", 1),
        ([b'{"rationale":"a","summary":"b"}'], None, 1),
        ([b'{"declined":"', b"\xe2", b"\x80", b"\x99"], "declined", 3),
        ([b'{"declined":"', b"", b"{", b'"'], None, 1),
    ],
)
def test_tokens_that_hold_some_of_a_value_are_counted(tokens, field, spent):
    assert after(*tokens) == (field, spent)


VALUE = st.text(st.sampled_from('a:,{}é🙂 "\\')).map(
    lambda text: text.replace("\\", "\\\\").replace('"', '\\"').encode()
)


@given(VALUE, VALUE, st.lists(st.integers(0, 200), max_size=20))
def test_wherever_the_tokens_are_cut_the_open_field_is_the_same(rationale, summary, cuts):
    said = b'{"rationale":"%s","summary":"%s' % (rationale, summary)
    edges = sorted({0, len(said), *(cut for cut in cuts if cut < len(said))})
    field, spent = after(*(said[a:b] for a, b in pairwise(edges)))
    begins = len(said) - len(summary)
    assert field == "summary"
    assert spent == sum(stop > begins for stop in edges[1:])


def test_what_stands_beside_the_values_fits_the_reserve_at_a_byte_a_token():
    names = Answer.model_fields
    keys = len("{" + ",".join(f'"{name}":""' for name in names) + "}")  # 29: {"rationale":"","summary":""}
    late = 1 + 3  # the token after the budget, and what finishes a character of four bytes
    assert keys + len(["end"]) + len(names) * late == 38 <= RESERVE
    assert len('{"declined":""}') < keys and set(Declined.model_fields) == {"declined"}


def test_a_budget_says_how_long_an_answer_may_be_and_what_each_field_has():
    budget = Budget(rationale=256, summary=160)
    assert budget.max_new_tokens == 256 + 160 + RESERVE
    assert [budget.tokens(name) for name in ("rationale", "summary", "declined")] == [256, 160, 160]


@pytest.mark.parametrize("tokens", [(0, 5), (5, -1)])
def test_a_field_without_a_token_is_no_budget(tokens):
    with pytest.raises(ValueError, match="at least one"):
        Budget(*tokens)
