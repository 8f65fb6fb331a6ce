"""A restore can be killed anywhere, and a disk that refuses costs nothing."""

import os
from pathlib import Path

import pytest

from store.errors import StateUnusable
from store.restoring.mark import is_interrupted
from tests.kept import brought_back, head_of, killed, more


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
