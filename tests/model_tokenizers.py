"""Tokenizers made on the spot: Llama 3's and TinyLlama's rules, special tokens and templates, with invented merges."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice, product
from pathlib import Path
from string import ascii_letters, ascii_lowercase, digits
from typing import Any, Final

from tests.model_words import words
from tests.trainer.builders import ZEPHYR

LLAMA3_SPECIALS: Final = (
    "<|begin_of_text|>",
    "<|end_of_text|>",
    *(f"<|reserved_special_token_{n}|>" for n in range(4)),
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|reserved_special_token_4|>",
    "<|eot_id|>",
    *(f"<|reserved_special_token_{n}|>" for n in range(5, 251)),
)
TINYLLAMA_SPECIALS: Final = ("<unk>", "<s>", "</s>")
# As Meta-Llama-3-8B-Instruct has it.
LLAMA3_TEMPLATE: Final = (
    "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + "
    "message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}"
    "{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
_LLAMA3_SPLIT: Final = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_TINYLLAMA_CHARACTERS: Final = 2_129  # as the original has, at ids 29,871 to 31,999
_PRINTABLE: Final = "".join(map(chr, range(0x21, 0x7F)))
_MARKS: Final = ('{"', '":"', '","', '"}', '."', '.","', '."}', '\\"', "\n\n", "        ", ' "', ' {"', '"r', '"d')

Merge = tuple[str, str]


def write_llama3_tokenizer(folder: Path, vocab: int) -> None:
    """Byte-level BPE, every byte a token, the 256 special tokens last. Raises ValueError when `vocab` cannot be had."""
    ordinary = vocab - len(LLAMA3_SPECIALS)
    shown = _gpt2_alphabet()
    merges = _merges(shown.values(), _byte_wishes(shown), ordinary - len(shown))
    specials = {token: ordinary + n for n, token in enumerate(LLAMA3_SPECIALS)}
    split = {"type": "Split", "pattern": {"Regex": _LLAMA3_SPLIT}, "behavior": "Isolated", "invert": False}
    tokenizer = {
        "added_tokens": _added(specials),
        "normalizer": None,
        "pre_tokenizer": _sequence("pretokenizers", split, _byte_level(prefix=False, trim=True, regex=False)),
        "post_processor": _sequence("processors", _byte_level(trim=False), _adds_bos("<|begin_of_text|>", ordinary)),
        "decoder": _byte_level(),
        "model": _bpe([*shown.values(), *map("".join, merges)], merges, ignore_merges=True),
    }
    config = {
        "bos_token": "<|begin_of_text|>",
        "chat_template": LLAMA3_TEMPLATE,
        "clean_up_tokenization_spaces": True,
        "eos_token": "<|eot_id|>",
        "model_input_names": ["input_ids", "attention_mask"],
        "model_max_length": 1000000000000000019884624838656,
        "tokenizer_class": "PreTrainedTokenizerFast",
    }
    _write(folder, tokenizer, config)


def write_tinyllama_tokenizer(folder: Path, vocab: int) -> None:
    """BPE over characters with spaces as ▁, bytes for any other character. Raises ValueError when it cannot be had."""
    fixed = [*TINYLLAMA_SPECIALS, *(f"<0x{byte:02X}>" for byte in range(256))]
    characters = _characters(min(_TINYLLAMA_CHARACTERS, (vocab - len(fixed)) // 4))
    merges = _merges(characters, _character_wishes(), vocab - len(fixed) - len(characters))
    tokens = [*fixed, *map("".join, merges), *characters]
    strip = {"type": "Strip", "content": " ", "start": 1, "stop": 0}
    tokenizer = {
        "added_tokens": _added({token: n for n, token in enumerate(TINYLLAMA_SPECIALS)}),
        "normalizer": _sequence("normalizers", {"type": "Prepend", "prepend": "▁"}, _replace(" ", "▁")),
        "pre_tokenizer": None,
        "post_processor": _adds_bos("<s>", 1),
        "decoder": _sequence("decoders", _replace("▁", " "), {"type": "ByteFallback"}, {"type": "Fuse"}, strip),
        "model": _bpe(tokens, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True),
    }
    config = {
        "add_bos_token": True,
        "add_eos_token": False,
        "bos_token": "<s>",
        "chat_template": ZEPHYR,
        "clean_up_tokenization_spaces": False,
        "eos_token": "</s>",
        "legacy": False,
        "model_max_length": 2048,
        "pad_token": "</s>",
        "padding_side": "right",
        "sp_model_kwargs": {},
        "tokenizer_class": "LlamaTokenizer",
        "unk_token": "<unk>",
        "use_default_system_prompt": False,
    }
    _write(folder, tokenizer, config)


def _gpt2_alphabet() -> dict[int, str]:
    """The character that stands for each byte, in the order of byte-level vocabularies: printable bytes first."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + n) for n, byte in enumerate(rest)}


def _characters(count: int) -> list[str]:
    """▁ and printable ASCII first, then Latin, Greek, Cyrillic, punctuation and Chinese; no control character."""
    ranges = ((0xA1, 0x180), (0x391, 0x400), (0x400, 0x460), (0x2010, 0x2028), (0x20A0, 0x20C0), (0x4E00, 0x5600))
    found = ["▁", *_PRINTABLE, *chain.from_iterable(map(chr, range(*bounds)) for bounds in ranges)]
    if count <= len(_PRINTABLE):
        raise ValueError(f"{count} characters hold no printable ASCII: ask for a larger vocabulary")
    return found[:count]


def _byte_wishes(shown: dict[int, str]) -> Iterator[Merge]:
    """Words, JSON marks and numbers, then pairs of any bytes, also halves of characters, then triples of letters."""
    space, every = shown[0x20], tuple(shown.values())
    for text in (*_MARKS, *words()):
        yield from _prefixes("".join(shown[byte] for byte in text.encode()))
    yield from product(digits, digits)
    yield from ((a + b, c) for a, b, c in product(digits, repeat=3))
    yield from product(_PRINTABLE + space, repeat=2)
    yield from product(every, repeat=2)
    yield from _triples(space)


def _character_wishes() -> Iterator[Merge]:
    for text in (*_MARKS, *words()):
        yield from _prefixes(text.replace(" ", "▁"))
    # The original has every digit alone.
    yield from product([mark for mark in _PRINTABLE + "▁" if mark not in digits], repeat=2)
    yield from _triples("▁")


def _triples(space: str) -> Iterator[Merge]:
    return ((a + b, c) for a, b, c in product(space + ascii_letters, ascii_lowercase, ascii_letters))


def _prefixes(text: str) -> Iterator[Merge]:
    return ((text[:end], text[end]) for end in range(1, len(text)))


def _merges(alphabet: Iterable[str], wishes: Iterable[Merge], count: int) -> list[Merge]:
    """The first `count` wishes whose halves are tokens by then and whose whole is none yet."""
    known = set(alphabet)

    def fresh() -> Iterator[Merge]:
        for left, right in wishes:
            if left in known and right in known and left + right not in known:
                known.add(left + right)
                yield left, right

    found = list(islice(fresh(), max(count, 0)))
    if len(found) != count:
        raise ValueError(f"there are {len(found)} merges, not {count}: ask for another vocabulary")
    return found


def _bpe(tokens: list[str], merges: list[Merge], **changes: Any) -> dict[str, Any]:
    plain = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None}
    rest = {"end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False}
    vocab = {token: index for index, token in enumerate(tokens)}
    return plain | rest | changes | {"vocab": vocab, "merges": [list(merge) for merge in merges]}


def _sequence(name: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Sequence", name: list(parts)}


def _byte_level(*, prefix: bool = True, trim: bool = True, regex: bool = True) -> dict[str, Any]:
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": trim, "use_regex": regex}


def _replace(old: str, new: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": {"String": old}, "content": new}


def _adds_bos(token: str, number: int) -> dict[str, Any]:
    def run(sequence: str, kind: int) -> list[dict[str, Any]]:
        return [{"SpecialToken": {"id": token, "type_id": kind}}, {"Sequence": {"id": sequence, "type_id": kind}}]

    specials = {token: {"id": token, "ids": [number], "tokens": [token]}}
    return {"type": "TemplateProcessing", "single": run("A", 0), "pair": run("A", 0) + run("B", 1)} | {
        "special_tokens": specials
    }


def _added(specials: dict[str, int]) -> list[dict[str, Any]]:
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return [{"id": number, "content": token} | flags for token, number in specials.items()]


def _write(folder: Path, tokenizer: dict[str, Any], config: dict[str, Any]) -> None:
    added: list[dict[str, Any]] = tokenizer["added_tokens"]
    by_id = {str(token["id"]): {key: token[key] for key in token if key != "id"} for token in added}
    whole = {"version": "1.0", "truncation": None, "padding": None} | tokenizer
    (folder / "tokenizer.json").write_text(json.dumps(whole, ensure_ascii=False, separators=(",", ":")))
    (folder / "tokenizer_config.json").write_text(json.dumps({"added_tokens_decoder": by_id} | config, indent=2))
