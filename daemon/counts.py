"""The figures of `status`, counted in the log's typed tables."""

from datetime import timedelta
from typing import Final

from daemon.activity import Activity
from daemon.status import (
    AdapterStatus,
    HeadlineScore,
    PollStatus,
    RecipeStatus,
    Status,
    StatusCount,
    TaskStatus,
    TroubleStatus,
)
from store.log import EventLog, utc_now

_TOKENS: Final = """
SELECT coalesce(sum(prompt_tokens), 0)::BIGINT, coalesce(sum(completion_tokens), 0)::BIGINT FROM (
    SELECT prompt_tokens, completion_tokens FROM raw.labels WHERE recipe = ?
    UNION ALL SELECT prompt_tokens, completion_tokens FROM raw.refusals WHERE recipe = ?
)
"""
_HEADLINE: Final = "field = 'summary' AND metric = 'rougeL'"


def count_all(log: EventLog, activity: Activity, *, threshold: int, paused: str | None) -> Status:
    """Counts from the typed tables, a few milliseconds each."""
    statuses = log.query("SELECT status, count(*) FROM filings GROUP BY status ORDER BY status")
    eligible = eligible_since_snapshot(log)
    return Status(
        written_at=utc_now(),
        purpose=log.purpose,
        seq=log.head.seq,
        filings=sum(count for _, count in statuses),
        filings_by_status=tuple(StatusCount(name=name, count=count) for name, count in statuses),
        companies=_count(log, "SELECT count(*) FROM raw.splits"),
        heldout_companies=_count(log, "SELECT count(*) FROM raw.splits WHERE split = 'heldout'"),
        watched=_count(log, "SELECT count(*) FROM companies WHERE watched"),
        last_poll=PollStatus(**vars(activity.last_poll)) if activity.last_poll else None,
        chunks=_count(log, "SELECT count(*) FROM occurrences WHERE NOT retired"),
        texts=_count(log, "SELECT count(*) FROM texts"),
        labelled=_count(log, "SELECT count(*) FROM triplet_keys"),
        pending=_count(log, "SELECT count(*) FROM pending"),
        refused=_count(log, "SELECT count(*) FROM raw.refusals"),
        dead_letters=_count(log, "SELECT count(*) FROM dead_letters JOIN recipes USING (recipe) WHERE active"),
        recipe=_recipe(log, paused),
        paused=paused,
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


def eligible_since_snapshot(log: EventLog) -> int:
    return _count(
        log,
        "SELECT count(*) FROM triplet_keys WHERE eligible AND seq > (SELECT coalesce(max(log_seq), 0) FROM raw.snapshots)",
    )


def _recipe(log: EventLog, paused: str | None) -> RecipeStatus | None:
    rows = log.query("SELECT recipe, teacher, model, toy FROM recipes WHERE active")
    if not rows:
        return None
    recipe, teacher, model, toy = rows[0]
    prompt_tokens, completion_tokens = log.query(_TOKENS, [recipe, recipe])[0]
    return RecipeStatus(
        recipe=recipe,
        teacher=teacher,
        model=model,
        toy=toy,
        paused=paused,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
    )


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
