"""Queries on what is published as it was when an earlier event was the last."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from daemon.as_of import Extent, Wanted, position_of
from daemon.query import lock_down, query_problems
from store.errors import StateUnusable
from store.publishing.manifest import Manifest
from store.publishing.past import in_past, published_manifest
from store.publishing.views_file import in_segments
from store.tables import EVENTS
from store.views import create_views


@contextmanager
def published_as_of(
    state_dir: Path, wanted: Wanted, *, now: datetime | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked-down connection on what is published, as it was. Raises PositionUnusable."""
    manifest = published_manifest(state_dir)
    with at_position(state_dir, manifest, position(state_dir, manifest, wanted, now=now or _utc_now())) as connection:
        yield connection


@contextmanager
def at_position(
    state_dir: Path, manifest: Manifest, seq: int, *, memory_limit: str | None = None, spill_in: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """As `published_as_of`, for a position that is known. What memory does not hold goes to a folder of its own."""
    with (
        TemporaryDirectory(prefix="finsdistill-", dir=spill_in) as spill,
        query_problems(),
        duckdb.connect(config={"temp_directory": spill}) as connection,
    ):
        if memory_limit is not None:
            connection.execute(f"SET memory_limit = '{memory_limit}'; SET threads = 2")
        with _older_segments(state_dir):
            create_views(connection, in_past(manifest, state_dir / "published", seq), temporary=False)
        lock_down(connection, state_dir / "published")
        yield connection


def position(state_dir: Path, manifest: Manifest, wanted: Wanted, *, now: datetime) -> int:
    """The position that is meant. Raises PositionUnusable."""
    events = in_segments(manifest, state_dir / "published")(EVENTS)
    with query_problems(), duckdb.connect(config={"threads": "1"}) as connection:

        def last_until(moment: datetime) -> int | None:
            sql = f"SELECT max(seq) FROM ({events}) WHERE recorded_at <= ?"  # noqa: S608 - our own names
            found: int | None = connection.execute(sql, [moment]).fetchall()[0][0]
            return found

        sql = f"SELECT min(recorded_at), max(recorded_at) FROM ({events})"  # noqa: S608 - our own names
        first, last = connection.execute(sql).fetchall()[0]
        return position_of(wanted, Extent(manifest.seq, first, last), last_until=last_until, now=now)


@contextmanager
def _older_segments(state_dir: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.BinderException as cause:
        raise StateUnusable(
            f"what is published in {state_dir} is of an older finsdistill ({str(cause).splitlines()[0]}): start the "
            "service once (`finsdistill run`), it publishes everything anew"
        ) from cause


def _utc_now() -> datetime:
    """Naive, like the log's. Not the log's own clock, whose module brings the writer along."""
    return datetime.now(UTC).replace(tzinfo=None)
