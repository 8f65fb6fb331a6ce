"""The figures of `status`: of texts from where they stand, the rest from the log's typed tables when it changed."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from daemon.activity import Activity
from daemon.standing import Standing
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

_NEWS: Final = "SELECT DISTINCT type FROM raw.events WHERE seq > ? AND seq <= ?"
# As the view `filings` says it, without what else it says: how many more stand so at the second event than at the first. Only
# filings with news between them are counted: all 300,000 of them take half a second.
_FILINGS: Final = """
WITH news AS (SELECT DISTINCT accession FROM raw.filing_changes WHERE seq > ? AND seq <= ?),
said AS (
    SELECT accession, status, parser, seq FROM raw.filing_changes
    WHERE status <> 'conflict' AND seq <= ? AND accession IN (SELECT accession FROM news)
)
SELECT status, CASE WHEN status = 'chunked' THEN parser END AS parser, sum(more)::BIGINT FROM (
    SELECT arg_max(status, seq) AS status, arg_max(parser, seq) AS parser, 1 AS more FROM said GROUP BY accession
    UNION ALL
    SELECT arg_max(status, seq), arg_max(parser, seq), -1 FROM said WHERE seq <= ? GROUP BY accession
) GROUP BY ALL
"""
_COMPANIES: Final = """
SELECT (SELECT count(*) FROM raw.splits), (SELECT count(*) FROM raw.splits WHERE split = 'heldout'),
    (SELECT count(*) FROM companies WHERE watched)
"""
_TOKENS: Final = """
SELECT coalesce(sum(prompt_tokens), 0)::BIGINT, coalesce(sum(completion_tokens), 0)::BIGINT FROM (
    SELECT prompt_tokens, completion_tokens FROM raw.labels WHERE recipe = ? AND seq > ? AND seq <= ?
    UNION ALL SELECT prompt_tokens, completion_tokens FROM raw.refusals WHERE recipe = ? AND seq > ? AND seq <= ?
)
"""
_HEADLINE: Final = "field = 'summary' AND metric = 'rougeL'"


@dataclass(frozen=True)
class _Tokens:
    """Of one recipe, up to an event."""

    recipe: str
    seq: int
    prompt: int
    completion: int


class Counts:
    """Used by one thread at a time. What is asked of the log each time costs what is new; the rest is kept until an event of
    its kind comes. `before`: what a service left here, shown for as long as the texts are still being counted."""

    def __init__(
        self, log: EventLog, standing: Standing, activity: Activity, before: Status | None, *, parser: str
    ) -> None:
        self._log, self._standing, self._activity, self._before = log, standing, activity, before
        self._parser = parser
        self._seq = 0
        self._kept: dict[str, dict[str, Any]] = {}
        self._filings = _Filings()
        self._tokens: _Tokens | None = None

    def now(self, *, threshold: int, paused: str | None, every_filer: bool = False) -> Status:
        self._look()
        texts = self._texts()
        figures = {name: value for part in self._kept.values() for name, value in part.items()}
        activity = self._activity
        return Status(
            **figures,
            **texts,
            written_at=utc_now(),
            purpose=self._log.purpose,
            parser=self._parser,
            seq=self._seq,
            last_poll=PollStatus(**vars(activity.last_poll)) if activity.last_poll else None,
            recipe=self._recipe(paused),
            every_filer=every_filer,
            paused=paused,
            threshold=threshold,
            until_next_training=max(0, threshold - texts["eligible"]),
            labels_last_10_min=_recent(self._log, "raw.labels", timedelta(minutes=10)),
            filings_last_24_h=_recent(self._log, "raw.filings", timedelta(hours=24)),
            running=tuple(TaskStatus(**vars(task)) for task in activity.tasks()),
            troubles=tuple(TroubleStatus(**vars(trouble)) for trouble in activity.troubles()),
        )

    def _look(self) -> None:
        """Asks anew for what the events since the last time are about."""
        head = self._log.head.seq
        news = {kind for (kind,) in self._log.query(_NEWS, [self._seq, head])}
        for name, (kinds, ask) in _PARTS.items():
            if name not in self._kept or any(kind.startswith(kinds) for kind in news):
                self._kept[name] = ask(self._log)
        if "filings" not in self._kept or any(kind.startswith("Filing") for kind in news):
            self._kept["filings"] = self._filings.follow(self._log, head)
        self._seq = head

    def _texts(self) -> dict[str, int]:
        found = self._standing.glance()
        if found is not None:
            totals = found.totals
            return {
                "chunks": totals.occurrences,
                "texts": totals.texts,
                "linked": totals.linked,
                "labelled": totals.labelled,
                "pending": totals.pending,
                "dead_letters": totals.dead,
                "eligible": found.eligible,
            }
        names = ("chunks", "texts", "linked", "labelled", "pending", "dead_letters", "eligible")
        return {name: getattr(self._before, name) if self._before else 0 for name in names}

    def _recipe(self, paused: str | None) -> RecipeStatus | None:
        rows = self._log.query("SELECT recipe, teacher, model, toy FROM recipes WHERE active")
        if not rows:
            return None
        recipe, teacher, model, toy = rows[0]
        tokens = self._used(recipe)
        return RecipeStatus(
            recipe=recipe,
            teacher=teacher,
            model=model,
            toy=toy,
            paused=paused,
            prompt_tokens=tokens.prompt,
            completion_tokens=tokens.completion,
        )

    def _used(self, recipe: str) -> _Tokens:
        known = self._tokens
        if known is None or known.recipe != recipe:
            known = _Tokens(recipe, 0, 0, 0)
        span = [recipe, known.seq, self._seq]
        prompt, completion = self._log.query(_TOKENS, [*span, *span])[0]
        self._tokens = _Tokens(recipe, self._seq, known.prompt + prompt, known.completion + completion)
        return self._tokens


class _Filings:
    """How many filings stand how, kept up with the log."""

    def __init__(self) -> None:
        self._seq = 0
        self._counts = Counter[tuple[str, str | None]]()

    def follow(self, log: EventLog, head: int) -> dict[str, Any]:
        for status, parser, more in log.query(_FILINGS, [self._seq, head, head, self._seq]):
            self._counts[status, parser] += more
        self._seq = head
        statuses, parsers = Counter[str](), Counter[str]()
        for (status, parser), count in sorted(self._counts.items(), key=lambda each: (each[0][0], each[0][1] or "")):
            statuses[status] += count
            if parser is not None:
                parsers[parser] += count
        return {
            "filings": statuses.total(),
            "filings_by_status": _counted(statuses),
            "filings_by_parser": _counted(parsers),
        }


def _counted(counts: Counter[str]) -> tuple[StatusCount, ...]:
    return tuple(StatusCount(name=name, count=count) for name, count in counts.items() if count)


def _companies(log: EventLog) -> dict[str, Any]:
    return dict(zip(("companies", "heldout_companies", "watched"), log.query(_COMPANIES)[0], strict=True))


def _refused(log: EventLog) -> dict[str, Any]:
    return {"refused": log.query("SELECT count(*) FROM raw.refusals")[0][0]}


def _students(log: EventLog) -> dict[str, Any]:
    counts = log.query("SELECT status, count(*) FROM adapters GROUP BY status ORDER BY status")
    return {
        "snapshots": log.query("SELECT count(*) FROM raw.snapshots")[0][0],
        "adapters": tuple(StatusCount(name=name, count=count) for name, count in counts),
        "champion": _adapter(log, "status = 'champion'"),
        "newest": _adapter(log, "true"),
        "scores": _scores(log),
    }


# Parts of the status, and with what the names of the events begin that change them.
_PARTS: Final[dict[str, tuple[tuple[str, ...], Callable[[EventLog], dict[str, Any]]]]] = {
    "companies": (("Company", "Split"), _companies),
    "refused": (("LabelRefused",), _refused),
    "students": (("Snapshot", "Training", "Adapter"), _students),
}


def _recent(log: EventLog, table: str, span: timedelta) -> int:
    sql = f"SELECT count(*) FROM {table} WHERE recorded_at > ?"  # noqa: S608 - our own names
    return int(log.query(sql, [utc_now() - span])[0][0])


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
