"""What is published, as it was when an earlier event was the last: for readers outside the one process that owns the log."""

from collections.abc import Callable
from pathlib import Path

from store.errors import StateUnusable
from store.publishing.manifest import FORMAT, Manifest, TableSegments
from store.publishing.views_file import in_segments
from store.tables import Table


def published_manifest(state_dir: Path) -> Manifest:
    """Raises StateUnusable where nothing is published, or not in a form that we read."""
    path = state_dir / "published" / "manifest.json"
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError as cause:
        raise StateUnusable(
            f"nothing is published in {state_dir} yet: start the service with `finsdistill run`"
        ) from cause
    except ValueError as cause:
        raise StateUnusable(
            f"{path} cannot be read: a start of the service (`finsdistill run`) publishes everything anew; "
            "if a newer finsdistill wrote it, install that one"
        ) from cause
    if manifest.format > FORMAT:
        raise StateUnusable(f"{path} has format {manifest.format}, not {FORMAT}: install the newer finsdistill")
    return manifest


def in_past(manifest: Manifest, published: Path, as_of: int) -> Callable[[Table], str]:
    """A source for `create_views`. Segments that begin later are not even opened."""
    source = in_segments(manifest.model_copy(update={"tables": _until(manifest, as_of)}), published)
    return lambda table: f"SELECT * FROM ({source(table)}) WHERE seq <= {int(as_of)}"  # noqa: S608 - our own names


def _until(manifest: Manifest, as_of: int) -> tuple[TableSegments, ...]:
    return tuple(
        entry.model_copy(update={"segments": tuple(s for s in entry.segments if s.first_seq <= as_of)})
        for entry in manifest.tables
    )
