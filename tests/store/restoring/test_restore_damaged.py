"""A restore with damage in the state or in the backup, or from a backup that lies: what is brought back, missed or refused."""

import os
import shutil
from pathlib import Path

import pytest

from store.backups.contents import BACKUP, BackupProblem
from store.errors import StateUnusable
from tests.builders import a_fetch, a_training, put
from tests.kept import backed_up, brought_back, files_of, flip, head_of, more, publish
from trainer.run import CARD, TRAINED


def test_damaged_blobs_and_adapters_of_a_sound_log_are_brought_back(made, state, place):
    before = files_of(state / "blobs") | files_of(state / "adapters")
    for path in made.paths:
        if path.suffix != ".parquet":
            (state / path).write_bytes(b"rotten")
    done = brought_back(state, place)
    assert (done.stretches, done.mended.copied, done.mended.lost) == ((), 2, ())
    assert files_of(state / "blobs") | files_of(state / "adapters") == before


@pytest.mark.parametrize("name", [CARD, TRAINED])
def test_what_an_adapters_id_does_not_name_is_missed_without_a_backup_too(made, state, place, name):
    (adapter,) = (path for path in made.paths if path.name == name)
    (state / adapter).unlink()
    shutil.rmtree(state / "published")
    assert brought_back(state, replace=True).mended.lost == (adapter.parent,)
    assert brought_back(state, place).mended.lost == ()


@pytest.mark.parametrize(
    "harm", [flip, Path.unlink, lambda p: p.write_bytes(b"PAR1" * 50)], ids=["flip", "gone", "bad"]
)
@pytest.mark.parametrize("kind", ["events", "blobs", "adapters"])
def test_damage_of_every_kind_of_file_in_a_backup_is_found(made, place, fresh, kind, harm):
    (path, *_) = sorted(path for path in made.paths if path.parts[0] == kind)
    harm(place / path)
    if kind == "events":
        with pytest.raises((BackupProblem, StateUnusable)):
            brought_back(fresh, place)
        assert not (fresh / "log.duckdb").exists()
    else:
        done = brought_back(fresh, place)
        assert (done.head, len(done.mended.lost)) == (made.end, 1)


def test_a_backup_whose_end_is_damaged_gives_what_stands_before_only_when_the_loss_is_accepted(
    made, state, place, fresh
):
    more(state, "Newer.", "Newest.")
    *_, last = backed_up(state, place).backup.events
    flip(place / last.path)
    with pytest.raises(StateUnusable, match=r"events 1[23] to 13 are missing.*--accept-loss"):
        brought_back(fresh, place)
    done = brought_back(fresh, place, accept_loss=True)
    assert done.lost in ((12, 13), (13, 13))  # which of the two the flipped byte hit
    assert done.lost[0] == head_of(fresh).seq + 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"adapter_id": "', '"adapter_id": "../../etc/'),
        ('"name": "', '"name": "../'),
        ('"name": "', '"name": "/etc/'),
        ('"sha256": "', '"sha256": "../'),
        ('"log_id": "', '"log_id": "other'),
        ('"seq": ', '"seq": 9'),
        ('"prev_hash": "0', '"prev_hash": "1'),
        ('"purpose": "real"', '"purpose": "demo"'),
        ('"format": 1', '"format": 1, "more": 1'),
    ],
)
def test_a_backup_json_that_lies_is_refused_and_touches_nothing(made, place, fresh, old, new):
    text = (place / BACKUP).read_text()
    assert old in text
    (place / BACKUP).write_text(text.replace(old, new))
    with pytest.raises((BackupProblem, StateUnusable)):
        brought_back(fresh, place)
    assert not (fresh / "log.duckdb").exists()


@pytest.mark.parametrize("kind", ["events", "blobs"])
def test_a_link_or_a_pipe_in_a_backup_is_not_followed(made, place, fresh, kind):
    (path, *_) = sorted(path for path in made.paths if path.parts[0] == kind)
    elsewhere = place.with_name("elsewhere")
    (place / path).rename(elsewhere)
    (place / path).symlink_to(elsewhere)
    if kind == "events":
        with pytest.raises(BackupProblem, match="no event can be read"):
            brought_back(fresh, place)
        (place / path).unlink()
        os.mkfifo(place / path)
        with pytest.raises(BackupProblem, match="is no regular file"):
            brought_back(fresh, place)
    else:
        assert brought_back(fresh, place).mended.lost == (path,)


def test_an_event_that_names_a_path_names_no_blob(log, state, place, fresh):
    put(log, a_fetch(1, sha256="../../etc/passwd"), a_training("../../adapter"))
    publish(log, state)
    assert backed_up(state, place).backup.lost_paths == ()
    assert brought_back(fresh, place).mended.lost == ()
