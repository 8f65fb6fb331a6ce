"""An old log, or another's, put back together with its own high-water mark: only what was published tells."""

import shutil
from pathlib import Path

import pytest

from store.backups.contents import BackupProblem
from store.errors import StateUnusable
from tests.builders import a_chunk, a_log, put
from tests.kept import brought_back, files_of, publish

OF_THE_LOG = ("log.duckdb", "high-water")


def put_back(source: Path, state: Path) -> None:
    for name in OF_THE_LOG:
        shutil.copyfile(source / name, state / name)


@pytest.fixture
def old(state, tmp_path) -> Path:
    """A copy of the log as it was; the log in `state` went on for two events since, and published them."""
    with a_log(state) as log:
        put(log, a_chunk("Sales rose."))
    copy = shutil.copytree(state, tmp_path / "old")
    with a_log(state) as log:
        put(log, a_chunk("Costs fell."), a_chunk("Margins held."))
        publish(log, state)
    return copy


@pytest.mark.parametrize("purpose", ["real", None], ids=["the service", "verify and rebuild"])
def test_an_old_log_and_its_mark_put_back_are_refused_before_anything_is_changed(old, state, open_state, purpose):
    put_back(old, state)
    before = files_of(state)
    with pytest.raises(
        StateUnusable, match=r"published event 4, but the log ends at 2: events 3 to 4 are missing.*finsdistill restore"
    ) as e:
        open_state(purpose=purpose)
    assert e.value.exit_code == 3
    assert files_of(state) == before


def test_what_was_published_brings_the_rest_of_an_old_log_back(old, state, open_state):
    put_back(old, state)
    done = brought_back(state)
    assert done.lost is None
    assert open_state(purpose=None).head.seq == 4


def test_an_old_log_that_went_on_gives_way_to_what_was_published_only_when_asked(old, state, open_state):
    """A version before this one appended to it before it looked at what was published."""
    with a_log(old) as log:
        put(log, a_chunk("Another."))
    put_back(old, state)
    with pytest.raises(StateUnusable, match="published event 4, but the log ends at 3"):
        open_state()
    with pytest.raises(
        BackupProblem, match=r"log\.duckdb holds events that published/ lacks: .* before event 3; .*--replace"
    ):
        brought_back(state, accept_loss=True)
    done = brought_back(state, replace=True)
    assert (done.lost, open_state().head.seq) == (None, 4)
    assert done.aside is not None
    assert (done.aside / "log.duckdb").exists()


def test_another_log_and_its_mark_copied_in_are_refused_with_both_names(old, state, open_state, tmp_path):
    with a_log(tmp_path / "other") as other:
        put(other, *(a_chunk(f"Text {n}.") for n in range(9)))
        log_id = other.log_id
    put_back(tmp_path / "other", state)
    before = files_of(state)
    with pytest.raises(StateUnusable, match=rf"from another log .* than the one that lies there .{log_id}.: put"):
        open_state()
    assert files_of(state) == before
    (state / "published").rename(tmp_path / "away")
    assert open_state().log_id == log_id
