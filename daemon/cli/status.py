"""finsdistill status [--json] [--watch]"""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from daemon.cli.options import Config, settings_of
from daemon.lock import holder
from daemon.status import AdapterStatus, RecipeStatus, Status, read_status
from daemon.terminal import screen
from store.errors import FinsdistillError


class NoState(FinsdistillError):
    """Nothing ran here yet."""


def register(app: typer.Typer) -> None:
    app.command("status")(status)


def status(
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="one stable JSON object")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="show it again every second until Ctrl-C")] = False,
) -> None:
    """Show what is in the log, what runs now and how good the student is."""
    state_dir = settings_of(config).service.state_dir
    try:
        _show(state_dir, as_json=as_json)
        while watch:
            time.sleep(1)
            sys.stdout.write("\x1b[2J\x1b[H" if sys.stdout.isatty() else "\n")
            _show(state_dir, as_json=as_json)
    except KeyboardInterrupt:
        return


def _show(state_dir: Path, *, as_json: bool) -> None:
    found = read_status(state_dir)
    if found is None:
        raise NoState(f"no service has told its figures in {state_dir} yet: start it with `finsdistill run`")
    pid = holder(state_dir)
    if as_json:
        sys.stdout.write(found.model_dump_json(indent=1, ensure_ascii=True) + "\n")
    else:
        sys.stdout.write(screen(lines(found, pid=pid, now=datetime.now(UTC).replace(tzinfo=None))))


def lines(status: Status, *, pid: int | None, now: datetime) -> list[str]:
    """The screen, top to bottom. Pure."""
    age = max(0.0, (now - status.written_at).total_seconds())
    service = f"running (process {pid})" if pid else "not running"
    return [
        f"service      {service}; figures of {_ago(age)} ago, log at event {status.seq:,}{_purpose(status)}",
        *_filing_lines(status, now),
        *_label_lines(status),
        *_student_lines(status),
        *_now_lines(status, running=pid is not None),
    ]


def _purpose(status: Status) -> str:
    return " of a demo: the filings are invented" if status.purpose == "demo" else ""


def _filing_lines(status: Status, now: datetime) -> list[str]:
    kinds = ", ".join(f"{entry.count:,} {entry.name}" for entry in status.filings_by_status)
    return [
        f"filings      {status.filings:,} ({kinds or 'none yet'}); {status.filings_last_24_h:,} in the last 24 h",
        f"companies    {status.companies:,}, of which {status.heldout_companies:,} held out; "
        f"{_watched(status)}{_polled(status, now)}",
        f"chunks       {status.chunks:,}, {status.texts:,} different texts",
        _saved(status),
        *_older_lines(status),
    ]


def _saved(status: Status) -> str:
    equal, near = status.chunks - status.texts, status.linked
    share = (equal + near) / status.chunks if status.chunks else 0
    return (
        f"saved        {equal + near:,} chunks ({share:.1%}) need no label of their own: {equal:,} equal another, "
        f"{near:,} nearly"
    )


def _older_lines(status: Status) -> list[str]:
    """Reading again costs labels, so it waits for a person."""
    older = sum(entry.count for entry in status.filings_by_parser if entry.name != status.parser)
    if not older:
        return []
    were = "filings were" if older > 1 else "filing was"
    return [f"older        {older:,} {were} read by another parser: `finsdistill rechunk`"]


def _watched(status: Status) -> str:
    return (
        f"every filer and {status.watched:,} by name watched" if status.every_filer else f"{status.watched:,} watched"
    )


def _polled(status: Status, now: datetime) -> str:
    poll = status.last_poll
    if poll is None:
        return ""
    failed = f", {poll.failed:,} not reached" if poll.failed else ""
    return f", polled {_ago((now - poll.ended_at).total_seconds())} ago{failed}"


def _label_lines(status: Status) -> list[str]:
    recipe = status.recipe
    toy = " [toy]" if recipe and recipe.toy else ""
    name = f"{recipe.recipe[:8]} ({recipe.teacher}, {recipe.model}){toy}; {_tokens(recipe)}" if recipe else "none yet"
    paused = [f"PAUSED       labelling: {status.paused}"] if status.paused else []
    rate = f"{status.labels_last_10_min / 10:,.1f} a minute over the last 10 minutes"
    return [
        f"labelled     {status.labelled:,}, {status.pending:,} pending, {status.refused:,} refused, "
        f"{status.dead_letters:,} dead letters; {rate}",
        f"recipe       {name}",
        *paused,
        f"triplets     {status.eligible:,} of {status.threshold:,} since the last snapshot: "
        f"{status.until_next_training:,} until the next training",
    ]


def _tokens(recipe: RecipeStatus) -> str:
    return f"{recipe.prompt_tokens:,} tokens in, {recipe.completion_tokens:,} out"


def _student_lines(status: Status) -> list[str]:
    counts = ", ".join(f"{entry.count} {entry.name}" for entry in status.adapters) or "none yet"
    found = [f"snapshots    {status.snapshots}; adapters: {counts}", f"champion     {_adapter(status.champion)}"]
    if status.newest and (status.champion is None or status.newest.adapter_id != status.champion.adapter_id):
        found.append(
            f"newest       {_adapter(status.newest)}: {status.newest.status}, {status.newest.reason or 'not scored yet'}"
        )
    if status.scores:
        found.append(f"ROUGE-L      summary, {status.scores[0].n} held-out texts, newest scored adapter (challenger):")
    for score in status.scores:
        interval = f"[{score.low:.3f}, {score.high:.3f}]" if score.low is not None and score.high is not None else ""
        found.append(f"             {score.system:<11} {score.value:.3f} {interval}")
    return found


def _adapter(adapter: AdapterStatus | None) -> str:
    if adapter is None:
        return "none: the base is in use"
    base = f"{adapter.base} [toy]" if adapter.toy else adapter.base
    return f"{adapter.adapter_id[:8]} on {base}, {adapter.rows:,} rows, trained {adapter.trained_at:%Y-%m-%d %H:%M} UTC"


def _now_lines(status: Status, *, running: bool) -> list[str]:
    tasks = status.running if running else ()
    shown = [f"now          {task.what}{_of(task.done, task.total)} {task.note}".rstrip() for task in tasks]
    troubles = [f"trouble      {entry.happened_at:%H:%M:%S} UTC  {entry.what}" for entry in status.troubles]
    return [*(shown or ["now          nothing"]), *troubles]


def _of(done: int, total: int | None) -> str:
    return "" if total is None else f" {done:,}/{total:,}"


def _ago(seconds: float) -> str:
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return "1 second" if round(seconds) == 1 else f"{seconds:.0f} seconds"
