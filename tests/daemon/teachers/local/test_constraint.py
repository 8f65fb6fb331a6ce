import json
import subprocess
import sys
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from daemon.teachers.local.progress import Budget
from tests.daemon.teachers.local.obeying import (
    CHOOSERS,
    NASTY,
    decode,
    grammar_of,
    is_valid,
    liking,
    open_tokens,
    vocabulary,
)

torch = pytest.importorskip("torch")

BUDGETS = st.builds(Budget, st.integers(1, 12), st.integers(1, 12))
PIECES = st.lists(st.sampled_from([*NASTY, b"\\", b'"', b"\xe2", b"\x80", b"x"]), min_size=2, max_size=4).map(b"".join)
standard = cache(lambda: grammar_of(vocabulary()))


def check(rows, budgets):
    """Every row is one valid answer and its end token, within its budget; `forced` says what its tokens say."""
    for row, budget in zip(rows, budgets, strict=True):
        assert is_valid(row.said), row.said
        assert len(row.ids) <= budget.max_new_tokens
        assert [n for n, piece in enumerate(row.pieces) if not piece] == [len(row.ids) - 1]
        allowed = (budget.summary,) if row.said.startswith(b'{"d') else (budget.rationale, budget.summary)
        spent = open_tokens(row)
        assert row.forced == any(used > most for used, most in zip(spent, allowed, strict=True))
        # Behind its budget: one token that might have ended it, and what finishes an escape or a character.
        assert all(used <= most + 4 for used, most in zip(spent, allowed, strict=True))


@pytest.mark.parametrize("name", CHOOSERS)
@given(budgets=st.lists(BUDGETS, min_size=1, max_size=5), seed=st.integers(0, 2**31))
def test_whatever_is_liked_best_the_answers_are_valid_and_within_their_budgets(name, budgets, seed):
    rows = decode(standard(), budgets, liking(standard(), CHOOSERS[name], rows=len(budgets), seed=seed))
    check(rows, budgets)


@given(st.lists(PIECES, max_size=12), st.lists(BUDGETS, min_size=1, max_size=4), st.integers(0, 2**31))
def test_whatever_the_vocabulary_holds_and_whatever_comes_the_answers_are_valid(pieces, budgets, seed):
    grammar, random = grammar_of(vocabulary(pieces)), torch.Generator().manual_seed(seed)
    size = (len(budgets), grammar.vocab_size)
    rare = torch.tensor([2.0 * ((token or b"a") in {*NASTY, *pieces}) for token in grammar.vocabulary])
    lean = torch.nn.functional.pad(rare, (0, grammar.vocab_size - len(rare)), value=3.0)
    check(decode(grammar, budgets, lambda _: lean + torch.randn(size, generator=random)), budgets)


def spelled(*rows):
    """Scores for which each row says these tokens, one a step, and then whatever it may."""
    tokens = standard().vocabulary

    def scores(step):
        wanted = torch.zeros(len(rows), standard().vocab_size)
        for number, row in enumerate(rows):
            if step < len(row):
                wanted[number, tokens.index(row[step])] = 9.0
        return wanted

    return scores


START = (b'{"', b"rationale", b'":"')


@pytest.mark.parametrize(
    ("value", "forced"),
    [
        ((b"a", b"b", b'","', b"summary"), False),  # under its budget
        ((b"a", b"b", b"c", b'","', b"summary"), False),  # exactly its budget, then by itself
        ((b"a", b"b", b"c", b'."', b","), False),  # the token after it ends it, too
        ((b"a", b"b", b"c", b"d"), True),
        ((b"a", b"b", b"c", b"d", b'","'), True),
        ((b"a", b"b", b"c", b'\\"'), True),
    ],
)
def test_a_row_is_flagged_only_when_its_value_wanted_more_than_its_budget(value, forced):
    rest = (b'":"', b"x", b'"}') if value[-1] == b"summary" else (b'"summary"', b":", b'"', b"x", b'"}')
    (row,) = decode(standard(), [Budget(3, 9)], spelled((*START, *value, *rest)))
    assert is_valid(row.said) and row.forced == forced


def test_a_character_or_an_escape_that_is_begun_is_finished_first():
    half = [(*START, b"a", b"b", piece) for piece in (b"\xf0\x9f", b"\\", b"n\\", b"a\xe2")]
    rows = decode(standard(), [Budget(2, 9)] * 4, spelled(*half))
    assert all(row.forced and is_valid(row.said) for row in rows)
    assert [open_tokens(row)[0] for row in rows] == [5, 4, 4, 5]


def test_a_forced_escape_is_the_likeliest_and_not_the_quote():
    (row,) = decode(standard(), [Budget(2, 9)], spelled((*START, b"a", b"b", b"\\", b"n", b'"')))
    assert row.forced and row.said.startswith(b'{"rationale":"ab\\n",')


def test_each_row_has_its_own_budget_and_ends_at_its_own_step():
    budgets = [Budget(1, 1), Budget(40, 1), Budget(1, 90), Budget(40, 90)]
    rows = decode(standard(), budgets, spelled(*[(*START, *[b"x"] * 99)] * 4))
    assert [open_tokens(row)[0] for row in rows] == [2, 41, 2, 41]
    assert all(is_valid(row.said) and row.forced for row in rows)


def test_both_shapes_can_be_said_and_the_first_character_is_no_blank():
    declined = (b'{"', b"declined", b'":"', b" ", b'"}')
    (row,) = decode(standard(), [Budget(9, 9)], spelled(declined))
    assert row.said.startswith(b'{"declined":"') and is_valid(row.said) and not row.pieces[3].isspace()


def test_without_assertions_the_constraint_holds_just_as_well(root):
    command = [sys.executable, "-O", "-P", "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{DISOBEY}"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    *said, last = done.stdout.splitlines()
    answers = [json.loads(line) for line in said]
    assert {name for name, _, _ in answers} == {*CHOOSERS}
    assert all(is_valid(raw.encode()) for _, raw, _ in answers)
    assert last == "False obeyed: not"  # assertions were off


DISOBEY = """
from tests.daemon.teachers.local import obeying
from daemon.teachers.local.constraint import Budget, Constraint, ConstraintBroken
import torch
obeying.main()
grammar = obeying.grammar_of(obeying.vocabulary())
constraint = Constraint(grammar, [Budget(5, 5)])
constraint(torch.tensor([[1]]), torch.zeros(1, grammar.vocab_size))
try:
    constraint(torch.tensor([[1, 65]]), torch.zeros(1, grammar.vocab_size))
except ConstraintBroken:
    print(__debug__, "obeyed: not")
"""


def test_an_end_token_that_is_spelled_as_text_cannot_come_inside_an_answer():
    from daemon.teachers.local.constraint import Constraint
    from daemon.teachers.local.grammar import AnswerGrammar

    tokens = vocabulary()
    end, said = tokens.index(b"</s>"), [tokens.index(token) for token in (*START, b"a")]
    constraint = Constraint(AnswerGrammar.over(tokens, vocab_size=len(tokens), end_ids=[end]), [Budget(5, 5)])
    for length in range(len(said) + 1):
        scores = constraint(torch.tensor([[0, *said[:length]]]), torch.zeros(1, len(tokens)))
        assert scores[0, end] == -torch.inf and scores.isfinite().any()


def called(*prompts_then, rows=1, width=None):
    from daemon.teachers.local.constraint import Constraint

    constraint = Constraint(standard(), [Budget(5, 5)] * rows)
    for ids in prompts_then:
        constraint(torch.tensor(ids), torch.zeros(len(ids), width or standard().vocab_size))


@pytest.mark.parametrize(
    ("ids", "given", "problem"),
    [
        (([[1, 2]], [[1, 2, 65]]), {}, "token 65 came where the grammar does not allow it"),
        (([[1, 2]], [[1, 2, 511]]), {}, "token 511 came"),
        (([[1, 2]], [[1, 2]]), {}, "rows of 2 tokens after 2: make a new constraint"),
        (([[1, 2]], [[7, 8, 9, 123, 34]]), {}, "make a new constraint for each generate"),
        (([[1, 2]],), {"rows": 2}, "one budget a row"),
        (([[1, 2]],), {"width": 300}, "300"),
    ],
)
def test_what_the_constraint_did_not_allow_is_an_error_and_never_silence(ids, given, problem):
    from daemon.teachers.local.constraint import ConstraintBroken

    with pytest.raises(ConstraintBroken, match=problem):
        called(*ids, **given)


@pytest.mark.parametrize("width", [32, 33, 64, 1000])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_mask_of_other_devices_is_the_mask_of_this_one(width, dtype):
    from daemon.teachers.local.constraint import mask_scores, mask_scores_anywhere

    random = torch.Generator().manual_seed(width)
    masks = torch.randint(-(2**31), 2**31, (5, -(-width // 32)), generator=random).to(torch.int32)
    one, other = (torch.ones(5, width, dtype=getattr(torch, dtype)) for _ in range(2))
    mask_scores(one, masks)
    mask_scores_anywhere(other, masks)
    assert torch.equal(one, other)
    assert 0 < one.isinf().sum() < one.numel()


class Counted(BaseModel):
    number: int


class Optional(BaseModel):
    why: str = Field(default="")


@pytest.mark.parametrize("shape", [Counted, Optional])
def test_a_field_that_is_no_required_string_needs_a_grammar_of_its_own(shape):
    from daemon.teachers.local.grammar import GrammarProblem, ebnf

    with pytest.raises(GrammarProblem, match=rf"{shape.__name__}\.\w+ is no required plain string"):
        ebnf(shape)


@pytest.mark.parametrize(
    ("tokens", "width", "ends", "problem"),
    [
        (vocabulary(), 100, [3], "does not belong to this model"),
        (vocabulary(), 1000, [], "end tokens \\[\\]"),
        (vocabulary(), 1000, [1000], "does not belong"),
        (vocabulary()[1:], 1000, [999], "no token for 1 single bytes, 0x00 first"),
    ],
)
def test_a_vocabulary_that_cannot_spell_every_answer_is_refused(tokens, width, ends, problem):
    from daemon.teachers.local.grammar import AnswerGrammar, GrammarProblem

    with pytest.raises(GrammarProblem, match=problem):
        AnswerGrammar.over(tokens, vocab_size=width, end_ids=ends)
