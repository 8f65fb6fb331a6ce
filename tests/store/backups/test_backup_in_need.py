"""A backup of a state that is behind, damaged, or lost files after a backup was killed: what is kept, and what is told."""

import shutil

import pytest

from daemon.cli.backup import _told
from store.backups.contents import BACKUP, BackupProblem
from store.publishing.publish import Publisher
from tests.builders import a_chunk, a_log, put
from tests.kept import backed_up
from trainer.run import WEIGHTS


def test_what_is_acknowledged_and_not_published_yet_is_told(made, state, place):
    """Of a log that is damaged it is all there is: told, not refused."""
    assert backed_up(state, place).acknowledged == made.seq
    with a_log(state) as log:
        put(log, a_chunk("Later."), a_chunk("Latest."))
        again = backed_up(state, place)
    assert (again.backup.seq, again.acknowledged) == (made.seq, made.seq + 2)
    told = "\n".join(_told(again, place))
    assert f"not in it: events {made.seq + 1} to {made.seq + 2}," in told
    (state / "high-water").write_text("rotten")
    assert backed_up(state, place).acknowledged is None


def test_a_set_that_is_being_published_anew_is_not_called_an_older_state(made, state, place, monkeypatch):
    monkeypatch.setattr("store.publishing.publish.PIECE", 4)
    (state / "published" / "manifest.json").unlink()
    with a_log(state) as log:
        Publisher(log, state)
        with pytest.raises(BackupProblem, match=r"only to 4, of 11 that the log holds: .* back up again"):
            backed_up(state, place)


def test_the_only_whole_copy_that_a_killed_backup_left_is_kept(made, state, place):
    """Named by no `backup.json`: the state lost the files before the next one was made."""
    (place / BACKUP).unlink()
    for path in (*(blob.path for blob in made.blobs), *(folder.path / WEIGHTS for folder in made.adapters)):
        (state / path).write_bytes((state / path).read_bytes()[:3])
    again = backed_up(state, place).backup
    assert (again.lost_paths, again.blobs, again.adapters) == ((), made.blobs, made.adapters)
    for folder in ("blobs", "adapters"):
        shutil.rmtree(state / folder)
    (place / BACKUP).unlink()
    assert backed_up(state, place).backup.lost_paths == ()


def test_a_damaged_copy_that_a_killed_backup_left_is_copied_again(made, state, place):
    (place / BACKUP).unlink()
    for path in (*(blob.path for blob in made.blobs), *(folder.path / WEIGHTS for folder in made.adapters)):
        (place / path).write_bytes(b"?")
    again = backed_up(state, place).backup
    assert (again.lost_paths, again.blobs, again.adapters) == ((), made.blobs, made.adapters)
