"""What happened in a big log: the same mix as a real service's, as plain data, quick enough for ten million events.

Filings of about 300 chunks in 16 Items, 95 % of their texts new, a tenth of those nearly an older one; a tenth of the companies
held out; a label for half of the other texts; a few refusals, dead letters, requeued ones, reviews and retired chunks. The same
size gives the same facts.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any, Final

from store import events as e
from store.ids import chunk_id, company_id, label_id, text_id
from store.projections import rows_of

START: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - naive UTC like all times in the log
CHUNKS: Final = 300  # of a filing
_FILINGS: Final = 15  # of a company
_LABELS: Final = 32  # in one append
_BOILERPLATE: Final = 200  # texts that many companies have word for word
Payload = dict[str, Any]
_ITEMS: Final = tuple(
    e.FoundItem(item=str(n), status="full", char_start=n, char_end=n + 1, by_reference=False, prose=0.9, marks=())
    for n in range(1, 17)
)


@dataclass(frozen=True)
class Size:
    """`real`: texts of about 1.5 KB, rationales of 500 bytes; else a few words each."""

    events: int
    real: bool

    @property
    def name(self) -> str:
        return f"{'real' if self.real else 'small'}-{self.events}"


@dataclass(frozen=True)
class Fact:
    """`rows`: the values of the typed rows that it adds, by table."""

    type: str
    payload: Payload
    rows: tuple[tuple[str, Payload], ...]


@dataclass(frozen=True)
class Lot:
    """What one append brings."""

    stream: str
    key: str
    facts: list[Fact]


@dataclass(frozen=True)
class _Company:
    number: int
    heldout: bool
    texts: list[str]  # some of its older filings', to be found again in newer ones

    @property
    def cik(self) -> int:
        return 2_000_000 + self.number


def fact(event: e.Event) -> Fact:
    """As the log's own writer would fold it."""
    rows = tuple((row.table, dict(row.values)) for row in rows_of(event, START))
    return Fact(event.type, event.model_dump(mode="json"), rows)


def history(size: Size, recipe: str) -> Iterator[Lot]:
    """Endless."""
    rng = random.Random(size.events)
    words = _Words(rng, real=size.real)
    companies = [
        _Company(n, heldout=n % 10 == 0, texts=[]) for n in range(max(10, 2 * size.events // (3 * CHUNKS * _FILINGS)))
    ]
    for company in companies:
        yield _begun(company)
    for number in count():
        company = companies[number % len(companies)]
        filing = _Filing(number, company, recipe)
        texts = [words.chunk(company.texts) for _ in range(rng.randrange(CHUNKS - 50, CHUNKS + 50))]
        yield filing.arrived()
        yield filing.chunked(texts)
        near = texts[3::10] if company.texts else []
        if near:
            yield filing.linked(near, company.texts[0])
        new = [text for text in texts[::2] if text not in words.seen and text not in near]
        words.seen.update(text for text in new if text in words.boilerplate)
        yield from _labels(recipe, filing, new, words)
        company.texts[:] = texts[1:6]
        if number % 20 == 19:
            yield filing.retired(texts[:5])


def _begun(company: _Company) -> Lot:
    name = company_id(company.cik, "")
    split = e.SplitAssigned(
        company_id=name, cik=company.cik, split="heldout" if company.heldout else "train", rule="hash"
    )
    watched = e.CompanyWatched(company_id=name, cik=company.cik, ticker=None, name=f"Invented {company.cik}")
    return Lot(f"company-{name}", f"split-{name}", [fact(split), fact(watched)])


class _Words:
    """Texts as long as asked for, of words that compress about as English does."""

    def __init__(self, rng: random.Random, *, real: bool) -> None:
        self.rng, self.real = rng, real
        letters = "etaoinshrdlucmfwypvbgk"
        self._words = ["".join(rng.choices(letters, k=rng.randrange(3, 11))) for _ in range(3_000)]
        self._number = count(1)
        self.boilerplate = dict.fromkeys(self._new() for _ in range(_BOILERPLATE))
        self._boilerplate = list(self.boilerplate)
        self.seen: set[str] = set()

    def chunk(self, older: list[str]) -> str:
        chance = self.rng.random()
        if chance < 0.03 and older:
            return self.rng.choice(older)
        return self.rng.choice(self._boilerplate) if chance < 0.05 else self._new()

    def _new(self) -> str:
        return f"{next(self._number)} {self.some(200 if self.real else 2)}."

    def some(self, words: int) -> str:
        return " ".join(self.rng.choices(self._words, k=words))


@dataclass(frozen=True)
class _Filing:
    number: int
    company: _Company
    recipe: str

    @property
    def accession(self) -> str:
        return f"{self.company.cik:010d}-{self.number % 100:02d}-{self.number:06d}"

    @property
    def stream(self) -> str:
        return f"filing-{self.accession}"

    def arrived(self) -> Lot:
        url = f"https://filings.example/{self.accession}.txt"
        found = e.FilingDiscovered(
            accession=self.accession,
            company_id=company_id(self.company.cik, ""),
            ciks=(self.company.cik,),
            company=f"Invented {self.company.cik}",
            ticker=None,
            form="10-K",
            filed=date(2025, 3, 1),
            period=date(2024, 12, 31),
            amends=None,
            url=url,
            source="edgar",
        )
        fetched = e.FilingFetched(
            accession=self.accession,
            sha256=f"{self.number:064x}",
            size=1_000_000,
            url=url,
            modified_us=None,
            alias_of=None,
        )
        return Lot(self.stream, f"fetched-{self.accession}-{self.number:032x}", [fact(found), fact(fetched)])

    def chunked(self, texts: list[str]) -> Lot:
        facts = [self._chunk(ordinal, text) for ordinal, text in enumerate(texts)]
        done = e.FilingChunked(
            accession=self.accession,
            chunks=len(texts),
            items=("1", "7"),
            parser="big",
            extraction_sha256="e" * 64,
            found=_ITEMS,
        )
        return Lot(self.stream, f"chunked-{self.accession}-big", [*facts, fact(done)])

    def linked(self, texts: list[str], older: str) -> Lot:
        """Each is nearly `older`, whose label speaks for it."""
        to = text_id(older)
        near = (text_id(text) for text in texts if text != older)
        facts = [fact(e.TextLinked(text_id=text, to_text_id=to, similarity=0.95, across=False)) for text in near]
        return Lot("near", f"near-{self.accession}", facts)

    def _chunk(self, ordinal: int, text: str) -> Fact:
        name = text_id(text)
        payload = {
            "v": 2,
            "type": "ChunkAppended",
            "chunk_id": chunk_id(self.accession, "7", name, ordinal),
            "text_id": name,
            "accession": self.accession,
            "ordinal": ordinal,
            "item": "7",
            "char_start": 1_000 * ordinal,
            "char_end": 1_000 * ordinal + len(text),
            "split": "heldout" if self.company.heldout else "train",
            "text": text,
            "by_reference": False,
            "marks": [],
        }
        return Fact("ChunkAppended", payload, (("chunks", payload),))

    def retired(self, texts: list[str]) -> Lot:
        gone = [chunk_id(self.accession, "7", text_id(text), ordinal) for ordinal, text in enumerate(texts)]
        facts = [fact(e.ChunkRetired(chunk_id=chunk, accession=self.accession, parser="newer")) for chunk in gone]
        return Lot(self.stream, f"retired-{self.accession}", facts)


def _labels(recipe: str, filing: _Filing, texts: list[str], words: _Words) -> Iterator[Lot]:
    for start in range(0, len(texts), _LABELS):
        facts = [found for text in texts[start : start + _LABELS] for found in _answers(recipe, text_id(text), words)]
        yield Lot(f"recipe-{recipe}", f"labels-{filing.number:020d}-{start:06d}", facts)


def _answers(recipe: str, text: str, words: _Words) -> Iterator[Fact]:
    chance = words.rng.random()
    if chance >= 0.01:
        if chance < 0.04:
            yield _refusal(recipe, text, 1)
        yield _label(recipe, text, words, attempt=2 if chance < 0.04 else 1)
        if chance > 0.998:
            named = label_id(text, recipe, 1)
            yield fact(e.LabelReviewed(label_id=named, verdict="rejected", note="wrong"))
        return
    yield from (_refusal(recipe, text, attempt) for attempt in (1, 2, 3))
    yield fact(e.ChunkDeadLettered(text_id=text, chunk_id=text, recipe=recipe, reason="not_json", attempts=3))
    if chance < 0.0005:
        yield fact(e.Requeued(text_id=text, recipe=recipe))


def _label(recipe: str, text: str, words: _Words, *, attempt: int) -> Fact:
    payload = {
        **_outcome(recipe, text, attempt),
        "type": "ChunkLabelled",
        "label_id": label_id(text, recipe, attempt),
        "rationale": words.some(70 if words.real else 2),
        "summary": words.some(35 if words.real else 2),
        "raw": None,
        "flags": ["repaired"] if words.rng.random() < 0.02 else [],
        "grounded": words.rng.random() < 0.95,
    }
    return Fact("ChunkLabelled", payload, (("labels", payload),))


def _refusal(recipe: str, text: str, attempt: int) -> Fact:
    more = {"type": "LabelRefused", "reason": "not_json", "detail": "", "raw": f"Sure! {attempt}"}
    payload = {**_outcome(recipe, text, attempt), **more}
    return Fact("LabelRefused", payload, (("refusals", payload),))


def _outcome(recipe: str, text: str, attempt: int) -> Payload:
    return {
        "v": 1,
        "text_id": text,
        "chunk_id": text,
        "recipe": recipe,
        "attempt": attempt,
        "validator": "v1",
        "prompt_tokens": 500,
        "completion_tokens": 150,
        "seconds": 0.25,
    }
