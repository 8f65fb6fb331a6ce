"""Where training stands, told by short histories."""

import pytest

from store.events import (
    AdapterHeld,
    AdapterPromoted,
    AdapterRolledBack,
    AdapterTrained,
    SnapshotSealed,
    TrainingFailed,
    TrainingStarted,
)
from store.states.runs import Runs, runs_of


def sealed(name="s1", rows=1000):
    return SnapshotSealed(
        snapshot_id=name, log_seq=9, recipe="r", parent=None, rows=rows, new_rows=rows, sha256="", heldout_rows=0,
        heldout_sha256="",
    )  # fmt: skip


def started(name="s1"):
    return TrainingStarted(snapshot_id=name, run_id="u", attempt=1, start="scratch", parent=None, spec="{}")


def trained(adapter="a1", name="s1", start="scratch", rows=1000):
    return AdapterTrained(
        adapter_id=adapter, snapshot_id=name, run_id="u", base="seedling", base_fingerprint=None, parent=None,
        start=start, objective="summary", toy=True, rows=rows, dropped=0, tokens=1, seconds=1.0, loss_first=None,
        loss_last=None,
    )  # fmt: skip


def failed(*, final=False, stage="train"):
    return TrainingFailed(
        snapshot_id="s1", run_id="u", attempt=1, stage=stage, adapter_id=None, reason="oom", final=final
    )


def promoted(adapter="a1"):
    return AdapterPromoted(adapter_id=adapter, replaces=None, by="gate", reason="better")


def held(adapter="a1"):
    return AdapterHeld(adapter_id=adapter, unscored=False, reason="not_better", detail="")


@pytest.mark.parametrize(
    ("history", "settled", "failures", "champion"),
    [
        ([], True, 0, None),
        ([sealed()], False, 0, None),
        ([sealed(), started(), failed()], False, 1, None),
        ([sealed(), started(), failed(), failed(final=True)], True, 2, None),
        ([sealed(), started(), failed(), trained()], False, 0, None),
        ([sealed(), trained(), promoted()], True, 0, "a1"),
        ([sealed(), trained(), held()], True, 0, None),
        ([sealed(), trained(), promoted(), sealed("s2")], False, 0, "a1"),
        ([sealed(), trained(), promoted(), AdapterRolledBack(adapter_id="a1", to=None, reason="")], True, 0, None),
    ],
)
def test_a_history_tells_what_is_due(history, settled, failures, champion):
    runs = runs_of(history)
    assert (runs.settled, runs.failures, runs.champion) == (settled, failures, champion)


def test_a_promotion_by_hand_of_an_older_adapter_leaves_the_newer_one_due():
    runs = runs_of([sealed(), trained(), held(), sealed("s2"), trained("a2", "s2"), promoted("a1")])
    assert (runs.settled, runs.champion) == (False, "a1")


def back(adapter, to=None):
    return AdapterRolledBack(adapter_id=adapter, to=to, reason="a person's eye")


@pytest.mark.parametrize(
    ("history", "champion", "before"),
    [
        ([promoted("a")], "a", None),  # before it was the base
        ([promoted("a"), promoted("b")], "b", "a"),
        ([promoted("a"), promoted("b"), back("b", "a")], "a", None),
        ([promoted("a"), promoted("b"), back("b", "a"), back("a")], None, None),
        ([promoted("a"), back("a"), promoted("b")], "b", None),  # a rolled-back one is never returned to
        ([promoted("a"), promoted("b"), back("b", "a"), promoted("c")], "c", "a"),
        ([promoted("a"), promoted("b"), promoted("a"), back("a", "b")], "b", None),  # however often it was champion
        ([promoted("a"), back("a"), promoted("a"), promoted("b")], "b", "a"),  # but a person may think again
        ([promoted("a"), promoted("a"), promoted("b")], "b", "a"),
        ([promoted("a"), promoted("b"), promoted("c"), back("c", "b"), back("b", "a")], "a", None),
    ],
)
def test_promotions_and_rollbacks_tell_who_is_champion_and_who_was_before(history, champion, before):
    runs = runs_of(history)
    assert (runs.champion, runs.before) == (champion, before)


def test_a_person_who_promotes_while_another_is_scored_changes_the_champion_it_must_beat():
    """What was compared with the old champion decides nothing any more: the scoring is to be done again."""
    history = [sealed(), trained("a"), promoted("a"), sealed("s2"), trained("b", "s2"), held("b"), sealed("s3")]
    scoring = runs_of([*history, trained("c", "s3")])
    after = runs_of([*history, trained("c", "s3"), promoted("b")])
    assert (scoring.champion, after.champion) == ("a", "b")
    assert not after.settled and after.adapter.adapter_id == "c"


def test_a_stale_decision_of_the_gate_leaves_one_champion_and_the_persons_as_the_one_before():
    history = [sealed(), trained("a"), promoted("a"), sealed("s2"), trained("b", "s2"), held("b")]
    stale = AdapterPromoted(adapter_id="c", replaces="a", by="gate", reason="better than a")
    runs = runs_of([*history, sealed("s3"), trained("c", "s3"), promoted("b"), stale])
    assert (runs.champion, runs.before) == ("c", "b")


def test_an_adapter_that_could_not_be_scored_is_known_as_failed_until_it_is_trained_again():
    lost = failed(final=True, stage="evaluate").model_copy(update={"adapter_id": "a1"})
    assert runs_of([sealed(), trained(), lost]).failed == {"a1"}
    assert runs_of([sealed(), trained(), lost.model_copy(update={"final": False})]).failed == frozenset()
    assert runs_of([sealed(), trained(), lost, sealed("s2"), trained(name="s2")]).failed == frozenset()


def test_rows_of_the_last_scratch_training_are_kept_through_warm_ones():
    runs = runs_of([sealed(), trained(rows=1000), held(), sealed("s2"), trained("a2", "s2", "warm", rows=2000)])
    assert (runs.scratch_rows, runs.newest.adapter_id) == (1000, "a2")


def test_the_champion_is_found_among_all_adapters():
    runs = runs_of([sealed(), trained(), promoted(), sealed("s2"), trained("a2", "s2"), held("a2")])
    assert runs.champion_adapter == trained()
    assert Runs().champion_adapter is None
