"""Publishing: what is new in the log becomes Parquet segments, a manifest and a views-only DuckDB file.

The order is segments, manifest, views, each renamed into place: a crash between any two leaves a readable set.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from store.database import duckdb_errors
from store.errors import StateUnusable
from store.files import fsync_dir, write_durably
from store.ids import sha256_hex
from store.log import EventLog, utc_now
from store.manifest import FORMAT, VIEWS_FILE, Manifest, RetiredFile, Segment, TableSegments, to_merge
from store.tables import EVENTS, TABLES, Table
from store.views_file import make_views, parquet_list, quoted, refresh_views

GRACE: Final = timedelta(hours=24)  # how long a reader may go on using a set it opened


class Publisher:
    """Used by one thread at a time."""

    def __init__(self, log: EventLog, state_dir: Path, clock: Callable[[], datetime] = utc_now) -> None:
        self._log, self._clock = log, clock
        self._dir, self._views = state_dir / "published", state_dir / VIEWS_FILE
        self._dir.mkdir(parents=True, exist_ok=True)
        self._cursor = log.cursor()
        self._manifest = self._usable_manifest()
        self._sweep()
        make_views(self._manifest, self._dir, self._views)
        self.publish()

    @property
    def seq(self) -> int:
        """Everything up to here is published."""
        return self._manifest.seq

    def publish(self) -> bool:
        """Publishes what was committed since; False when that is nothing. Costs what is new, not what is there."""
        head = self._log.head.seq
        if head == self._manifest.seq:
            return False
        tables = tuple(self._grown(table, head) for table in (EVENTS, *TABLES))
        gone = {s.file for entry in self._manifest.tables for s in entry.segments}
        gone -= {s.file for entry in tables for s in entry.segments}
        retired = (
            *self._manifest.retired,
            *(RetiredFile(file=file, retired_at=self._clock()) for file in sorted(gone)),
        )
        self._replace(Manifest(format=FORMAT, log_id=self._log.log_id, seq=head, tables=tables, retired=retired))
        self._drop_expired()
        return True

    def _replace(self, manifest: Manifest) -> None:
        changed = [
            t.name for t in (EVENTS, *TABLES) if manifest.segments_of(t.name) != self._manifest.segments_of(t.name)
        ]
        write_durably(self._dir / "manifest.json", (manifest.model_dump_json(indent=1) + "\n").encode())
        self._manifest = manifest
        refresh_views(manifest, self._dir, self._views, changed=changed)

    def _grown(self, table: Table, head: int) -> TableSegments:
        segments = self._manifest.segments_of(table.name)
        where = f"seq > {self._manifest.seq} AND seq <= {head}"
        rows = f"SELECT * FROM raw.{table.name} WHERE {where}"  # noqa: S608 - our own names
        fresh = self._write(table, rows, (self._manifest.seq + 1, head)) if self._count(rows) else None
        if fresh is not None:
            segments = (*segments, fresh)
        if count := to_merge(segments):
            segments = (*segments[:-count], self._merged(table, segments[-count:]))
            if fresh is not None:
                (self._dir / fresh.file).unlink()  # merged before any manifest named it, so nobody reads it
        return TableSegments(table=table.name, segments=segments)

    def _merged(self, table: Table, segments: tuple[Segment, ...]) -> Segment:
        return self._write(
            table, parquet_list([self._dir / s.file for s in segments]), (segments[0].first_seq, segments[-1].last_seq)
        )

    def _count(self, rows: str) -> int:
        with duckdb_errors(self._log.path):
            (count,) = self._cursor.execute(f"SELECT count(*) FROM ({rows})").fetchall()[0]  # noqa: S608 - our own names
        return int(count)

    def _write(self, table: Table, rows: str, seqs: tuple[int, int]) -> Segment:
        name = f"{table.name}/{seqs[0]:012d}-{seqs[1]:012d}.parquet"
        path = self._dir / name
        path.parent.mkdir(exist_ok=True)
        temporary = path.with_suffix(".tmp")
        with duckdb_errors(self._log.path):
            ordered = f"SELECT * FROM ({rows}) ORDER BY seq"  # noqa: S608 - our own names
            copy = f"COPY ({ordered}) TO '{quoted(temporary)}' (FORMAT parquet, COMPRESSION zstd)"
            (count,) = self._cursor.execute(copy).fetchall()[0]
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.rename(path)
        fsync_dir(path.parent)
        data = path.read_bytes()
        return Segment(
            file=name, first_seq=seqs[0], last_seq=seqs[1], rows=count, bytes=len(data), sha256=sha256_hex(data)
        )

    def _usable_manifest(self) -> Manifest:
        """The manifest as it lies there, or an empty one when it is missing or unusable: everything is published again."""
        path = self._dir / "manifest.json"
        empty = Manifest(format=FORMAT, log_id=self._log.log_id, seq=0, tables=(), retired=())
        if not path.exists():
            return empty
        try:
            manifest = Manifest.model_validate_json(path.read_bytes())
        except ValueError:
            return empty
        if manifest.log_id == self._log.log_id and manifest.seq > self._log.head.seq:
            raise StateUnusable(
                f"{path} has published event {manifest.seq}, but the log ends at {self._log.head.seq}: events are missing; "
                "restore the newest backup or put the missing log files back"
            )
        whole = all(
            (self._dir / s.file).is_file() and (self._dir / s.file).stat().st_size == s.bytes
            for entry in manifest.tables
            for s in entry.segments
        )
        return manifest if whole and manifest.log_id == self._log.log_id and manifest.format == FORMAT else empty

    def _sweep(self) -> None:
        """Files that no manifest names were written just before a crash."""
        known = {s.file for entry in self._manifest.tables for s in entry.segments}
        known |= {entry.file for entry in self._manifest.retired}
        for path in self._dir.glob("*/*"):
            if str(path.relative_to(self._dir)) not in known:
                path.unlink()

    def _drop_expired(self) -> None:
        limit = self._clock() - GRACE
        expired = [entry for entry in self._manifest.retired if entry.retired_at < limit]
        if not expired:
            return
        kept = tuple(entry for entry in self._manifest.retired if entry.retired_at >= limit)
        self._replace(self._manifest.model_copy(update={"retired": kept}))
        for entry in expired:
            (self._dir / entry.file).unlink(missing_ok=True)
