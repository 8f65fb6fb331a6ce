"""Whether a log is all there: DuckDB opens one that lost its WAL, or begins a new one in its place, without a word."""

from pathlib import Path

import duckdb

from store.chain import ChainBroken
from store.database import duckdb_errors
from store.errors import StateUnusable
from store.faults import RESTORE
from store.highwater import Mark, read_mark
from store.publishing.manifest import Manifest
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


def check_log(state_dir: Path) -> None:
    """Creates nothing. Raises StateUnusable where there is no log, and says whether there was one."""
    path = state_dir / "log.duckdb"
    if not path.exists():
        check_there(path, read_mark(state_dir / "high-water"))
        raise StateUnusable(
            f"{state_dir} holds no log, nor a trace of one: check service.state_dir; `finsdistill run` begins a new log there, "
            "and `finsdistill restore DIR` brings one back"
        )


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def check_mark(connection: duckdb.DuckDBPyConnection, path: Path, mark: Mark) -> None:
    """Reads nothing but the events, so also a log of an older format can be asked.

    Raises StateUnusable where the file is not the log that the mark speaks of, or ends before it.
    """
    with duckdb_errors(path):
        last, log_id = _end(connection)
        found = connection.execute("SELECT hash FROM raw.events WHERE seq = ?", [mark.seq]).fetchall()
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


def check_published(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """What was published is the mark that stays where an old log is put back together with its own high-water mark. It is
    asked before anything is appended: an event more, and the log and what is published are two histories.

    Raises StateUnusable as `check_manifest` does.
    """
    manifest_path = path.parent / "published" / "manifest.json"
    try:
        manifest = Manifest.model_validate_json(manifest_path.read_bytes())
    except (OSError, ValueError):
        return  # the publisher makes it anew
    with duckdb_errors(path):
        last, log_id = _end(connection)
    check_manifest(manifest, manifest_path, log_id=log_id, head=last)


def check_manifest(manifest: Manifest, path: Path, *, log_id: str | None, head: int) -> None:
    """Raises StateUnusable where the log that ends at `head` is not the one that was published, or ends before it."""
    if head and manifest.seq and manifest.log_id != log_id:
        raise StateUnusable(
            f"{path} was published from another log ({manifest.log_id}) than the one that lies there ({log_id}): put the "
            f"right one back, or {RESTORE}; to go on with this one all the same, move {path.parent} away"
        )
    if manifest.seq > head:
        raise StateUnusable(
            f"{path} has published event {manifest.seq}, but the log ends at {head}: events {head + 1} to "
            f"{manifest.seq} are missing (an old copy put back); put the newest log back, or {RESTORE}"
        )


def _end(connection: duckdb.DuckDBPyConnection) -> tuple[int, str | None]:
    """The last event's seq, and the log's id; reads nothing but the events."""
    ((last,),) = connection.execute("SELECT coalesce(max(seq), 0) FROM raw.events").fetchall()
    created = creation_of(lambda sql, values: connection.execute(sql, values).fetchall())
    return last, created.log_id if created else None
