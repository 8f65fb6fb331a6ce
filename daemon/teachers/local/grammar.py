"""The two shapes an answer may have, as a grammar over one model's tokens."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Self

import torch
import xgrammar
from pydantic import BaseModel

from daemon.answers import Declined
from daemon.teachers.local.vocabulary import Tokenizer, token_bytes
from store.errors import FinsdistillError
from store.task import Answer

BITS: Final = 32  # tokens in one word of a mask


class GrammarProblem(FinsdistillError):
    """No grammar can be made of this schema or this vocabulary: a mistake of ours or a damaged tokenizer."""


# Any character but quote, backslash and controls. Written out as ranges, for then xgrammar takes no half surrogates, no
# overlong forms and nothing beyond U+10FFFF, byte by byte.
_CHARACTER: Final = r"[\x20\x21\x23-\x5b\x5d-\x7e\xa0-\ud7ff\ue000-\U0010ffff]"
# The same without what str.strip() takes off, so that no field is empty once it is stripped.
_FIRST: Final = (
    r"[\x21\x23-\x5b\x5d-\x7e\xa1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff\u3001-\ud7ff"
    r"\ue000-\U0010ffff]"
)
# Unbounded: with minLength, maxLength or a pattern xgrammar 0.2.8 lets invalid JSON through and is 80 times slower. And no
# \u escape, because half a surrogate pair can be written with it, which pydantic refuses.
_TEXT: Final = rf'({_FIRST} | "\\" ["\\/]) ({_CHARACTER} | "\\" ["\\/bfnrt])*'


def ebnf(*shapes: type[BaseModel]) -> str:
    """Compact JSON objects, each with every field of one shape in its order. Raises GrammarProblem for other than strings."""
    return f"root ::= {' | '.join(map(_object, shapes))}\n"


def _object(shape: type[BaseModel]) -> str:
    for name, field in shape.model_fields.items():
        if field.annotation is not str or not field.is_required() or not name.isidentifier() or not name.isascii():
            raise GrammarProblem(
                f"{shape.__name__}.{name} is no required plain string: teach daemon/teachers/local/grammar.py its shape"
            )
    # Written out for each field: where a rule of its own ends, what may follow is not known when the masks are made, and each
    # step then tries thousands of tokens (240 µs a row at 128,256 tokens instead of 2).
    fields = r' "," '.join(rf'"\"{name}\":\"" {_TEXT} "\""' for name in shape.model_fields)
    return rf'"{{" {fields} "}}"'


@dataclass(frozen=True)
class AnswerGrammar:
    """Compiled once for a tokenizer, read by every batch.

    The masks are rows of 32-bit words, ceil(vocab_size / 32) of them, on the CPU; a set bit is a token that may come.
    `quote` are the tokens that are exactly the closing quote, `byte` those of one byte, `end` the end tokens.
    """

    vocabulary: tuple[bytes | None, ...]
    vocab_size: int
    compiled: xgrammar.CompiledGrammar
    quote: torch.Tensor
    byte: torch.Tensor
    end: torch.Tensor

    @classmethod
    def compile(cls, tokenizer: Tokenizer, *, vocab_size: int, end_ids: Collection[int]) -> Self:
        """`vocab_size` is the width of the logits, which may exceed the tokenizer's. Raises GrammarProblem."""
        return cls.over(token_bytes(tokenizer), vocab_size=vocab_size, end_ids=end_ids)

    @classmethod
    def over(cls, vocabulary: Sequence[bytes | None], *, vocab_size: int, end_ids: Collection[int]) -> Self:
        """The same of a vocabulary that is already bytes: no guess of xgrammar's about the tokenizer's kind is needed."""
        _check(vocabulary, vocab_size, end_ids)
        # To xgrammar an empty token is a special one, which no grammar ever allows.
        tokens = [token or b"" for token in vocabulary]
        known = xgrammar.TokenizerInfo(
            tokens, xgrammar.VocabType.RAW, vocab_size=vocab_size, stop_token_ids=sorted(end_ids)
        )
        single = [number for number, token in enumerate(tokens) if len(token) == 1]
        return cls(
            vocabulary=tuple(vocabulary),
            vocab_size=vocab_size,
            compiled=xgrammar.GrammarCompiler(known, max_threads=1).compile_grammar(ebnf(Answer, Declined)),
            quote=_mask([number for number in single if tokens[number] == b'"'], vocab_size),
            byte=_mask(single, vocab_size),
            end=_mask(end_ids, vocab_size),
        )


def _check(vocabulary: Sequence[bytes | None], vocab_size: int, end_ids: Collection[int]) -> None:
    if vocab_size < len(vocabulary) or not end_ids or not all(0 <= number < vocab_size for number in end_ids):
        raise GrammarProblem(
            f"{len(vocabulary)} tokens, logits {vocab_size} wide, end tokens {sorted(end_ids)}: "
            "the tokenizer does not belong to this model"
        )
    tokens = {*vocabulary}
    missing = [byte for byte in range(256) if bytes([byte]) not in tokens]
    if missing:
        raise GrammarProblem(
            f"no token for {len(missing)} single bytes, {missing[0]:#04x} first: the tokenizer is damaged"
        )


def _mask(ids: Collection[int], vocab_size: int) -> torch.Tensor:
    allowed = torch.zeros(-(-vocab_size // BITS) * BITS, dtype=torch.int64)
    allowed[list(ids)] = 1
    words = (allowed.view(-1, BITS) << torch.arange(BITS)).sum(dim=1)
    return words.to(torch.int32)  # the top bit wraps into the sign, as xgrammar has it
