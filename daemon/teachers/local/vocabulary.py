"""The bytes behind a model's token ids. Everything that watches an answer grow, the stopper and the grammar, reads these."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from store.errors import FinsdistillError


class VocabularyUnknown(FinsdistillError):
    """A tokenizer whose tokens we cannot read as bytes, so no answer could be watched."""


class Tokenizer(Protocol):
    """What we need of a tokenizer of transformers."""

    @property
    def all_special_ids(self) -> Sequence[int]: ...

    @property
    def added_tokens_decoder(self) -> Mapping[int, Any]: ...

    def get_vocab(self) -> Mapping[str, int]: ...


def _byte_alphabet() -> dict[str, int]:
    """GPT-2's: a byte that prints stands for itself, each other one, in order, for a character from U+0100 on."""
    prints = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    others = [byte for byte in range(256) if byte not in prints]
    return {chr(byte): byte for byte in prints} | {chr(256 + n): byte for n, byte in enumerate(others)}


_ALPHABET: Final = _byte_alphabet()
_FALLBACK: Final = {f"<0x{byte:02X}>": byte for byte in range(256)}
_METASPACE: Final = "\N{LOWER ONE EIGHTH BLOCK}"  # how SentencePiece writes a space


def token_bytes(tokenizer: Tokenizer) -> tuple[bytes | None, ...]:
    """By id: the bytes a token stands for in the middle of a text; None for control tokens and for ids without a token.

    Byte-level BPE (Llama 3) and SentencePiece BPE with byte fallback (Llama 2, TinyLlama) are told apart by the vocabulary,
    which must hold every single byte. Joined, the bytes of a text's ids are its UTF-8, but for two things SentencePiece
    does to a text before it reads it: it puts a space in front, and takes U+2581 for a space.
    Raises VocabularyUnknown for any other kind.
    """
    vocabulary = tokenizer.get_vocab()
    read = _reader(vocabulary)
    added = {number: str(token.content) for number, token in tokenizer.added_tokens_decoder.items()}
    control = {number for number, token in tokenizer.added_tokens_decoder.items() if token.special}
    control.update(tokenizer.all_special_ids)
    table: list[bytes | None] = [None] * (max([*vocabulary.values(), *added]) + 1)
    for token, number in vocabulary.items():
        if number not in control:
            table[number] = added[number].encode() if number in added else read(token)
    return tuple(table)


def joined(vocabulary: Sequence[bytes | None], ids: Iterable[int]) -> bytes:
    """What the ids say. Control tokens, and ids a padded output layer has beyond the vocabulary, say nothing."""
    return b"".join(vocabulary[number] or b"" for number in ids if number < len(vocabulary))


class _Reader(Protocol):
    def __call__(self, token: str, /) -> bytes: ...


def _reader(vocabulary: Mapping[str, int]) -> _Reader:
    # Fallback first: its tokens are words that a byte-level vocabulary could hold some of, never all 256.
    if _FALLBACK.keys() <= vocabulary.keys():
        return _read_fallback
    if _ALPHABET.keys() <= vocabulary.keys():
        return _read_byte_level
    raise VocabularyUnknown(
        f"a vocabulary of {len(vocabulary)} tokens that is neither byte-level BPE nor BPE with byte fallback: "
        "take a model of the Llama 2, TinyLlama or Llama 3 kind, or serve this one and use another kind of teacher"
    )


def _read_fallback(token: str) -> bytes:
    byte = _FALLBACK.get(token)
    return token.replace(_METASPACE, " ").encode() if byte is None else bytes([byte])


def _read_byte_level(token: str) -> bytes:
    try:
        return bytes([_ALPHABET[character] for character in token])
    except KeyError as error:
        raise VocabularyUnknown(
            f"the token {token!r} of a byte-level vocabulary is not spelled in its alphabet: the tokenizer's files are damaged"
        ) from error
