"""What a state folder still holds of its log, whole or not. Nothing of it is changed."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from pydantic import ValidationError

from store.backups.contents import Purpose
from store.backups.copies import Unreadable
from store.backups.walking import PAGE, SCHEMA, EventSource, SegmentFile, records_of, segment_file
from store.errors import StateUnusable
from store.events import LogCreated
from store.faults import is_lock, sentence
from store.highwater import HighWater, Mark
from store.log import Limits
from store.publishing.manifest import Manifest
from store.tables import EVENTS, TABLES

_PAGE_SQL = f"SELECT {', '.join(SCHEMA.names)} FROM raw.events WHERE seq > ? AND seq <= ? ORDER BY seq"  # noqa: S608 - our own names


@dataclass(frozen=True)
class LogFile:
    """`log.duckdb` opened for reading, whatever is left of it. `peek` is a folder on the same disk that may be written to."""

    path: Path
    limits: Limits
    peek: Path

    def covers(self, seq: int) -> bool:  # noqa: ARG002 - only reading tells
        return self.path.is_file()

    def batches(self, after: int) -> Iterator[pa.Table]:
        """Raises Unreadable."""
        with self._connection() as connection:
            while True:
                table: pa.Table = connection.sql(_PAGE_SQL, params=[after, after + PAGE]).to_arrow_table()
                if not table.num_rows:
                    return
                yield table.cast(SCHEMA)
                after += PAGE

    def check_unused(self) -> None:
        """Raises StateUnusable where another process has it open for writing: somebody removed the lock file under it. What
        looks damaged then is not, and a new log would be swapped in under a service that goes on."""
        try:
            fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return  # then nothing of it can be read, and that is said
        try:
            fcntl.lockf(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)  # DuckDB's own is of this kind
        except (BlockingIOError, PermissionError) as cause:
            raise StateUnusable(sentence(self.path, "Could not set lock on file")) from cause
        finally:
            os.close(fd)

    def read_all(self) -> None:
        """Every block of every table, so that a damaged one is found. Raises Unreadable."""
        with self._connection() as connection:
            for table in (EVENTS, *TABLES):
                connection.execute(f"SELECT bit_xor(hash(t)) FROM raw.{table.name} t").fetchall()  # noqa: S608 - our own names

    @contextmanager
    def _connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        try:
            connection = self._opened()
            try:
                yield connection
            finally:
                connection.close()
        except (duckdb.Error, pa.ArrowException, ValueError) as cause:
            raise Unreadable(self.path, f"cannot be read ({str(cause).splitlines()[0]})") from cause

    def _opened(self) -> duckdb.DuckDBPyConnection:
        wal = self.path.with_name(f"{self.path.name}.wal")
        try:
            return self._connect(self.path)
        except duckdb.Error:
            if not wal.is_file():
                raise
            return self._connect(self._without_damage(wal))

    def _without_damage(self, wal: Path) -> Path:
        """The same file beside the longest beginning of its WAL that can be replayed: what was committed before the damage."""
        shutil.rmtree(self.peek, ignore_errors=True)
        self.peek.mkdir(parents=True)
        linked, begun, whole = self.peek / self.path.name, self.peek / wal.name, wal.read_bytes()
        os.link(self.path, linked)

        def opens(length: int) -> bool:
            begun.write_bytes(whole[:length])
            try:
                self._connect(linked).close()
            except duckdb.Error:
                return False
            return True

        begun.write_bytes(whole[: longest(opens, len(whole))])
        return linked

    def _connect(self, path: Path) -> duckdb.DuckDBPyConnection:
        config: dict[str, Any] = {
            "memory_limit": self.limits.memory,
            "threads": str(self.limits.threads),
            "temp_directory": str(self.peek / "tmp"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        try:
            return duckdb.connect(str(path), read_only=True, config=config)
        except duckdb.Error as cause:
            if is_lock(str(cause)):
                raise StateUnusable(sentence(self.path, str(cause))) from cause
            raise


def longest(good: Callable[[int], bool], most: int) -> int:
    """The greatest length up to `most` that is good, where every shorter one is good too; 0 needs no asking."""
    low, high = 0, most + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if good(middle) else (low, middle)
    return low


@dataclass(frozen=True)
class Present:
    """What there is. `mark` is None where there is none, or it is damaged: then `mark_problem` says how."""

    log: LogFile | None
    segments: tuple[SegmentFile, ...]
    manifest: Manifest | None
    mark: Mark | None
    mark_problem: str | None
    marked_at: datetime | None
    log_id: str | None
    purpose: Purpose | None

    @property
    def sources(self) -> tuple[EventSource, ...]:
        """The larger segments first: those merged into them are still there for a while."""
        ordered = sorted(self.segments, key=lambda segment: (segment.first_seq, -segment.last_seq))
        return (*ordered, *((self.log,) if self.log else ()))

    @property
    def acknowledged(self) -> int:
        """The last event that is known to have been there. What a segment says of itself may be the damage."""
        published = self.manifest.seq if self.manifest else 0
        return max(published, self.mark.seq if self.mark and self.mark.log_id == self.log_id else 0)


def look(state_dir: Path, limits: Limits, peek: Path) -> Present:
    """Raises StateUnusable where another process writes the log."""
    log = LogFile(state_dir / "log.duckdb", limits, peek)
    log.check_unused()
    there = log if log.path.exists() else None
    segments, manifest = _segments(state_dir / "published"), _manifest(state_dir / "published")
    mark, problem, marked_at = _mark(state_dir / "high-water")
    sources: tuple[EventSource, ...] = (*segments, log)
    created = next((event for source in sources if (event := _creation(source)) is not None), None)
    named = [*((manifest.log_id,) if manifest else ()), *((created.log_id,) if created else ())]
    return Present(
        log=there,
        segments=segments,
        manifest=manifest,
        mark=mark,
        mark_problem=problem,
        marked_at=marked_at,
        log_id=next(iter(named), mark.log_id if mark else None),
        purpose=created.purpose if created else None,
    )


def _segments(published: Path) -> tuple[SegmentFile, ...]:
    """All that lie there, also those that no manifest names: the chain tells what belongs."""
    found = []
    for path in sorted((published / EVENTS.name).glob("*.parquet")):
        try:
            found.append(segment_file(path))
        except Unreadable:
            continue  # what it held is missing from the chain then, and said to be
    return tuple(found)


def _manifest(published: Path) -> Manifest | None:
    try:
        return Manifest.model_validate_json((published / "manifest.json").read_bytes())
    except (OSError, ValidationError):
        return None  # the segments are there without it


def _mark(path: Path) -> tuple[Mark | None, str | None, datetime | None]:
    if not path.exists():
        return None, f"{path} is missing", None
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)
    high_water = HighWater(path)
    try:
        mark = high_water.read()
        return mark, None if mark else f"{path} is empty", at
    except StateUnusable:
        return None, f"{path} is damaged", at
    finally:
        high_water.close()


def _creation(source: EventSource) -> LogCreated | None:
    """The first event of the log, where it can be read there."""
    if not source.covers(1):
        return None
    try:
        first = next((record for table in source.batches(0) for record in records_of(table)), None)
        event = None if first is None else first.event
    except (Unreadable, ValueError, TypeError, OverflowError):
        return None
    return event if isinstance(event, LogCreated) else None
