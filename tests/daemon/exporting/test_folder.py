"""An export takes its place whole, and takes nobody else's."""

import errno
import fcntl
import os
import shutil
from pathlib import Path

import pytest

from daemon.exporting.folder import FolderRefused, replacing
from daemon.exporting.formats import JsonLines


def left(still):
    return sorted(path.name for path in still.folder.iterdir())


def test_an_empty_folder_and_an_earlier_export_are_replaced(still):
    (still.folder / "out").mkdir()
    still.export()
    manifest = still.export(form="parquet")
    assert {path.name for path in (still.folder / "out").iterdir()} == manifest.names
    assert left(still) == ["out"]


def test_missing_parents_are_made_and_a_link_is_followed(still):
    (still.folder / "link").symlink_to(still.folder / "deep" / "er")
    still.export("link")
    assert (still.folder / "deep" / "er" / "README.md").is_file() and (still.folder / "link").is_symlink()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda out: (out.mkdir(), (out / "thesis.tex").touch()), "holds something"),
        (lambda out: out.touch(), "is no folder"),
        (lambda out: (out.mkdir(), (out / "export.json").write_text("{}")), "holds something"),
    ],
)
def test_what_is_no_export_stays(still, make, why):
    make(still.folder / "out")
    with pytest.raises(FolderRefused, match=why):
        still.export()
    assert left(still) == ["out"]


def test_an_export_with_somebodys_own_file_in_it_stays(still):
    still.export()
    (still.folder / "out" / ".git").mkdir()
    with pytest.raises(FolderRefused, match=r"'\.git' too, which would be lost"):
        still.export(form="parquet")
    assert (still.folder / "out" / "train.jsonl").is_file()


def test_a_failure_half_way_leaves_the_earlier_export(still, monkeypatch):
    still.export()
    monkeypatch.setattr(JsonLines, "open", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(FolderRefused, match=r"out cannot be written \(No space left on device\)"):
        still.export()
    monkeypatch.undo()
    assert left(still) == ["out"] and "train" in still.read("README.md")


def crash(*_, **__):
    raise KeyboardInterrupt


@pytest.mark.parametrize("renames_done", [0, 1, 2])
def test_a_crash_between_any_two_renames_leaves_an_export_for_the_next_one_to_find(still, monkeypatch, renames_done):
    """As kill -9 would: nothing is tidied up after it."""
    still.export()
    real, calls = Path.rename, []

    def rename(source: Path, target: Path) -> None:
        calls.append(source)
        if len(calls) > renames_done:
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr("daemon.exporting.folder.shutil.rmtree", crash if renames_done == 2 else lambda *_, **__: None)
    monkeypatch.setattr("pathlib.Path.rename", rename)
    with pytest.raises(KeyboardInterrupt), replacing(still.folder / "out", state_dir=still.state) as folder:
        shutil.copytree(still.folder / "out", folder, dirs_exist_ok=True)
    monkeypatch.undo()
    still.export(form="parquet")
    assert left(still) == ["out"] and (still.folder / "out" / "train.parquet").is_file()


def test_two_exports_to_one_place_are_one_too_many(still):
    staging = still.folder / ".out.finsdistill-export"
    staging.mkdir()
    fd = os.open(staging, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    try:
        with pytest.raises(FolderRefused, match="another export is being written"):
            still.export()
    finally:
        os.close(fd)
    (staging / "leftover").touch()
    still.export()
    assert left(still) == ["out"]


@pytest.mark.parametrize("place", ["/", "/proc/x", "/dev/null/x"])
def test_where_nothing_can_be_written_another_folder_is_asked_for(still, place):
    with pytest.raises(FolderRefused, match="folder"), replacing(still.folder / place, state_dir=still.state):
        pass


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_takes_no_export_is_a_persons_to_change_and_not_the_states_fault(still, monkeypatch, number):
    def mkdir(path: Path, *_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr("pathlib.Path.mkdir", mkdir)
    with pytest.raises(FolderRefused, match=f"out cannot be written .{os.strerror(number)}") as told:
        still.export()
    assert told.value.exit_code == 1


@pytest.mark.parametrize("place", [".", "inbox", "blobs/out", "link/out"])
def test_the_folders_of_the_state_are_nobody_elses(state, place):
    (state.folder / "link").symlink_to(state.state)
    before = sorted(state.state.rglob("*"))
    with pytest.raises(FolderRefused, match="is inside the state"):
        state.export(place if place.startswith("link") else f"state/{place}")
    assert sorted(state.state.rglob("*")) == before
