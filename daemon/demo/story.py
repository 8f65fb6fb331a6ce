"""What a person is told while the loop runs: an event becomes a line, and the first of its kind is explained. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from daemon.samples import Sample
from store import events as e

TYPES: Final = (
    *("FilingDiscovered", "FilingChunked", "FilingRefused", "ChunkLabelled", "ChunkDeadLettered"),
    *("SnapshotSealed", "AdapterTrained", "TrainingFailed", "AdapterEvaluated", "AdapterPromoted", "AdapterHeld"),
)

_WHY: Final = {
    "there": "EDGAR's stand-in on this machine serves invented filings in real EDGAR shapes; these three companies are held "
    "out: nobody trains on them, they are what the student is scored on",
    "appears": "a new filing is on the stand-in; nobody tells the service, it polls as it would poll the real EDGAR",
    "read": "the service found it, fetched it within SEC's limits, kept its bytes by their hash and cut its prose into chunks",
    "labels": "each chunk gets a rationale and a summary: a triplet. This teacher is a toy that picks sentences by rule",
    "sealed": "enough new triplets: the training set is sealed at this position of the log, so that it can always be had again",
    "trained": "the student, a toy of half a million parameters, learned a LoRA adapter from it, in a process of its own",
    "scored": "base, champion and challenger answer the same held-out texts; ROUGE-L of their summaries, with 95 % intervals",
    "decision": "an adapter is promoted only where it is surely better on the held-out set, and held otherwise",
}


@dataclass(frozen=True)
class Line:
    kind: str
    text: str
    why: str | None = None


@dataclass
class Story:
    """What was told already. `feed` is called with the log's new events in their order."""

    samples: dict[str, Sample]
    appeared_s: dict[str, float] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    labelled: int = 0
    declined: int = 0
    news: int = 0

    def there(self, samples: Iterable[Sample]) -> Line:
        names = dict.fromkeys(sample.company for sample in samples)
        return self._line("there", f"{len(tuple(samples))} filings of {', '.join(names)}")

    def appears(self, sample: Sample, at_s: float) -> Line:
        self.appeared_s[sample.accession] = at_s
        return self._line("appears", _name(sample))

    def feed(self, events: Iterable[e.Event], now_s: float) -> Iterator[Line]:
        """`now_s` on the clock of `appears`."""
        for event in events:
            match event:
                case e.ChunkLabelled():
                    self.labelled, self.news = self.labelled + 1, self.news + 1
                case e.ChunkDeadLettered():
                    self.declined, self.news = self.declined + 1, self.news + 1
                case e.FilingChunked() if event.accession in self.samples:
                    yield self._read(event, now_s)
                case e.FilingRefused():
                    yield Line("refused", f"{event.accession}: {event.reason}, {event.detail}")
                case _:
                    yield from self._of_training(event)
        if self.news:
            yield self._labels()

    def _read(self, event: e.FilingChunked, now_s: float) -> Line:
        sample = self.samples[event.accession]
        since = self.appeared_s.get(event.accession)
        after = f" {max(0.0, now_s - since):.1f} s after it appeared" if since is not None else ""
        return self._line("read", f"{_name(sample)}: {event.chunks} chunks{after}")

    def _labels(self) -> Line:
        text = f"+{self.news} texts: {self.labelled:,} triplets so far, {self.declined:,} texts without a usable answer"
        self.news = 0
        return self._line("labels", text)

    def _of_training(self, event: e.Event) -> Iterator[Line]:
        match event:
            case e.SnapshotSealed():
                held = f"{event.heldout_rows} held out"
                yield self._line(
                    "sealed", f"{event.rows} triplets, {event.new_rows} of them new, {held}; training starts"
                )
            case e.AdapterTrained():
                loss = f"loss {event.loss_first:.2f} → {event.loss_last:.2f}"
                text = f"{event.adapter_id[:8]} from {event.start}, {event.rows} rows in {event.seconds:.0f} s, {loss}"
                yield self._line("trained", text)
            case e.TrainingFailed():
                yield Line("failed", f"{event.reason}; {'given up' if event.final else 'tried again'}")
            case e.AdapterEvaluated():
                yield self._line("scored", _scores(event))
            case e.AdapterPromoted():
                yield self._line("decision", f"{event.adapter_id[:8]} is the new champion: {event.reason}")
            case e.AdapterHeld():
                yield self._line("decision", f"{event.adapter_id[:8]} is held ({event.reason}): {event.detail}")

    def _line(self, kind: str, text: str) -> Line:
        why = None if kind in self.told else _WHY[kind]
        self.told.add(kind)
        return Line(kind, text, why)


def _name(sample: Sample) -> str:
    return f"{sample.company} ({sample.ticker}), {sample.form} for {sample.period.year}"


def _scores(event: e.AdapterEvaluated) -> str:
    headline = [score for score in event.scores if score.field == "summary" and score.metric == "rougeL"]
    shown = (f"{score.system} {score.value:.3f}" for score in headline if score.system != "self")
    n = headline[0].n if headline else 0
    return f"{', '.join(shown)} on {n} texts"
