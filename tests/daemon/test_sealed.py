"""A snapshot's folder is what was sealed, or is made so again before anything reads it."""

import shutil

import pytest

from daemon.activity import Activity
from daemon.sealed import ensure_whole
from store.errors import StateUnusable
from store.events import SnapshotSealed
from store.seal import seal
from store.snapshot import HELDOUT, MANIFEST, TRAIN, read_rows, rows_sha256, wrong_rows
from tests.builders import a_log, labelled, put


@pytest.fixture
def log(tmp_path):
    with a_log(tmp_path) as log:
        labelled(log, "Sales rose.", "Costs fell.")
        yield log


@pytest.fixture
def sealed(log, tmp_path):
    first = seal(log, tmp_path / "snapshots", log_seq=log.head.seq, parent=None)
    put(log, fact(first))
    return fact(first)


def fact(manifest):
    return SnapshotSealed(**manifest.model_dump(include=set(SnapshotSealed.model_fields) - {"type", "v"}))


def flip(path):
    data = bytearray(path.read_bytes())
    data[100] ^= 0xFF  # early, where no format leaves a byte unused
    path.write_bytes(data)


HARMS = {
    "flipped": lambda folder: flip(folder / TRAIN),
    "cut": lambda folder: (folder / HELDOUT).write_bytes((folder / HELDOUT).read_bytes()[:50]),
    "swapped": lambda folder: shutil.copy(folder / HELDOUT, folder / TRAIN),
    "one gone": lambda folder: (folder / TRAIN).unlink(),
    "all gone": shutil.rmtree,
    "no manifest": lambda folder: (folder / MANIFEST).unlink(),
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_a_damaged_snapshot_is_made_again_with_the_rows_that_were_sealed(log, sealed, tmp_path, harm):
    folder = tmp_path / "snapshots" / sealed.snapshot_id
    harm(folder)
    ensure_whole(sealed, log, folder.parent, Activity())
    assert wrong_rows(folder, sealed) is None
    assert rows_sha256(read_rows(folder / TRAIN)) == sealed.sha256


def test_damage_is_told_and_a_whole_folder_is_left_alone(log, sealed, tmp_path):
    activity, train = Activity(), tmp_path / "snapshots" / sealed.snapshot_id / TRAIN
    before = train.stat()
    ensure_whole(sealed, log, tmp_path / "snapshots", activity)
    assert (train.stat().st_ino, activity.troubles()) == (before.st_ino, [])
    flip(train)
    ensure_whole(sealed, log, tmp_path / "snapshots", activity)
    assert [trouble.what.endswith("it was made again from the log") for trouble in activity.troubles()] == [True]


def test_rows_that_the_log_no_longer_gives_are_never_trained_on(log, sealed, tmp_path):
    other = sealed.model_copy(update={"sha256": "0" * 64})
    with pytest.raises(StateUnusable, match="cannot be made again from the log"):
        ensure_whole(other, log, tmp_path / "snapshots", Activity())
