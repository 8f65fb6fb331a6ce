"""A sealed snapshot's folder follows from the log, so that a missing, half-written or damaged one is made again."""

from pathlib import Path

import structlog

from daemon.activity import Activity
from store.errors import StateUnusable
from store.events import SnapshotSealed
from store.log import EventLog
from store.seal import seal
from store.snapshot import SnapshotManifest, read_manifest, wrong_rows


def ensure_whole(sealed: SnapshotSealed, log: EventLog, snapshots: Path, activity: Activity) -> None:
    """Raises StateUnusable where the log no longer gives the rows that were sealed."""
    folder = snapshots / sealed.snapshot_id
    try:
        manifest = read_manifest(folder)
    except StateUnusable:
        manifest = _again(sealed, log, snapshots)
    else:
        if (wrong := wrong_rows(folder, sealed)) is not None:
            activity.trouble(f"{wrong}: it was made again from the log")
            structlog.get_logger().warning("snapshot_made_again", snapshot_id=sealed.snapshot_id, reason=wrong)
            manifest = _again(sealed, log, snapshots)
    if (manifest.snapshot_id, manifest.sha256) != (sealed.snapshot_id, sealed.sha256):
        raise StateUnusable(
            f"snapshot {sealed.snapshot_id} cannot be made again from the log: run `finsdistill rebuild`"
        )


def _again(sealed: SnapshotSealed, log: EventLog, snapshots: Path) -> SnapshotManifest:
    parent = None
    if sealed.parent is not None:
        rows = log.query("SELECT log_seq FROM raw.snapshots WHERE snapshot_id = ?", [sealed.parent])
        parent = (sealed.parent, int(rows[0][0]))
    return seal(log, snapshots, log_seq=sealed.log_seq, parent=parent)
