"""Facts as tests need them: everything a test does not care about has a plausible value. Plain functions, no state.

Texts are named by what they say, so that a chunk and its label agree on the text_id without either knowing the other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from store import events as e
from store.ids import chunk_id, label_id, text_id
from store.log import EventLog, Limits, open_log
from store.records import Append, Appended

RECIPE = "5" * 32
START = datetime(2026, 11, 22, 12, 0)


class Clock:
    """A clock that a test turns, forwards or backwards."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


def accession(n: int) -> str:
    return f"{320193:010d}-26-{n:06d}"


def a_filing(n: int = 1, **changes: Any) -> e.FilingDiscovered:
    values: dict[str, Any] = {
        "accession": accession(n),
        "company_id": "0000320193",
        "ciks": (320193,),
        "company": "Apple Inc.",
        "ticker": "AAPL",
        "form": "10-K",
        "filed": date(2025, 10, 31),
        "period": date(2025, 9, 27),
        "amends": None,
        "url": f"https://filings.example/{n}.htm",
        "source": "edgar",
    }
    return e.FilingDiscovered(**values | changes)


def a_fetch(n: int = 1, **changes: Any) -> e.FilingFetched:
    values: dict[str, Any] = {
        "accession": accession(n),
        "sha256": f"{n:064x}",
        "size": 1_000 + n,
        "url": f"https://filings.example/{n}.htm",
        "modified_us": None,
        "alias_of": None,
    }
    return e.FilingFetched(**values | changes)


def a_filing_refusal(n: int = 1, reason: str = "not_html", **changes: Any) -> e.FilingRefused:
    values: dict[str, Any] = {
        "accession": accession(n),
        "reason": reason,
        "detail": "",
        "sha256": "f" * 64,
        "size": 7,
        "url": f"https://filings.example/{n}.htm",
        "modified_us": None,
    }
    return e.FilingRefused(**values | changes)


def a_chunk(text: str, *, filing: int = 1, occurrence: int = 0, **changes: Any) -> e.ChunkAppended:
    values: dict[str, Any] = {
        "chunk_id": chunk_id(accession(filing), "7", text_id(text), occurrence),
        "text_id": text_id(text),
        "accession": accession(filing),
        "ordinal": occurrence,
        "item": "7",
        "char_start": 0,
        "char_end": len(text),
        "split": "train",
        "text": text,
    }
    return e.ChunkAppended(**values | changes)


def a_chunking(n: int = 1, **changes: Any) -> e.FilingChunked:
    values: dict[str, Any] = {
        "accession": accession(n),
        "chunks": 1,
        "items": ("7",),
        "parser": "p1",
        "extraction_sha256": "e" * 64,
    }
    return e.FilingChunked(**values | changes)


def a_retirement(text: str, *, filing: int = 1, occurrence: int = 0) -> e.ChunkRetired:
    gone = a_chunk(text, filing=filing, occurrence=occurrence)
    return e.ChunkRetired(chunk_id=gone.chunk_id, accession=gone.accession, parser="p2")


def a_keeping(text: str, *, filing: int = 1, occurrence: int = 0, **changes: Any) -> e.ChunkKept:
    kept = a_chunk(text, filing=filing, occurrence=occurrence)
    values: dict[str, Any] = {
        "chunk_id": kept.chunk_id,
        "accession": kept.accession,
        "ordinal": 5,
        "char_start": 70,
        "char_end": 70 + len(text),
        "by_reference": False,
        "marks": (),
        "parser": "p3",
    }
    return e.ChunkKept(**values | changes)


def a_link(text: str, to: str, *, across: bool = False) -> e.TextLinked:
    return e.TextLinked(text_id=text_id(text), to_text_id=text_id(to), similarity=0.9, across=across)


def an_unlinking(text: str, to: str, *, across: bool = False) -> e.TextUnlinked:
    return e.TextUnlinked(text_id=text_id(text), to_text_id=text_id(to), across=across)


def a_recipe(recipe: str = RECIPE, **changes: Any) -> e.RecipeDeclared:
    values: dict[str, Any] = {
        "recipe": recipe,
        "teacher": "extractive",
        "model": None,
        "revision": None,
        "quantization": None,
        "licence": None,
        "toy": True,
        "spec": "{}",
    }
    return e.RecipeDeclared(**values | changes)


def an_adoption(recipe: str = RECIPE, **changes: Any) -> e.RecipeAdopted:
    values: dict[str, Any] = {"recipe": recipe, "replaces": None, "decision": "first"}
    return e.RecipeAdopted(**values | changes)


def a_label(text: str, *, recipe: str = RECIPE, attempt: int = 1, **changes: Any) -> e.ChunkLabelled:
    values: dict[str, Any] = {
        "label_id": label_id(text_id(text), recipe, attempt),
        "text_id": text_id(text),
        "chunk_id": a_chunk(text).chunk_id,
        "recipe": recipe,
        "attempt": attempt,
        "rationale": f"1. The text says: {text}",
        "summary": text,
        "raw": None,
        "flags": (),
        "grounded": True,
        "validator": "v1",
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "seconds": 0.25,
    }
    return e.ChunkLabelled(**values | changes)


def a_refusal(text: str, *, recipe: str = RECIPE, attempt: int = 1, **changes: Any) -> e.LabelRefused:
    values: dict[str, Any] = {
        "text_id": text_id(text),
        "chunk_id": a_chunk(text).chunk_id,
        "recipe": recipe,
        "attempt": attempt,
        "reason": "not_json",
        "detail": "",
        "raw": f"Sure! {text}",
        "validator": "v1",
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "seconds": 0.25,
    }
    return e.LabelRefused(**values | changes)


def a_dead_letter(text: str, *, recipe: str = RECIPE, **changes: Any) -> e.ChunkDeadLettered:
    values: dict[str, Any] = {
        "text_id": text_id(text),
        "chunk_id": a_chunk(text).chunk_id,
        "recipe": recipe,
        "reason": "not_json",
        "attempts": 3,
    }
    return e.ChunkDeadLettered(**values | changes)


def a_requeue(text: str, *, recipe: str = RECIPE) -> e.Requeued:
    return e.Requeued(text_id=text_id(text), recipe=recipe)


def a_review(text: str, verdict: str, *, recipe: str = RECIPE, attempt: int = 1) -> e.LabelReviewed:
    return e.LabelReviewed.model_validate(
        {"label_id": label_id(text_id(text), recipe, attempt), "verdict": verdict, "note": "read it"}
    )


def a_training(adapter: str, **changes: Any) -> e.AdapterTrained:
    values: dict[str, Any] = {
        "adapter_id": adapter,
        "snapshot_id": "s1",
        "run_id": f"run-{adapter}",
        "base": "seedling",
        "base_fingerprint": "b" * 32,
        "parent": None,
        "start": "scratch",
        "objective": "step_by_step",
        "toy": True,
        "rows": 1_000,
        "dropped": 1,
        "tokens": 50_000,
        "seconds": 12.5,
        "loss_first": 3.5,
        "loss_last": 1.5,
    }
    return e.AdapterTrained(**values | changes)


@contextmanager
def a_log(folder: Path) -> Iterator[EventLog]:
    """For laws, where a fixture would be shared by all examples."""
    log = open_log(folder, purpose="real", limits=Limits("512MiB", 1), clock=Clock())
    try:
        yield log
    finally:
        log.close()


def put(log: EventLog, *facts: e.Event, stream: str = "test", key: str | None = None) -> Appended:
    """Appends under a key of its own, so that a test may state the same fact twice."""
    own = key if key is not None else f"{stream}-{log.head.seq}"
    return log.append(Append(stream=stream, events=facts, key=own))


def labelled(log: EventLog, *texts: str, filing: int = 1, **changes: Any) -> None:
    """A filing whose chunks all have an accepted label of the active recipe."""
    if not log.query("SELECT 1 FROM recipes WHERE active"):
        put(log, a_recipe(), an_adoption())
    put(log, a_filing(filing), *(a_chunk(text, filing=filing, ordinal=i) for i, text in enumerate(texts)))
    put(log, *(a_label(text, **changes) for text in texts))
