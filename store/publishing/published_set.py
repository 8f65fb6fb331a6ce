"""The published set on disk: segments, manifest, views, each renamed into place in this order. Knows nothing of the log."""

import math
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from store.errors import StateUnusable
from store.files import write_durably
from store.publishing.manifest import FORMAT, VIEWS_FILE, Manifest, columns_of
from store.publishing.segments import Published, disk_errors, is_intact, is_there
from store.publishing.views_file import ViewsFile
from store.tables import EVENTS, TABLES, Table
from store.whole import check_manifest

GRACE: Final = timedelta(hours=24)  # how long a reader may go on using a set it opened
ALL_TABLES: Final = (EVENTS, *TABLES)


class PublishedSet:
    """`replace` and `show` are for one thread at a time; the rest may be read by any."""

    def __init__(self, state_dir: Path, log_id: str, clock: Callable[[], datetime]) -> None:
        self.folder = state_dir / "published"
        self.views = ViewsFile(state_dir / VIEWS_FILE, self.folder)
        self._empty = Manifest(format=FORMAT, log_id=log_id, seq=0, tables=())
        self._clock = clock
        with disk_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._remove_unfinished()
        self.manifest = self._usable_manifest()

    @property
    def manifest_path(self) -> Path:
        return self.folder / "manifest.json"

    def missing(self) -> list[Published]:
        """What the manifest names and does not lie there in its size; costs a look at each file."""
        return [found for found in self.files() if not is_there(self.folder, found.segment)]

    def damaged(self) -> list[Published]:
        """What the manifest names and is not what was published; reads every byte."""
        return [found for found in self.files() if not is_intact(self.folder, found.segment)]

    def is_damaged(self, found: Published) -> bool:
        """Whether it is published still, and not what was published; reads every byte of it."""
        named = found.segment in self.manifest.segments_of(found.table.name)
        return named and not is_intact(self.folder, found.segment)

    def files(self) -> Iterator[Published]:
        """All of them, in the order of their tables and rows."""
        for table in ALL_TABLES:
            yield from (Published(table, segment) for segment in self.manifest.segments_of(table.name))

    def of_other_columns(self) -> Iterator[Table]:
        """Tables that an upgrade changed or added since their files were written."""
        known = {entry.table: entry.columns for entry in self.manifest.tables}
        if self.manifest.seq:
            yield from (table for table in ALL_TABLES if known.get(table.name) != columns_of(table))

    def restart(self) -> None:
        """From nothing, in this process."""
        self.manifest = self._nothing()

    def replace(self, manifest: Manifest) -> None:
        """From here on this is what is published. What it no longer names stays for a day from now."""
        with disk_errors(self.manifest_path):
            # First: a crash between the two must leave the day to who reads the old files.
            self._begin_day(self.folder / file for file in self.manifest.files - manifest.files)
            self.folder.mkdir(parents=True, exist_ok=True)
            write_durably(self.manifest_path, (manifest.model_dump_json(indent=1) + "\n").encode())
        self.manifest = manifest

    def show(self, changed: set[str]) -> None:
        """The views file over the manifest's segments, where those of `changed` tables are others now. Raises
        StateUnusable, also where a segment cannot be read."""
        try:
            self.views.refresh(self.manifest, changed=changed)
        except (StateUnusable, OSError):  # somebody wrote into it, or removed it just now
            self.show_all()

    def show_all(self) -> None:
        """The views file anew. Raises StateUnusable."""
        with disk_errors(self.views.path):
            self.views.make(self.manifest)

    def drop_expired(self) -> int:
        """Removes files that no manifest named for a day; gives how many."""
        limit = (self._clock() - GRACE).replace(tzinfo=UTC).timestamp()
        with disk_errors(self.folder):
            old = [path for path in self.folder.glob("*/*.parquet") if _modified(path) < limit]
            gone = [path for path in old if str(path.relative_to(self.folder)) not in self.manifest.files]
            for path in gone:
                path.unlink(missing_ok=True)
        return len(gone)

    def _remove_unfinished(self) -> None:
        """What was being written when a crash came."""
        left = [
            *self.folder.glob("*/*.tmp"),
            *self.folder.glob(".*.tmp"),
            *self.views.path.parent.glob(f".{VIEWS_FILE}.tmp*"),
        ]
        for path in left:
            path.unlink(missing_ok=True)

    def _usable_manifest(self) -> Manifest:
        """As it lies there; empty where it is missing or cannot be read: everything is published again. Whether it fits the
        log is for `check` to say."""
        try:
            manifest = Manifest.model_validate_json(self.manifest_path.read_bytes())
        except (OSError, ValueError):
            return self._nothing()
        return manifest if manifest.format == FORMAT else self._nothing()

    def _nothing(self) -> Manifest:
        """What lies there was published until a moment ago: whoever has the old views open may read it for another day."""
        with disk_errors(self.folder):
            self._begin_day(self.folder.glob("*/*.parquet"))
        return self._empty

    def _begin_day(self, files: Iterable[Path]) -> None:
        now = self._clock().replace(tzinfo=UTC).timestamp()
        for path in files:
            with suppress(FileNotFoundError):
                os.utime(path, (now, now))

    def check(self, head: int) -> None:
        """Raises StateUnusable when another log was published, or events that the log, which ends at `head`, does not hold."""
        check_manifest(self.manifest, self.manifest_path, log_id=self._empty.log_id, head=head)


def _modified(path: Path) -> float:
    """Now, in effect, for a file that somebody is just removing."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf
