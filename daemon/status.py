"""The figures a person asks for first. The daemon writes them beside what it publishes, so that they are read at once."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from daemon.activity import Activity
from store.errors import StateUnusable
from store.files import replace_file
from store.log import EventLog, utc_now

STATUS: Final = "status.json"
_HEADLINE: Final = "field = 'summary' AND metric = 'rougeL'"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StatusCount(_Frozen):
    name: str
    count: int


class HeadlineScore(_Frozen):
    """Summary ROUGE-L of one system on the evaluation set of the newest scored adapter; 0 to 1."""

    system: str
    value: float
    low: float | None
    high: float | None
    n: int


class TaskStatus(_Frozen):
    what: str
    done: int
    total: int | None
    note: str
    started_at: datetime


class TroubleStatus(_Frozen):
    happened_at: datetime
    what: str


class RecipeStatus(_Frozen):
    recipe: str
    teacher: str
    model: str | None
    toy: bool
    paused: str | None


class AdapterStatus(_Frozen):
    adapter_id: str
    status: str
    reason: str | None
    rows: int
    base: str
    toy: bool
    trained_at: datetime


class Status(_Frozen):
    """`finsdistill status --json`. Times are UTC; `written_at` is the age of every figure here."""

    format: int = 1
    written_at: datetime
    purpose: str
    seq: int
    filings: int
    filings_by_status: tuple[StatusCount, ...]
    companies: int
    heldout_companies: int
    chunks: int
    texts: int
    labelled: int
    pending: int
    refused: int
    dead_letters: int
    recipe: RecipeStatus | None
    eligible: int
    threshold: int
    until_next_training: int
    snapshots: int
    adapters: tuple[StatusCount, ...]
    champion: AdapterStatus | None
    newest: AdapterStatus | None
    scores: tuple[HeadlineScore, ...]
    labels_last_10_min: int
    filings_last_24_h: int
    running: tuple[TaskStatus, ...]
    troubles: tuple[TroubleStatus, ...]


def read_figures(log: EventLog, activity: Activity, *, threshold: int, paused: str | None) -> Status:
    """Counts from the typed tables, a few milliseconds each."""
    statuses = log.query("SELECT status, count(*) FROM filings GROUP BY status ORDER BY status")
    eligible = _since_snapshot(log)
    return Status(
        written_at=utc_now(),
        purpose=log.purpose,
        seq=log.head.seq,
        filings=sum(count for _, count in statuses),
        filings_by_status=tuple(StatusCount(name=name, count=count) for name, count in statuses),
        companies=_count(log, "SELECT count(*) FROM raw.splits"),
        heldout_companies=_count(log, "SELECT count(*) FROM raw.splits WHERE split = 'heldout'"),
        chunks=_count(log, "SELECT count(*) FROM occurrences WHERE NOT retired"),
        texts=_count(log, "SELECT count(*) FROM texts"),
        labelled=_count(log, "SELECT count(*) FROM triplet_keys"),
        pending=_count(log, "SELECT count(*) FROM pending"),
        refused=_count(log, "SELECT count(*) FROM raw.refusals"),
        dead_letters=_count(log, "SELECT count(*) FROM dead_letters"),
        recipe=_recipe(log, paused),
        eligible=eligible,
        threshold=threshold,
        until_next_training=max(0, threshold - eligible),
        snapshots=_count(log, "SELECT count(*) FROM raw.snapshots"),
        adapters=_adapter_counts(log),
        champion=_adapter(log, "status = 'champion'"),
        newest=_adapter(log, "true"),
        scores=_scores(log),
        labels_last_10_min=_recent(log, "raw.labels", timedelta(minutes=10)),
        filings_last_24_h=_recent(log, "raw.filings", timedelta(hours=24)),
        running=tuple(TaskStatus(**vars(task)) for task in activity.tasks()),
        troubles=tuple(TroubleStatus(**vars(trouble)) for trouble in activity.troubles()),
    )


def _count(log: EventLog, sql: str) -> int:
    return int(log.query(sql)[0][0])


def _recent(log: EventLog, table: str, span: timedelta) -> int:
    sql = f"SELECT count(*) FROM {table} WHERE recorded_at > ?"  # noqa: S608 - our own names
    return int(log.query(sql, [utc_now() - span])[0][0])


def _since_snapshot(log: EventLog) -> int:
    return _count(
        log,
        "SELECT count(*) FROM triplet_keys WHERE eligible AND seq > (SELECT coalesce(max(log_seq), 0) FROM raw.snapshots)",
    )


def _recipe(log: EventLog, paused: str | None) -> RecipeStatus | None:
    rows = log.query("SELECT recipe, teacher, model, toy FROM recipes WHERE active")
    if not rows:
        return None
    recipe, teacher, model, toy = rows[0]
    return RecipeStatus(recipe=recipe, teacher=teacher, model=model, toy=toy, paused=paused)


def _adapter_counts(log: EventLog) -> tuple[StatusCount, ...]:
    rows = log.query("SELECT status, count(*) FROM adapters GROUP BY status ORDER BY status")
    return tuple(StatusCount(name=name, count=count) for name, count in rows)


def _adapter(log: EventLog, which: str) -> AdapterStatus | None:
    rows = log.query(
        "SELECT adapter_id, status, coalesce(detail, reason), rows, base, toy, recorded_at "  # noqa: S608 - our own words
        f"FROM adapters WHERE {which} ORDER BY recorded_at DESC, seq DESC LIMIT 1"
    )
    names = ("adapter_id", "status", "reason", "rows", "base", "toy", "trained_at")
    return AdapterStatus(**dict(zip(names, rows[0], strict=True))) if rows else None


def _scores(log: EventLog) -> tuple[HeadlineScore, ...]:
    rows = log.query(
        "SELECT system, value, low, high, n FROM metrics "  # noqa: S608 - our own words
        f"WHERE {_HEADLINE} AND seq = (SELECT max(seq) FROM metrics) ORDER BY value DESC, system"
    )
    return tuple(HeadlineScore(system=row[0], value=row[1], low=row[2], high=row[3], n=row[4]) for row in rows)


def write_status(state_dir: Path, status: Status) -> None:
    replace_file(state_dir / STATUS, (status.model_dump_json(indent=1) + "\n").encode())


def read_status(state_dir: Path) -> Status | None:
    """None before the first service ran here. Raises StateUnusable for a file of another version."""
    path = state_dir / STATUS
    try:
        return Status.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as cause:
        raise StateUnusable(
            f"{path} was written by another version of finsdistill: run `finsdistill run` once"
        ) from cause
