"""A base, adapters and a snapshot, all made on the spot: a Llama of a few thousand random parameters."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from evaluator.spec import AdapterRef, EvalSpec
from store.ids import text_id
from store.snapshot import SnapshotManifest, TripletRow, rows_sha256, write_snapshot
from tests.adapters import write_adapter

SUBJECTS = ["Revenue", "Net income", "Operating cash flow", "Gross margin", "Inventory", "Long-term debt"]
VERBS = ["rose", "fell", "grew", "declined"]
CHAT = (
    "{% for m in messages %}{{ '<|' + m['role'] + '|>\n' + m['content'] + '</s>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)


def a_text(i: int) -> str:
    lines = [
        f"{SUBJECTS[(i + k) % 6]} {VERBS[(i * 7 + k) % 4]} by {i + k} percent to ${i * 3 + k} million."
        for k in range(4)
    ]
    return "Results of Operations\n" + " ".join(lines)


def a_row(i: int, *, companies: int = 9) -> TripletRow:
    text = a_text(i)
    return TripletRow(
        label_id=f"label{i}",
        text_id=text_id(text),
        chunk_id=f"chunk{i}",
        accession=f"filing{i % (2 * companies)}",
        company_id=f"company{i % companies}",
        form="10-K",
        item="7",
        text=text,
        rationale=f"1. {SUBJECTS[i % 6]} moved by {i} percent. 2. That is material.",
        summary=f"{SUBJECTS[i % 6]} moved by {i} percent.",
        is_new=False,
    )


@pytest.fixture(scope="session")
def base_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Llama shape, hidden 32, 2 layers, weights random but far apart, so that no two tokens tie."""
    folder = tmp_path_factory.mktemp("base")
    bpe = ByteLevelBPETokenizer()
    specials = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>"}
    bpe.train_from_iterator(
        [a_text(i) for i in range(50)], vocab_size=320, special_tokens=list(specials.values()), show_progress=False
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe._tokenizer, chat_template=CHAT, **specials)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=512,
        initializer_range=0.3,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture
def rows() -> list[TripletRow]:
    """36 held-out texts of nine companies, two filings each."""
    return [a_row(i) for i in range(4, 40)]


MakeAdapter = Callable[..., AdapterRef]


@pytest.fixture
def make_adapter(base_dir: Path, tmp_path: Path) -> MakeAdapter:
    """An adapter with random weights, saved, carded and recorded as the trainer does."""

    def make(seed: int, *, base: Path = base_dir, objective: str = "step_by_step", trained: str = "t") -> AdapterRef:
        folder = tmp_path / f"adapter{seed}-{base.name}"
        return write_adapter(folder, str(base), seed=seed, objective=objective, trained=trained)

    return make


def seal(folder: Path, heldout: list[TripletRow], train: list[TripletRow]) -> Path:
    manifest = SnapshotManifest(
        snapshot_id="s",
        log_id="l",
        log_seq=1,
        recipe="r",
        teacher="extractive",
        toy=True,
        parent=None,
        rows=len(train),
        new_rows=len(train),
        sha256=rows_sha256(train),
        heldout_rows=len(heldout),
        heldout_sha256=rows_sha256(heldout),
    )
    write_snapshot(folder, manifest, train=train, heldout=heldout)
    return folder


MakeSpec = Callable[..., EvalSpec]


@pytest.fixture
def make_spec(base_dir: Path, make_adapter: MakeAdapter, tmp_path: Path) -> MakeSpec:
    def make(**changes: object) -> EvalSpec:
        rows = [a_row(i) for i in range(40)]
        fields = {
            "snapshot_dir": seal(tmp_path / "snapshot", rows[4:], rows[:4]),
            "base": str(base_dir),
            "base_revision": None,
            "quantization": "none",
            "challenger": changes.get("challenger") or make_adapter(1),
            "champion": None,
            "trained_on": (tmp_path / "snapshot" / "train.parquet",),
            "objective": "step_by_step",
            "max_examples": 300,
            "seed": 7,
            "batch_size": 16,
            "max_new_tokens_summary": 8,
            "max_new_tokens_rationale": 12,
            "threads": 1,
        }
        return EvalSpec.model_validate(fields | changes)

    return make
