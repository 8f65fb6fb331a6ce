"""What became of a text under each recipe that asked it: every answer, what gave up on it, what had it asked again."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import duckdb

from daemon.stories.reading import moment, quoted, rows
from store.events import ChunkDeadLettered, ChunkLabelled, LabelRefused, LabelReviewed, Requeued
from store.upcast import event_of

Told = ChunkLabelled | LabelRefused | ChunkDeadLettered | Requeued | LabelReviewed

# From the raw tables: the views leave out what was requeued.
_POSITIONS: Final = """
SELECT seq FROM raw_labels WHERE text_id = $text
UNION SELECT seq FROM raw_refusals WHERE text_id = $text
UNION SELECT seq FROM raw_dead_letters WHERE text_id = $text
UNION SELECT seq FROM raw_label_changes WHERE label_id IN (SELECT label_id FROM raw_labels WHERE text_id = $text)
"""
_EVENTS: Final = "SELECT seq, recorded_at, payload FROM events WHERE seq IN (SELECT unnest(?)) ORDER BY seq"


@dataclass(frozen=True)
class Happening:
    """An event of one text, and the recipe it happened under. `recorded_at` is naive UTC."""

    seq: int
    recorded_at: datetime
    recipe: str
    event: Told


def happenings(connection: duckdb.DuckDBPyConnection, text_id: str) -> list[Happening]:
    """All of them, in the order they were recorded."""
    positions = [seq for (seq,) in connection.execute(_POSITIONS, {"text": text_id}).fetchall()]
    found = [(seq, at, event_of(payload)) for seq, at, payload in rows(connection, _EVENTS, positions)]
    labels = {event.label_id: event.recipe for _, _, event in found if isinstance(event, ChunkLabelled)}
    return [
        Happening(seq, at, labels[event.label_id] if isinstance(event, LabelReviewed) else event.recipe, event)
        for seq, at, event in found
        if isinstance(event, Told)
    ]


def by_recipe(told: Sequence[Happening]) -> dict[str, list[Happening]]:
    """In the order in which the recipes first asked."""
    found: dict[str, list[Happening]] = {}
    for happening in told:
        found.setdefault(happening.recipe, []).append(happening)
    return found


def lines(happening: Happening) -> Iterator[str]:
    """Pure. What was answered is told whole: it is what a person looks for here."""
    yield f"  event {happening.seq}, {moment(happening.recorded_at)}: {_what(happening.event)}"
    event = happening.event
    if isinstance(event, ChunkLabelled | LabelRefused):
        yield (
            f"    {event.prompt_tokens:,} tokens asked, {event.completion_tokens:,} answered, {event.seconds:.2f} s, "
            f"validator {event.validator}"
        )
    for title, text in _said(event):
        yield f"    {title}:"
        yield from quoted(text, 6)


def _what(event: Told) -> str:
    match event:
        case ChunkLabelled():
            marks = ", ".join([*(["grounded"] if event.grounded else []), *event.flags]) or "not grounded"
            return f"attempt {event.attempt}, accepted, {marks}: label {event.label_id}"
        case LabelRefused():
            return f"attempt {event.attempt}, refused, {event.reason}"
        case ChunkDeadLettered():
            return f"dead letter after {event.attempts} attempt{'' if event.attempts == 1 else 's'}: {event.reason}"
        case Requeued():
            return "requeued, its attempts counted from zero again"
        case LabelReviewed():
            return f"label {event.label_id} reviewed, {event.verdict}"


def _said(event: Told) -> Iterator[tuple[str, str]]:
    """Titles, and the text under each."""
    match event:
        case ChunkLabelled(rationale=rationale, summary=summary, raw=raw):
            yield "rationale", rationale
            yield "summary", summary
            own = json.dumps({"rationale": rationale, "summary": summary}, ensure_ascii=False)
            yield ("raw answer, these two as JSON and nothing else", own) if raw is None else ("raw answer", raw)
        case LabelRefused(detail=detail, raw=raw):
            if detail:
                yield "why", detail
            yield ("raw answer", raw) if raw else ("raw answer", "(none)")
        case LabelReviewed(note=note) if note:
            yield "note", note
