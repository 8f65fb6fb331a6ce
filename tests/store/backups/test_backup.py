"""A backup holds what is published and what that names; a later one adds what is new; none of it is taken on trust."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from store.backups.contents import BACKUP, Backup, BackupProblem, read_backup
from store.errors import StateUnusable
from tests.builders import a_chunk, a_log, labelled, put
from tests.kept import (
    a_blob,
    backed_up,
    brought_back,
    fetched,
    files_of,
    flip,
    killed,
    publish,
    trained,
)
from trainer.run import CARD, CONFIG, TRAINED, WEIGHTS


def whole(place: Path) -> Backup:
    """Every file that `backup.json` names is there."""
    backup = read_backup(place)
    assert backup is not None
    assert [path for path in backup.paths if not (place / path).is_file()] == []
    return backup


def names_in(backup: Backup) -> set[str]:
    return {str(path) for path in backup.paths} | {BACKUP}


def more(state: Path, *texts: str) -> None:
    """A service was there meanwhile."""
    with a_log(state) as log:
        put(log, *(a_chunk(text) for text in texts))
        publish(log, state)


def test_a_backup_holds_every_published_event_blob_and_adapter(made, state, place):
    with a_log(state) as log:
        assert (made.seq, made.hash, made.log_id, made.purpose) == (11, log.head.hash, log.log_id, "real")
    assert [len(kind) for kind in (made.events, made.blobs, made.adapters, made.lost_paths)] == [1, 1, 1, 0]
    assert set(files_of(place)) == names_in(made)
    for path in made.paths:
        if path.parts[0] != "events":
            assert (place / path).read_bytes() == (state / path).read_bytes()


def test_a_second_backup_is_made_while_the_log_is_open_and_copies_only_what_is_new(made, state, place):
    before = files_of(place)
    with a_log(state) as log:
        sha256 = fetched(log, state, 2)
        publish(log, state)
        again = backed_up(state, place)
        assert put(log, a_chunk("Later.")).first_seq == again.backup.seq + 1
    new = {name: body for name, body in files_of(place).items() if name not in before}
    assert again.copied == len(new) == 2  # a segment and a blob
    assert again.copied_bytes == sum(map(len, new.values()))
    assert any(sha256 in name for name in new)


def test_a_backup_of_nothing_new_copies_nothing(made, state, place):
    again = backed_up(state, place)
    assert (again.copied, again.copied_bytes, again.dropped) == (0, 0, 0)


def test_merged_segments_replace_what_was_merged_into_them(made, state, place):
    dropped = 0
    with a_log(state) as log:
        for n in range(12):
            put(log, a_chunk(f"Text {n}."))
            publish(log, state)
            again = backed_up(state, place)
            dropped += again.dropped
    assert dropped > 0
    assert set(files_of(place)) == names_in(again.backup)


def test_events_published_anew_in_other_bytes_are_the_same_history(made, state, place):
    shutil.rmtree(state / "published")
    more(state, "Later.")
    again = backed_up(state, place)
    assert (len(again.backup.events), again.backup.seq, again.dropped) == (1, 12, 1)


@pytest.mark.parametrize("harm", [Path.unlink, flip], ids=["missing", "damaged"])
def test_a_blob_that_is_gone_is_named_and_everything_else_is_backed_up(made, state, place, harm):
    with a_log(state) as log:
        sha256 = fetched(log, state, 2)
        publish(log, state)
    harm(state / "blobs" / sha256[:2] / sha256)
    again = backed_up(state, place).backup
    assert (again.lost_blobs, len(again.blobs), again.seq) == ((sha256,), 1, 13)
    a_blob(state, b"Filing 2. " * 100)
    assert backed_up(state, place).backup.lost_blobs == ()


@pytest.mark.parametrize("harm", [Path.unlink, flip], ids=["missing", "damaged"])
@pytest.mark.parametrize("name", [WEIGHTS, CONFIG, CARD, TRAINED])
def test_an_adapter_with_a_file_that_is_not_what_it_was_is_named(made, state, place, name, harm):
    with a_log(state) as log:
        adapter_id = trained(log, state, b"others")
        publish(log, state)
    harm(state / "adapters" / adapter_id / name)
    again = backed_up(state, place).backup
    assert (again.lost_adapters, len(again.adapters)) == ((adapter_id,), 1)
    assert set(files_of(place)) == names_in(again)


def test_what_the_backup_has_is_kept_when_the_state_lost_it(made, state, place):
    shutil.rmtree(state / "blobs")
    shutil.rmtree(state / "adapters")
    again = backed_up(state, place)
    assert (again.backup.lost_paths, again.copied) == ((), 0)


def test_verify_copies_anew_what_rotted_in_the_backup(made, state, place):
    for path in made.paths:
        flip(place / path)
    assert backed_up(state, place).copied == 0  # as large as before: without reading all of it nobody knows
    assert backed_up(state, place, verify=True).copied == len(made.paths)
    assert backed_up(state, place, verify=True).copied == 0


def test_a_file_that_went_missing_in_the_backup_is_copied_again(made, state, place):
    for path in made.paths:
        (place / path).unlink()
    assert backed_up(state, place).copied == len(made.paths)


def test_a_damaged_segment_of_the_published_set_is_refused(made, state, tmp_path):
    (segment,) = (state / "published" / "events").glob("*.parquet")
    flip(segment)
    with pytest.raises(StateUnusable, match=r"published is damaged .*start the service"):
        backed_up(state, tmp_path / "new")
    assert read_backup(tmp_path / "new") is None


def inside(state: Path, place: Path) -> Path:
    return state / "backup"


def foreign(state: Path, place: Path) -> Path:
    place.mkdir()
    (place / "thesis.txt").write_text("mine")
    return place


def a_file(state: Path, place: Path) -> Path:
    place.write_text("")
    return place


def linked(state: Path, place: Path) -> Path:
    place.mkdir()
    (place / "blobs").symlink_to(state / "blobs")
    return place


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        (inside, "is inside the state"),
        (foreign, "no part of a backup"),
        (a_file, "is no folder"),
        (linked, "is a link"),
    ],
)
def test_a_folder_that_is_no_place_for_a_backup_is_refused_and_left_alone(
    made, state, tmp_path, prepare: Callable[[Path, Path], Path], why
):
    folder = prepare(state, tmp_path / "wrong")
    before = files_of(tmp_path)
    with pytest.raises(BackupProblem, match=why):
        backed_up(state, folder)
    assert files_of(tmp_path) == before


def test_nothing_published_is_nothing_to_back_up(state, place):
    with pytest.raises(StateUnusable, match=r"nothing is published.*finsdistill run"):
        backed_up(state, place)


def test_another_logs_backup_is_refused(made, tmp_path, place):
    with a_log(tmp_path / "other") as other:
        labelled(other, "Sales rose.")
        publish(other, tmp_path / "other")
    with pytest.raises(BackupProblem, match="backup of another log"):
        backed_up(tmp_path / "other", place)
    assert whole(place) == made


def test_a_backup_that_is_newer_than_the_state_is_refused(made, home, state, place):
    more(state, "Later.")
    backed_up(state, place)
    with pytest.raises(BackupProblem, match=r"the state is the older of the two.*restore"):
        backed_up(home / "state", place)
    assert whole(place).seq == 12


def test_a_state_that_was_restored_older_and_went_on_is_another_history(made, state, place, tmp_path):
    """The same log_id, as many events and more, but other ones."""
    older = shutil.copytree(place, tmp_path / "older")
    more(state, "Lost.")
    backed_up(state, place)
    brought_back(tmp_path / "again", older)
    more(tmp_path / "again", "Other.", "And more.")
    with pytest.raises(BackupProblem, match="another history"):
        backed_up(tmp_path / "again", place)
    assert whole(place).seq == 12


@pytest.mark.parametrize("content", ["", "[]", '{"format": 1}', '{"format": 2}'])
def test_a_backup_json_that_cannot_be_used_is_refused(made, state, place, content):
    (place / BACKUP).write_text(content)
    with pytest.raises(BackupProblem, match=r"is damaged|has format 2.*newer"):
        backed_up(state, place)


def test_two_backups_into_one_folder_take_turns(made, state, place):
    folder = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    with pytest.raises(BackupProblem, match="another finsdistill works"):
        backed_up(state, place)
    os.close(folder)
    assert backed_up(state, place).copied == 0


def test_a_killed_backup_leaves_the_one_before_whole_and_the_next_is_complete(made, state, place, root, tmp_path):
    with a_log(state) as log:
        sha256 = fetched(log, state, 2)
        trained(log, state, b"others")
        publish(log, state)
    moments = killed("backup", state, place, tmp_path / "killed", root)
    for moment in moments:
        assert whole(moment / "backup").seq in (made.seq, 14)
        again = backed_up(moment / "state", moment / "backup").backup
        assert (again.seq, len(again.adapters), again.lost_paths) == (14, 2, ())
        assert sha256 in {blob.sha256 for blob in again.blobs}
        assert set(files_of(moment / "backup")) == names_in(again)
    assert len(moments) == 7  # a segment, a blob, the four files of an adapter, and backup.json


def test_a_disk_without_room_is_told_before_anything_is_written(made, state, place, monkeypatch):
    class Full:
        free = 1_000_000

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Full)
    more(state, "Later.")
    before = files_of(place)
    with pytest.raises(BackupProblem, match=r"has 1 MB free .*free disk space"):
        backed_up(state, place)
    assert files_of(place) == before


def test_a_disk_that_fails_meanwhile_leaves_the_backup_that_was_there(made, state, place, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    more(state, "Later.")
    before = files_of(place)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BackupProblem, match="No space left on device"):
        backed_up(state, place)
    assert files_of(place) == before
