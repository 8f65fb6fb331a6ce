"""The closing screen: status, three triplets, every score as it came, and what to type next."""

import shutil
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from daemon.query import run_query
from daemon.status import Status, read_status
from store.errors import StateUnusable

_WIDTH: Final = 110
_SYSTEMS: Final = ("challenger", "champion", "base", "lead2", "random2", "self")

_TRIPLETS: Final = """
SELECT company, item, text, rationale, summary FROM triplets WHERE split = 'train'
QUALIFY row_number() OVER (PARTITION BY company ORDER BY md5(label_id)) = 1 ORDER BY md5(label_id) LIMIT 3
"""
_ADAPTERS: Final = """
SELECT adapter_id, rows, start, seconds, status, coalesce(detail, reason) FROM adapters ORDER BY recorded_at, seq
"""
_SCORES: Final = """
SELECT adapter_id, system, value, low, high, n FROM metrics WHERE field = 'summary' AND metric = 'rougeL'
"""


def closing(folder: Path, *, seconds: float) -> Iterator[str]:
    """Line by line, from what is published in the demo's `folder`."""
    state_dir = folder / "state"
    status = read_status(state_dir)
    if status is None:
        raise StateUnusable(f"{state_dir} has no status: run the demo again")
    yield from _heading(f"After {seconds / 60:.1f} minutes: `finsdistill status` says")
    yield from _status_lines(status)
    yield from _heading("Three triplets")
    for row in run_query(state_dir, _TRIPLETS)[1]:
        yield from _triplet(*row)
    yield from _heading("Summary ROUGE-L on the held-out companies, as it came (95 % interval)")
    yield from _history(state_dir)
    yield from _heading("What this was, and what to type next")
    yield from _next(folder)


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield text
    yield "─" * len(text)


def _status_lines(status: Status) -> Iterator[str]:
    from daemon.cli.status import lines  # noqa: PLC0415 - the command's own screen

    yield from lines(status, pid=None, now=datetime.now(UTC).replace(tzinfo=None))


def _triplet(company: str, item: str | None, text: str, rationale: str, summary: str) -> Iterator[str]:
    yield f"{company}, {f'Item {item}' if item else 'no Item'}"
    for name, value in (("text", textwrap.shorten(text, 300, placeholder=" …")), ("rationale", rationale)):
        yield from _field(name, value)
    yield from _field("summary", summary)
    yield ""


def _field(name: str, value: str) -> Iterator[str]:
    wrapped = textwrap.wrap(" ".join(value.split()), _WIDTH - 12) or [""]
    yield f"  {name:<10}{wrapped[0]}"
    yield from (f"{'':<12}{line}" for line in wrapped[1:])


def _history(state_dir: Path) -> Iterator[str]:
    adapters = run_query(state_dir, _ADAPTERS)[1]
    scores = {(adapter, system): rest for adapter, system, *rest in run_query(state_dir, _SCORES)[1]}
    for adapter, rows, start, seconds, status, why in adapters:
        yield f"{adapter[:8]}  {rows} rows, {start}, trained in {seconds:.0f} s: {status}"
        found = [(name, scores[adapter, name]) for name in _SYSTEMS if (adapter, name) in scores]
        for pair in (found[n : n + 3] for n in range(0, len(found), 3)):
            yield (" " * 10 + "".join(f"{f'{name} {_score(score)}':<34}" for name, score in pair)).rstrip()
        yield from textwrap.wrap(why, _WIDTH, initial_indent=" " * 10, subsequent_indent=" " * 10)
        yield ""


def _score(found: list[Any]) -> str:
    value, low, high, _ = found
    return f"{value:.3f}" if low is None or high is None else f"{value:.3f} [{low:.3f}, {high:.3f}]"


def _next(folder: Path) -> Iterator[str]:
    config = folder / "config.toml"
    yield from textwrap.wrap(
        "All of it ran on this machine: the companies, their filings and every figure in them are invented, and both models "
        "are toys: the teacher picks sentences by rule, the student has half a million parameters. It shows that the loop "
        "works and says nothing of what Llama 3 and TinyLlama can do. The passages are short and made from a few hundred "
        "patterns, so choosing their best sentences is easier than in a real filing; lead2 and random2 copy two of them.",
        _WIDTH,
    )
    yield ""
    if shutil.which("finsdistill") is None:
        yield f"  . {Path(sys.prefix) / 'bin' / 'activate'}"
    yield f"  export FINSDISTILL_CONFIG={config}      # to look around in the demo's state:"
    yield "  finsdistill status"
    yield '  finsdistill sql "SELECT company, item, summary FROM triplets LIMIT 5"'
    yield "  finsdistill sql \"SELECT * FROM metrics WHERE metric = 'rougeL'\""
    yield "  finsdistill explain ID                # any id of these tables, or its start"
    yield ""
    yield "  unset FINSDISTILL_CONFIG; finsdistill init     # then the real thing: name yourself in edgar.user_agent,"
    yield "  finsdistill doctor && finsdistill run           # see what is missing, and watch EDGAR"
