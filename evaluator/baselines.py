"""What a score is held against: the first two sentences, two random ones, and the reference itself. All pure."""

from typing import Final

from evaluator.sentences import prose_sentences, sentences
from store.ids import sha256_hex

SENTENCES: Final = 2


def lead2(text: str) -> str:
    """The first two sentences of prose: with headings among them lead-2 would look weaker than it is."""
    return " ".join(_pool(text)[:SENTENCES])


def random2(text: str, *, text_id: str, seed: int) -> str:
    """Two whole sentences in text order, the same for one seed and text on every machine and Python."""
    pool = _pool(text)
    drawn = sorted(range(len(pool)), key=lambda i: sha256_hex(f"random2|{seed}|{text_id}|{i}"))[:SENTENCES]
    return " ".join(pool[i] for i in sorted(drawn))


def _pool(text: str) -> list[str]:
    """Prose; a text with none (a list, a table) gives whatever lines it has."""
    return prose_sentences(text) or sentences(text)
