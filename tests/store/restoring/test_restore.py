"""What a backup brings back is the log that was backed up; a restore takes nothing away, and can be killed anywhere."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.backups.contents import BACKUP, Backup, BackupProblem, read_backup
from store.errors import StateUnusable
from store.events import Event
from store.log import open_log
from store.rebuild import verify
from store.records import Head
from store.restoring.mark import is_interrupted
from tests.builders import (
    a_chunk,
    a_dead_letter,
    a_fetch,
    a_filing,
    a_label,
    a_log,
    a_recipe,
    a_refusal,
    a_review,
    a_training,
    an_adoption,
    labelled,
    put,
)
from tests.kept import LIMITS, a_home, backed_up, brought_back, files_of, flip, killed, publish, views_of
from trainer.run import CARD, TRAINED


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    a_home(folder)
    return folder


@pytest.fixture
def place(tmp_path) -> Path:
    return tmp_path / "backup"


@pytest.fixture
def fresh(tmp_path) -> Path:
    """The state folder of another machine."""
    return tmp_path / "fresh"


@pytest.fixture
def made(home, state, place) -> Backup:
    """In `place`; `state` is what it was made of."""
    shutil.copytree(home / "state", state)
    shutil.copytree(home / "backup", place)
    backup = read_backup(place)
    assert backup is not None
    return backup


def more(state: Path, *texts: str) -> Head:
    """A service was there meanwhile; where its log ended."""
    with a_log(state) as log:
        put(log, *(a_chunk(text) for text in texts))
        publish(log, state)
        return log.head


def head_of(folder: Path) -> Head:
    log = open_log(folder, purpose=None, limits=LIMITS)
    try:
        return log.head
    finally:
        log.close()


def agrees(folder: Path) -> bool:
    with a_log(folder) as log:
        return all(proof.agrees for proof in verify(log, lambda _: None))


def test_what_is_restored_elsewhere_is_the_log_that_was_backed_up(made, state, place, fresh):
    done = brought_back(fresh, place)
    assert (done.head, done.lost, done.aside, done.mended.lost) == (made.end, None, None, ())
    assert views_of(fresh) == views_of(state)
    assert files_of(fresh / "blobs") == files_of(state / "blobs")
    assert files_of(fresh / "adapters") == files_of(state / "adapters")
    assert agrees(fresh)
    with a_log(fresh) as again:
        assert (again.log_id, again.head) == (made.log_id, made.end)
        assert put(again, a_chunk("Later.")).first_seq == made.seq + 1


texts = st.sampled_from(["A.", "B.", "C d."])
a_fact: st.SearchStrategy[Event] = st.one_of(
    st.builds(a_filing, st.integers(1, 3)),
    st.builds(a_fetch, st.integers(1, 3)),
    st.builds(a_chunk, texts, filing=st.integers(1, 3)),
    st.builds(a_label, texts),
    st.builds(a_refusal, texts),
    st.builds(a_dead_letter, texts),
    st.builds(a_review, texts, st.sampled_from(["accepted", "rejected"])),
    st.builds(a_training, st.sampled_from(["a", "b"])),
)


@given(st.lists(st.lists(a_fact, min_size=1, max_size=9), min_size=1, max_size=4))
@settings(max_examples=2)
def test_any_history_comes_back_with_its_append_keys_and_goes_on(tmp_path_factory, batches):
    folder = tmp_path_factory.mktemp("law")
    batches = [[a_filing(1), a_recipe(), an_adoption(), a_chunk("A."), a_label("A.")], *batches]
    with a_log(folder / "state") as log:
        for number, batch in enumerate(batches):
            put(log, *batch, stream=f"s{number % 2}", key=f"k{number}")
        publish(log, folder / "state")
        head = log.head
    backed_up(folder / "state", folder / "backup")
    brought_back(folder / "fresh", folder / "backup")
    assert views_of(folder / "fresh") == views_of(folder / "state")
    with a_log(folder / "fresh") as again:
        assert again.head == head
        assert all(proof.agrees for proof in verify(again, lambda _: None))
        for number, batch in enumerate(batches):
            assert put(again, *batch, stream=f"s{number % 2}", key=f"k{number}").repeated
        assert put(again, *batches[0], stream="s0").first_seq == head.seq + 1


def test_a_log_that_holds_as_much_or_more_is_left_alone_unless_it_is_to_be_replaced(made, state, place):
    newer = more(state, "Newer.")
    before = files_of(state)
    with pytest.raises(BackupProblem, match=r"is sound to event 12 and holds everything .*--replace"):
        brought_back(state, place)
    assert files_of(state) == before
    done = brought_back(state, place, replace=True)
    assert done.aside is not None
    assert (head_of(done.aside), head_of(state)) == (newer, made.end)


def test_a_log_that_is_behind_is_replaced_and_kept_aside(made, home, state, place, tmp_path):
    """An older copy of the whole state was put back, mark and all."""
    old = shutil.copytree(home / "state", tmp_path / "old")
    newer = more(state, "Newer.")
    backed_up(state, place)
    done = brought_back(old, place)
    assert (done.head, head_of(old), done.aside is not None) == (newer, newer, True)


@pytest.mark.parametrize("damaged", [False, True])
def test_a_log_that_went_another_way_is_not_taken_for_one_that_is_behind(made, home, state, place, tmp_path, damaged):
    other = shutil.copytree(home / "state", tmp_path / "other")
    more(other, "C.")
    more(state, "A.", "B.")
    backed_up(state, place)
    if damaged:
        (other / "log.duckdb").unlink()
    with pytest.raises(BackupProblem, match=r"went different ways .*--replace"):
        brought_back(other, place)


def test_another_logs_backup_needs_to_be_asked_for(made, place, tmp_path):
    other = tmp_path / "other"
    with a_log(other) as log:
        labelled(log, "Sales rose.")
    with pytest.raises(BackupProblem, match=r"another log.*--replace"):
        brought_back(other, place)
    brought_back(other, place, replace=True)
    assert head_of(other) == made.end


@pytest.mark.parametrize("kept", ["log.duckdb", "published"])
def test_a_demos_backup_never_enters_a_real_state(kept, home, open_state, tmp_path, place, state):
    demo = open_state(tmp_path / "demo", purpose="demo")
    labelled(demo, "Sales rose.")
    publish(demo, tmp_path / "demo")
    backed_up(tmp_path / "demo", place)
    shutil.copytree(home / "state", state)
    for name in {"log.duckdb", "published"} - {kept}:  # either tells a state that is real
        shutil.rmtree(state / name) if (state / name).is_dir() else (state / name).unlink()
    with pytest.raises(BackupProblem, match="backup of a demo log"):
        brought_back(state, place, replace=True)


def test_a_demo_is_restored_where_a_demo_or_nothing_was_and_stays_a_demo(open_state, tmp_path, place):
    home = tmp_path / "demo"
    demo = open_state(home, purpose="demo")
    labelled(demo, "Sales rose.")
    publish(demo, home)
    demo.close()
    backed_up(home, place)
    (home / "log.duckdb").unlink()
    for folder in (home, tmp_path / "new"):
        assert brought_back(folder, place).head == demo.head
        with pytest.raises(StateUnusable, match="is a demo log and this is a real run"):
            open_state(folder, purpose="real")
        assert open_state(folder, purpose="demo").purpose == "demo"


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


def test_a_backup_that_may_only_be_read_is_restored(made, place, fresh):
    before = files_of(place)
    for path in [place, *place.rglob("*")]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        assert brought_back(fresh, place).head == made.end
    finally:
        for path in [place, *place.rglob("*")]:
            path.chmod(0o700 if path.is_dir() else 0o600)
    assert files_of(place) == before


def test_a_folder_without_a_backup_is_none(tmp_path, fresh):
    with pytest.raises(BackupProblem, match="holds no backup"):
        brought_back(fresh, tmp_path)


def test_a_restore_that_was_killed_anywhere_is_finished_by_running_it_again(made, state, place, root, tmp_path):
    newer = more(state, "Newer.")
    # Before and after the point of no return, between its moves.
    for moment in killed("restore", state, place, tmp_path / "killed", root, 1, 4, 6, 7):
        left = moment / "state"
        if not is_interrupted(left):
            assert head_of(left) == newer
        brought_back(left, moment / "backup", replace=True)
        (aside,) = left.glob("replaced-*")
        assert (head_of(left), head_of(aside)) == (made.end, newer)
        assert (left / "finsdistill.duckdb").exists()
        assert not (left / "restoring").exists()


def test_a_disk_that_refuses_while_an_interrupted_restore_is_finished_is_one_sentence(
    made, state, place, root, tmp_path, monkeypatch
):
    (moment,) = killed("restore", state, place, tmp_path / "killed", root, 6)
    assert is_interrupted(moment / "state")
    with monkeypatch.context() as patch, pytest.raises(StateUnusable, match=r"Read-only file system.*restore again"):
        patch.setattr(Path, "rename", read_only)
        brought_back(moment / "state")
    assert brought_back(moment / "state").head is None
    assert head_of(moment / "state") == made.end


def read_only(*_: object) -> None:
    raise OSError(30, "Read-only file system")


def test_a_disk_that_refuses_leaves_the_present_log_alone(made, state, place, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    newer = more(state, "Newer.")
    monkeypatch.setattr(os, "fdatasync", full)
    with pytest.raises(StateUnusable, match="No space left"):
        brought_back(state, place, replace=True)
    monkeypatch.undo()
    assert head_of(state) == newer
    assert not (state / "restoring").exists()
