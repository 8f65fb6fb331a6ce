from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.teachers.local.vocabulary import VocabularyUnknown, joined, token_bytes
from tests.model_tokenizers import write_llama3_tokenizer, write_tinyllama_tokenizer

WRITERS = {"llama3": write_llama3_tokenizer, "tinyllama": write_tinyllama_tokenizer}
# Everything but what SentencePiece takes for a space, and the names of control tokens, which a text may not spell here.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\u2581"), max_size=40)
BYTES = {f"<0x{byte:02X}>": byte for byte in range(256)}


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    @cache
    def made(kind, vocab=4096):
        from transformers import AutoTokenizer

        folder = tmp_path_factory.mktemp(kind)
        WRITERS[kind](folder, vocab)
        return AutoTokenizer.from_pretrained(folder)

    return made


@dataclass(frozen=True)
class Scripted:
    """A tokenizer of a few words of our own."""

    words: dict[str, int]
    added: dict[int, SimpleNamespace]
    all_special_ids: tuple[int, ...] = ()

    @property
    def added_tokens_decoder(self):
        return self.added

    def get_vocab(self):
        return self.words


@pytest.mark.parametrize(("kind", "in_front"), [("llama3", b""), ("tinyllama", b" ")])
@given(text=TEXT)
def test_the_bytes_of_a_texts_ids_are_its_utf8(tokenizer, kind, in_front, text):
    ids = tokenizer(kind)(text, add_special_tokens=False, split_special_tokens=True).input_ids
    assert joined(token_bytes(tokenizer(kind)), ids) == (in_front + text.encode() if text else b"")


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize(
    "text", ['{"rationale":"1. It\'s €5"}', "a\n\n  b\t c", "naïve 🙂 \x00\x7f 年", "<|eot_id|> </s>"]
)
def test_texts_that_are_like_answers_or_hostile_come_back(tokenizer, kind, text):
    ids = tokenizer(kind)(text, add_special_tokens=False, split_special_tokens=True).input_ids
    assert joined(token_bytes(tokenizer(kind)), ids).decode().removeprefix(" ") == text


@pytest.mark.parametrize("kind", WRITERS)
def test_control_tokens_say_nothing_and_every_other_one_something(tokenizer, kind):
    table, special = token_bytes(tokenizer(kind)), {*tokenizer(kind).all_special_ids}
    added = tokenizer(kind).added_tokens_decoder
    assert len(table) == len(tokenizer(kind))
    assert {number for number, token in enumerate(table) if token is None} == {*added} >= special
    assert all(token for token in table if token is not None)


@pytest.mark.parametrize("kind", WRITERS)
def test_every_byte_is_a_token(tokenizer, kind):
    assert {bytes([byte]) for byte in range(256)} <= {*token_bytes(tokenizer(kind))}


def test_spellings_are_read_by_hand():
    words = BYTES | {"▁the": 256, "▁▁": 257, "é": 258, "<0x0A>x": 259, "<note>": 260, "</s>": 262}
    added = {
        260: SimpleNamespace(content="<note>", special=False),
        262: SimpleNamespace(content="</s>", special=True),
    }
    table = token_bytes(Scripted(words, added))
    assert table[10:11] + table[256:] == (b"\n", b" the", b"  ", "é".encode(), b"<0x0A>x", b"<note>", None, None)


def test_what_a_padded_output_layer_has_beyond_the_vocabulary_says_nothing():
    assert joined((b"a", None, b"c"), [0, 1, 2, 3, 99]) == b"ac"


def test_an_added_token_of_byte_level_bpe_is_its_own_text_and_not_spelled_in_bytes(tokenizer):
    base = tokenizer("llama3").get_vocab()
    words = {word: number for word, number in base.items() if number < 3840} | {"\N{SNOWMAN} x": 3840}
    table = token_bytes(Scripted(words, {3840: SimpleNamespace(content="\N{SNOWMAN} x", special=False)}))
    assert table[3840] == "\N{SNOWMAN} x".encode()


def test_a_vocabulary_of_another_kind_is_refused_with_what_to_take():
    with pytest.raises(VocabularyUnknown, match=r"neither byte-level BPE nor .* Llama 3 kind"):
        token_bytes(Scripted({"[UNK]": 0, "##ing": 1}, {}))


def test_a_token_outside_its_alphabet_is_damage(tokenizer):
    words = dict(tokenizer("llama3").get_vocab()) | {"a b": 4096}
    with pytest.raises(VocabularyUnknown, match=r"'a b'.*damaged"):
        token_bytes(Scripted(words, dict(tokenizer("llama3").added_tokens_decoder)))
