"""Decoding under the constraint without a model: choosers that want the worst, and what every answer must be like.

`python -m tests.daemon.teachers.local.obeying` lets each chooser decode and prints what it said, a line each: run with -O,
which takes assertions away, it must say the same."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from daemon.answers import Declined
from store.task import Answer

if TYPE_CHECKING:
    import torch

    from daemon.teachers.local.grammar import AnswerGrammar
    from daemon.teachers.local.progress import Budget

# What a vocabulary may hold beside the bytes: marks across a border, halves of escapes and characters, whole characters that
# no answer may have (a control, half a surrogate pair, an overlong form), things that are control tokens elsewhere.
NASTY: Final = (
    *(b'{"', b'":"', b'","', b'"}', b'."', b'.","', b'","summary":"', b'n","summary":"The', b'"summary"'),
    b'{"declined":"',
    *(b"rationale", b"rat", b"ionale", b"summary", b"declined", b'x"}', b'""', b'"":', b"{}", b"}}", b'"} ', b'n"'),
    b'{"rationale":"x","summary":"y"}',
    *(b"\\\\", b"\\\\\\", b"n\\", b'\\"', b'\\"\\', b"\\n", b"\\u", b"\\u00", b"\\ud83d", b'\\\\"', b"\\x"),
    *(b"\xe2\x80", b"\x99", b"\xed\xa0", b"\xed\xa0\x80", b"\xc0\x80", b"\xf0\x9f", b"\x98\x80", b"\xf4\x90", b"a\xe2"),
    *(b"\xe2\x80\x83", b"\xc2\x85", b"\xc2\xa0", b"\x00\x00", b" ", b"  ", b"\n", b"\n\n", b"\t", b" the", b" revenue"),
    *(b"1. ", b"</s>", b"<s>"),
)
CONTROL: Final = 5  # control tokens, the first of them the end token, the last the pad
WIDER: Final = 70  # by how much the logits exceed the vocabulary
Choose = Callable[["AnswerGrammar"], "torch.Tensor"]


def vocabulary(more: Iterable[bytes] = ()) -> tuple[bytes | None, ...]:
    tokens = dict.fromkeys([*(bytes([byte]) for byte in range(256)), *NASTY, *more])
    return (*tokens, *[None] * CONTROL)


def grammar_of(tokens: Sequence[bytes | None]) -> "AnswerGrammar":
    from daemon.teachers.local.grammar import AnswerGrammar

    return AnswerGrammar.over(tokens, vocab_size=len(tokens) + WIDER, end_ids=[len(tokens) - CONTROL])


def loving(likes: Callable[[bytes], float]) -> Choose:
    """The scores of who likes these tokens most, and even more all that is no text."""

    def scores(grammar: "AnswerGrammar") -> "torch.Tensor":
        import torch

        wanted = [1e6 if token is None else float(likes(token)) for token in grammar.vocabulary]
        return torch.tensor(wanted + [1e6] * (grammar.vocab_size - len(wanted)))

    return scores


CHOOSERS: Final = {
    "nothing": loving(lambda token: 0),
    "the longest": loving(len),
    "the shortest, and no end": loving(lambda token: -len(token) - 9 * (b'"' in token)),
    "a backslash": loving(lambda token: token.endswith(b"\\")),
    "what begins a character": loving(lambda token: token[-1] >= 0xC0),
    "single bytes that begin one": loving(
        lambda token: 2 * (len(token) == 1) + (token[-1] >= 0xC0) - 3 * (b'"' in token)
    ),
    "the quote": loving(lambda token: token == b'"'),
    "what begins with a quote": loving(lambda token: token.startswith(b'"')),
    "no quote": loving(lambda token: b'"' not in token),
    "blanks": loving(lambda token: not token.strip() or token in {b"\xe2", b"\x80", b"\x83", b"\xc2", b"\xa0"}),
}


@dataclass(frozen=True)
class Row:
    """What one row said: its ids without pads, their bytes, and whether it was closed by its budget."""

    ids: tuple[int, ...]
    said: bytes
    forced: bool
    grammar: "AnswerGrammar"

    @property
    def pieces(self) -> list[bytes]:
        return [self.grammar.vocabulary[number] or b"" for number in self.ids]


def decode(grammar: "AnswerGrammar", budgets: Sequence["Budget"], scores: Callable[[int], "torch.Tensor"]) -> list[Row]:
    """Greedily, as generate() would: `scores(step)` are (rows, width); a row that said the end token gets pads."""
    import torch

    from daemon.teachers.local.constraint import Constraint
    from daemon.teachers.local.vocabulary import joined

    constraint = Constraint(grammar, budgets)
    end, pad = len(grammar.vocabulary) - CONTROL, len(grammar.vocabulary) - 1
    ids = torch.zeros((len(budgets), 3), dtype=torch.long)
    done = torch.zeros(len(budgets), dtype=torch.bool)
    for step in range(max(budget.max_new_tokens for budget in budgets) + 1):
        chosen = constraint(ids, scores(step).clone()).argmax(dim=1)
        ids = torch.cat([ids, torch.where(done, pad, chosen)[:, None]], dim=1)
        done |= chosen == end
        if done.all():
            break
    rows = [tuple(number for number in row if number != pad) for row in ids[:, 3:].tolist()]
    return [
        Row(row, joined(grammar.vocabulary, row), f, grammar) for row, f in zip(rows, constraint.forced, strict=True)
    ]


def liking(grammar: "AnswerGrammar", choose: Choose, *, rows: int, seed: int) -> Callable[[int], "torch.Tensor"]:
    """The chooser's scores with a little noise, so that rows differ and a tie is not always the same token."""
    import torch

    random = torch.Generator().manual_seed(seed)
    wanted = choose(grammar)
    return lambda _step: wanted + 0.1 * torch.rand(rows, grammar.vocab_size, generator=random)


_STRING: Final = rb'"((?:[^"\\]|\\.)*)"'
_ANSWER: Final = re.compile(rb'\{"rationale":%s,"summary":%s\}' % (_STRING, _STRING), re.DOTALL)
_DECLINED: Final = re.compile(rb'\{"declined":%s\}' % _STRING, re.DOTALL)


def is_valid(said: bytes) -> bool:
    """Whether these bytes, and nothing around them, are what a teacher may answer."""
    try:
        raw = said.decode("utf-8")
        shape = Answer if _ANSWER.fullmatch(said) else Declined
        fields = shape.model_validate_json(raw).model_dump()
    except ValueError:
        return False
    return json.loads(raw) == fields and all(value.strip() for value in fields.values())


def open_tokens(row: Row) -> list[int]:
    """Per value: the tokens that hold some of it and not yet its end. Found by other means than the constraint's."""
    match = _ANSWER.fullmatch(row.said) or _DECLINED.fullmatch(row.said)
    assert match is not None
    stops = list(accumulate(map(len, row.pieces)))
    return [sum(at < stop <= to for stop in stops) for at, to in map(match.span, range(1, len(match.groups()) + 1))]


def main() -> None:
    from daemon.teachers.local.progress import Budget

    grammar = grammar_of(vocabulary())
    budgets = [Budget(1, 1), Budget(3, 9), Budget(20, 5)]
    for name, choose in CHOOSERS.items():
        for row in decode(grammar, budgets, liking(grammar, choose, rows=3, seed=1)):
            print(json.dumps([name, row.said.decode(), row.forced]))


if __name__ == "__main__":
    main()
