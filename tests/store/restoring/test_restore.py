"""What a backup brings back is the log that was backed up, and a restore takes nothing away."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.backups.contents import BackupProblem
from store.errors import StateUnusable
from store.events import Event
from store.rebuild import verify
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
from tests.kept import backed_up, brought_back, files_of, head_of, more, publish, views_of


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
