"""A triplet, a sealed snapshot and a tokenizer whose ids can be spelled out by hand."""

from pathlib import Path
from typing import Any

from store.ids import label_id, text_id
from store.snapshot import SnapshotManifest, TripletRow, rows_sha256, write_snapshot

# As TinyLlama-1.1B-Chat-v1.0 has it.
ZEPHYR = (
    "{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\n' + message['content'] + eos_token }}\n"
    "{% elif message['role'] == 'system' %}\n{{ '<|system|>\n' + message['content'] + eos_token }}\n"
    "{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n{% endif %}\n"
    "{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}"
)


def a_row(
    number: int, *, text: str | None = None, rationale: str | None = None, summary: str | None = None
) -> TripletRow:
    company = f"Company {number % 7}"
    text = text or f"{company} sold {number} ships in 2021. The crew was paid on time. Revenue rose {number} percent."
    return TripletRow(
        label_id=label_id(text_id(text), "recipe", 1),
        text_id=text_id(text),
        chunk_id=f"{number:032x}",
        accession="0000000000-21-000001",
        company_id="0000000001",
        form="10-K",
        item="7",
        text=text,
        rationale=rationale or f"1. Revenue rose {number} percent.\n2. It is the only figure about money.",
        summary=summary or f"Revenue rose {number} percent.",
        is_new=True,
    )


def a_snapshot(folder: Path, rows: list[TripletRow]) -> Path:
    sha = rows_sha256(rows)
    manifest = SnapshotManifest(
        snapshot_id=sha[:32],
        log_id="log",
        log_seq=len(rows),
        recipe="recipe",
        teacher="extractive",
        toy=True,
        parent=None,
        rows=len(rows),
        new_rows=len(rows),
        sha256=sha,
        heldout_rows=0,
        heldout_sha256=rows_sha256([]),
    )
    write_snapshot(folder, manifest, train=rows, heldout=[])
    return folder


def a_tokenizer() -> Any:
    """Byte-level, so every text has ids; no merges, so a test can spell an ASCII text's ids out by hand."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    specials = ["<unk>", "<s>", "</s>"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: index for index, token in enumerate(specials + alphabet)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in specials])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>", chat_template=ZEPHYR
    )
