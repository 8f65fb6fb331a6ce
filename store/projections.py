"""The pure folds: an event becomes the rows it adds to the typed tables. No clock, no disk, no state.

`rebuild` is this function over the whole log again, and the same log gives the same rows.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from store import events as e

Value = str | int | float | bool | None | datetime | object


class Row(NamedTuple):
    """One row of `table`, without `seq`."""

    table: str
    values: dict[str, Value]


def rows_of(event: e.Event, recorded_at: datetime) -> Iterator[Row]:
    """What `event` adds, in the order it is written."""
    for row in _rows(event):
        row.values["recorded_at"] = recorded_at
        yield row


def _rows(event: e.Event) -> Iterator[Row]:
    match event:
        case e.ChunkAppended():  # these two first: nearly all of a log, and each case in front costs every chunk
            yield _row("chunks", event)
        case e.ChunkLabelled():
            yield _row("labels", event)
        case e.TextLinked():
            yield _row("text_changes", event, linked=True)
        case e.TextUnlinked():
            yield _row("text_changes", event, linked=False)
        case e.ChunkKept():
            yield _row("chunk_changes", event, retired=False)
        case e.ChunkRetired():
            yield _row("chunk_changes", event, retired=True)
        case e.AmendmentLinked():
            yield _row("amendments", event)
        case e.FilingDiscovered() | e.FilingFetched() | e.FilingRefused() | e.FilingChunked():
            yield from _filing_rows(event)
        case _:
            yield from _company_rows(event)
            yield from _label_rows(event)
            yield from _run_rows(event)


def _company_rows(event: e.Event) -> Iterator[Row]:
    """`CompanyRefused` changes nothing that is counted; `events` has it."""
    match event:
        case e.LogCreated():
            yield _row("log_info", event)
        case e.CompanyWatched():
            yield _row("companies", event, watched=True)
        case e.CompanyUnwatched():
            yield _row("companies", event, watched=False)
        case e.SplitAssigned():
            yield _row("splits", event)
        case e.BackfillAsked():
            yield _row("backfills", event)
        case e.IndexRead():
            yield _row("indexes", event)


def _label_rows(event: e.Event) -> Iterator[Row]:
    match event:
        case e.RecipeDeclared():
            yield _row("recipes", event)
        case e.RecipeAdopted():
            yield _row("recipe_changes", event)
        case e.LabelRefused():
            yield _row("refusals", event)
        case e.ChunkDeadLettered():
            yield _row("dead_letters", event, requeued=False)
        case e.Requeued():
            yield _row("dead_letters", event, requeued=True)
        case e.LabelReviewed():
            yield _row("label_changes", event, review=event.verdict)
        case e.LabellingPaused():
            yield _row("pauses", event, paused=True)
        case e.LabellingResumed():
            yield _row("pauses", event, paused=False)


def _filing_rows(
    event: e.FilingDiscovered | e.FilingFetched | e.FilingRefused | e.FilingChunked,
) -> Iterator[Row]:
    match event:
        case e.FilingDiscovered():
            yield _row("filings", event, cik=min(event.ciks, default=None))
            yield _row("filing_changes", event, status="discovered")
        case e.FilingFetched(alias_of=None):
            yield _row("filing_changes", event, status="fetched", bytes=event.size)
        case e.FilingFetched():
            reason = f"the same bytes as {event.alias_of}"
            yield _row("filing_changes", event, status="alias", reason=reason, bytes=event.size)
        case e.FilingRefused():
            reason = f"{event.reason}: {event.detail}" if event.detail else event.reason
            # Other bytes under a known accession are refused, the filing is not: the view passes over `conflict`.
            status = "conflict" if event.reason == "conflicting_bytes" else "refused"
            yield _row("filing_changes", event, status=status, reason=reason, bytes=event.size)
        case e.FilingChunked():
            yield _row("filing_changes", event, status="chunked")
            for ordinal, found in enumerate(event.found):
                yield Row("items", {"accession": event.accession, "ordinal": ordinal, **found.model_dump()})


def _run_rows(event: e.Event) -> Iterator[Row]:
    match event:
        case e.SnapshotSealed():
            yield _row("snapshots", event)
        case e.TrainingStarted():
            yield _row("runs", event, status="started", stage="train")
        case e.TrainingFailed():
            yield _row("runs", event, status="failed" if event.final else "retrying")
            if event.final and event.adapter_id is not None:
                yield _status(event.adapter_id, "failed", event.reason)
        case e.AdapterTrained():
            yield _row("runs", event, status="trained", stage="train")
            yield _row("adapters", event)
            yield _row("adapter_changes", event, status="challenger")
        case e.AdapterEvaluated():
            yield from _score_rows(event)
        case e.AdapterPromoted():
            if event.replaces is not None:
                yield _status(event.replaces, "former", f"replaced by {event.adapter_id}")
            yield _status(event.adapter_id, "champion", event.reason)
        case e.AdapterHeld():
            yield _status(event.adapter_id, "unscored" if event.unscored else "held", event.reason, event.detail)
        case e.AdapterRolledBack():
            yield _status(event.adapter_id, "rolled_back", event.reason)
            if event.to is not None:
                yield _status(event.to, "champion", f"after {event.adapter_id} was rolled back")


def _score_rows(event: e.AdapterEvaluated) -> Iterator[Row]:
    common = {"adapter_id": event.adapter_id, "eval_set": event.eval_set}
    for score in event.scores:
        yield Row("metrics", {**score.model_dump(), **common, "snapshot_id": event.snapshot_id})
    if event.comparison is not None:
        shown = {**event.comparison.model_dump(), **common, "per_example_sha256": event.per_example_sha256}
        yield Row("comparisons", shown)


def _row(table: str, event: e.Event, **more: Value) -> Row:
    """The event's own fields plus `more`; what the table has no column for is left out when it is written."""
    return Row(table, {**vars(event), **more})


def _status(adapter: str, status: str, reason: str, detail: str | None = None) -> Row:
    return Row("adapter_changes", {"adapter_id": adapter, "status": status, "reason": reason, "detail": detail})
