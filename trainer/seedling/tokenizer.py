"""A byte-level BPE tokenizer learned from the invented text, in the files that AutoTokenizer reads. Imports no torch."""

import json
import random
from pathlib import Path
from typing import Final

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from trainer.seedling.language import sentences

VOCABULARY: Final = 1024
UNK, BOS, EOS, PAD = "<unk>", "<s>", "</s>", "<pad>"
# The ids of <s> and </s> are TinyLlama's. Padding is a token of its own: padding with </s> hides the answer's real end.
BOS_ID, EOS_ID, PAD_ID = 1, 2, 3
MAX_POSITIONS: Final = 2048
# Byte for byte what TinyLlama-1.1B-Chat ships (zephyr), so one code path serves both students.
CHAT_TEMPLATE: Final = (
    "{% for message in messages %}\n{% if message['role'] == 'user' %}\n"
    "{{ '<|user|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'system' %}\n"
    "{{ '<|system|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'assistant' %}\n"
    "{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n{% endif %}\n"
    "{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}"
)
_FRAME: Final = "<|user|>\n[summarize]\n[explain]\n1. \n2. <|assistant|>\nSummary: "


def learn_tokenizer(seed: int, *, texts: int = 1500) -> Tokenizer:
    """All 256 bytes are in the vocabulary, so no text needs <unk>. Digits stay single: a copied figure is spelt out."""
    rng = random.Random(f"tokenizer-{seed}")
    tokenizer = Tokenizer(models.BPE(unk_token=UNK))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[UNK, BOS, EOS, PAD],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    corpus = [" ".join(sentences(rng, characters=1400, babbled=0.1)) for _ in range(texts)]
    tokenizer.train_from_iterator([_FRAME] * 200 + corpus, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{BOS} $A", special_tokens=[(BOS, BOS_ID)])
    return tokenizer


def write_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """tokenizer.json and tokenizer_config.json."""
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": BOS,
        "eos_token": EOS,
        "pad_token": PAD,
        "unk_token": UNK,
        "padding_side": "left",
        "clean_up_tokenization_spaces": False,
        "model_max_length": MAX_POSITIONS,
        "chat_template": CHAT_TEMPLATE,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
