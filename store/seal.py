"""Sealing: the rows of a snapshot as of a log position, decided by the log alone."""

from dataclasses import fields
from pathlib import Path
from typing import Final

from store.log import EventLog
from store.snapshot import SnapshotManifest, TripletRow, rows_sha256, snapshot_id_of, write_snapshot

# A text seen in both splits has split `both` and is in neither set. References need the same quality as targets.
SOUND: Final = (
    "grounded AND review IS DISTINCT FROM 'rejected' AND NOT list_has_any(flags, ['repaired', 'forced_close'])"
)
# What a snapshot holds of a split, with every column of `triplets`; an export hands out the same rows.
SEALED: Final = f"SELECT *, seq > $since AS is_new FROM triplets WHERE split = $split AND {SOUND}"  # noqa: S608 - our own names
_ROWS: Final = f"SELECT {', '.join(field.name for field in fields(TripletRow))} FROM ({SEALED}) ORDER BY seq"  # noqa: S608

_KEPT: Final = "SELECT recipe FROM recipes WHERE in_set AND NOT active ORDER BY recipe"


def seal(log: EventLog, snapshots_dir: Path, *, log_seq: int, parent: tuple[str, int] | None) -> SnapshotManifest:
    """Writes the snapshot folder; `parent` is the snapshot before and its log position. The same call gives the same rows."""
    cursor = log.cursor(as_of=log_seq)
    try:
        since = parent[1] if parent else 0
        train, heldout = (
            [TripletRow(*row) for row in cursor.execute(_ROWS, {"since": since, "split": split}).fetchall()]
            for split in ("train", "heldout")
        )
        recipe, teacher, toy = cursor.execute("SELECT recipe, teacher, toy FROM recipes WHERE active").fetchall()[0]
        kept = tuple(row[0] for row in cursor.execute(_KEPT).fetchall())
    finally:
        cursor.close()
    sha256, heldout_sha256 = rows_sha256(train), rows_sha256(heldout)
    manifest = SnapshotManifest(
        snapshot_id=snapshot_id_of(log_seq, recipe, sha256, heldout_sha256),
        log_id=log.log_id,
        log_seq=log_seq,
        recipe=recipe,
        kept_recipes=kept,
        teacher=teacher,
        toy=toy,
        parent=parent[0] if parent else None,
        rows=len(train),
        new_rows=sum(row.is_new for row in train),
        sha256=sha256,
        heldout_rows=len(heldout),
        heldout_sha256=heldout_sha256,
    )
    write_snapshot(snapshots_dir / manifest.snapshot_id, manifest, train=train, heldout=heldout)
    return manifest
