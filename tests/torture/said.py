"""What a service said it had done, over all its lives: whatever it said before a kill must be in the log after it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Stored:
    """One event of the log."""

    seq: int
    hash: str
    stream: str
    type: str
    append_key: str
    payload: Mapping[str, Any]


@dataclass
class Said:
    """Its own log lines and the commands that it took away, as acknowledgements."""

    fetched: set[str] = field(default_factory=set)
    chunked: dict[str, int] = field(default_factory=dict)
    runs: set[tuple[str, str]] = field(default_factory=set)
    label_events: int = 0
    published: int = 0

    def hear(self, lines: Iterable[Mapping[str, Any]]) -> None:
        for line in lines:
            match line["event"]:
                case "filing_fetched":
                    self.fetched.add(line["accession"])
                case "filing_chunked":
                    self.chunked[line["accession"]] = line["chunks"]
                case "labels_appended":
                    self.label_events += line["events"]
                case "published":
                    self.published = max(self.published, line["seq"])
                case "snapshot_sealed":
                    self.runs.add(("SnapshotSealed", line["snapshot_id"]))
                case "training_started":
                    self.runs.add(("TrainingStarted", line["run_id"]))
                case "adapter_trained":
                    self.runs.add(("AdapterTrained", line["adapter_id"]))
                case "adapter_decided":
                    self.runs.add(("AdapterEvaluated", line["adapter_id"]))

    def missing_in(self, events: Sequence[Stored]) -> list[str]:
        """What was said and is not there."""
        names = {"SnapshotSealed": "snapshot_id", "TrainingStarted": "run_id"}
        there = {(e.type, e.payload.get(names.get(e.type, "adapter_id"))) for e in events}
        fetched = {e.payload["accession"] for e in events if e.type == "FilingFetched"}
        chunks = Counter(e.payload["accession"] for e in events if e.type == "ChunkAppended")
        labels = sum(e.stream.startswith("recipe-") and e.append_key.startswith("labels-") for e in events)
        found = [f"filing {name} was fetched and is not in the log" for name in sorted(self.fetched - fetched)]
        found += [f"{run} was said and is not in the log" for run in sorted(self.runs - there)]
        found += [
            f"filing {name} has {chunks[name]} chunks in the log, {said} were said"
            for name, said in self.chunked.items()
            if chunks[name] != said
        ]
        if labels < self.label_events:
            found.append(f"{self.label_events} events of labelling were acknowledged, {labels} are in the log")
        if len(events) < self.published:
            found.append(f"event {self.published} was published, the log ends at {len(events)}")
        return found


def twice_in(events: Sequence[Stored]) -> list[str]:
    """What is there more than once and must not be. Pure."""
    of = {
        "FilingDiscovered": ("accession",),
        "FilingFetched": ("accession",),
        "FilingChunked": ("accession",),
        "ChunkAppended": ("chunk_id",),
        "ChunkLabelled": ("text_id", "recipe"),
        "RecipeDeclared": ("recipe",),
        "SplitAssigned": ("company_id",),
        "SnapshotSealed": ("log_seq",),
        "AdapterTrained": ("snapshot_id",),
        "AdapterEvaluated": ("adapter_id", "champion"),
    }
    counted = Counter(
        (event.type, tuple(event.payload.get(name) for name in of[event.type])) for event in events if event.type in of
    )
    return [f"{kind} {' '.join(map(str, name))} is there {n} times" for (kind, name), n in counted.items() if n > 1]


def not_ended_once(events: Sequence[Stored]) -> list[str]:
    """Texts that, with nothing pending, ended neither as a label nor as a dead letter, or twice. A text that is nearly another
    one ends with that one's label, and nobody is asked about one that stands only where a check failed. Pure."""
    wanted = {e.payload["text_id"] for e in events if e.type == "ChunkAppended" and not e.payload.get("marks")}
    ends = Counter(e.payload["text_id"] for e in events if e.type in ("ChunkLabelled", "ChunkDeadLettered"))
    speaks: dict[str, str] = {}
    for event in events:
        if event.type in ("TextLinked", "TextUnlinked") and not event.payload["across"]:
            name = event.payload["text_id"]
            speaks.pop(name, None)
            if event.type == "TextLinked":
                speaks[name] = event.payload["to_text_id"]
    spoken_for = {text for text, other in speaks.items() if not ends[text] and ends[other] == 1}
    return sorted(text for text in {*wanted, *ends} if ends[text] != 1 and text not in spoken_for)
