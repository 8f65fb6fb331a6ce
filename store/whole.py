"""Whether a log is all there: DuckDB opens one that lost its WAL, or begins a new one in its place, without a word."""

from pathlib import Path

import duckdb

from store.chain import ChainBroken
from store.database import duckdb_errors
from store.errors import StateUnusable
from store.faults import RESTORE
from store.highwater import Mark
from store.reading import creation_of
from store.verified import damaged


def check_there(path: Path, mark: Mark | None) -> None:
    """Raises StateUnusable where there was a log and its file is gone; a state folder without a trace of one is new."""
    if path.exists():
        return
    traces = {
        path.with_name(f"{path.name}.wal"): "its WAL is there",
        path.parent / "published": "published/ holds events",
    }
    why = next((why for trace, why in traces.items() if trace.is_file() or _has_files(trace)), None)
    if mark is not None:
        why = f"event {mark.seq} was acknowledged"
    if why is not None:
        raise StateUnusable(f"the log {path} is missing, but there was one ({why}): put it back, or {RESTORE}")


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def check_mark(connection: duckdb.DuckDBPyConnection, path: Path, mark: Mark) -> None:
    """Reads nothing but the events, so also a log of an older format can be asked.

    Raises StateUnusable where the file is not the log that the mark speaks of, or ends before it.
    """
    with duckdb_errors(path):
        ((last,),) = connection.execute("SELECT coalesce(max(seq), 0) FROM raw.events").fetchall()
        created = creation_of(lambda sql, values: connection.execute(sql, values).fetchall())
        found = connection.execute("SELECT hash FROM raw.events WHERE seq = ?", [mark.seq]).fetchall()
    log_id = created.log_id if created else None
    if last and mark.log_id != log_id:
        raise StateUnusable(
            f"{path} is another log ({log_id}) than the high-water mark's {mark.log_id}: put the right one back, or {RESTORE}"
        )
    if mark.seq > last:
        raise StateUnusable(
            f"the log {path} ends at event {last}, but event {mark.seq} was acknowledged: {mark.seq - last} events are "
            "missing (a deleted or damaged WAL, or an old copy put back); put the missing file back, or "
            f"{RESTORE}"
        )
    if found != [(mark.hash,)]:
        raise damaged(path, ChainBroken(mark.seq, "it is not the event that was acknowledged there"))
