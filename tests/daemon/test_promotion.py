"""Who may become champion by hand, who may be taken back, and that the log, the fold and the views agree."""

from functools import reduce
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.commands import Promote, Rollback
from daemon.promotion import PromotionRefused, Promotions, named, promotion, rollback
from daemon.steps.plans import Folders
from store.errors import StreamMoved
from store.events import AdapterHeld, AdapterPromoted, SnapshotSealed, TrainingFailed
from store.states.runs import Runs, fold, runs_of
from tests.builders import a_log, a_training, put
from trainer.run import CONFIG, WEIGHTS, adapter_id_of

NAMES = ("a" * 32, "b" * 32, "ab" + "c" * 30)
A, B, C = NAMES


def sealed(snapshot: str) -> SnapshotSealed:
    return SnapshotSealed(
        snapshot_id=snapshot, log_seq=1, recipe="r", parent=None, rows=1, new_rows=1, sha256="", heldout_rows=0,
        heldout_sha256="",
    )  # fmt: skip


def held(adapter: str) -> AdapterHeld:
    return AdapterHeld(adapter_id=adapter, unscored=False, reason="too_few_heldout", detail="")


def trained(adapter: str, **changes: str) -> list[object]:
    return [sealed(f"s-{adapter}"), a_training(adapter, snapshot_id=f"s-{adapter}", **changes), held(adapter)]


def all_held() -> Runs:
    return runs_of(event for adapter in NAMES for event in trained(adapter))


def by_hand(adapter: str, replaces: str | None = None) -> AdapterPromoted:
    return AdapterPromoted(adapter_id=adapter, replaces=replaces, by="person", reason="a person promoted it")


def test_a_person_promotes_what_the_gate_held_and_it_replaces_the_champion():
    runs = all_held()
    assert promotion(runs, A, base="seedling") == by_hand(A)
    assert promotion(fold(runs, by_hand(A), 99), B, base="seedling") == by_hand(B, replaces=A)


def test_the_champion_is_not_promoted_again():
    assert promotion(fold(all_held(), by_hand(A), 99), A, base="seedling") is None


@pytest.mark.parametrize(
    ("runs", "base", "why"),
    [
        (Runs(), "seedling", "no adapter is called"),
        (runs_of([sealed("s"), a_training(A)]), "seedling", "is being scored"),
        (all_held(), "TinyLlama/TinyLlama", "stands on the base seedling"),
        (
            runs_of(
                [
                    sealed("s"),
                    a_training(A),
                    TrainingFailed(
                        snapshot_id="s", run_id="u", attempt=4, stage="evaluate", adapter_id=A, reason="oom", final=True
                    ),
                ]
            ),
            "seedling",
            "could not be scored",
        ),
    ],
)
def test_what_cannot_be_champion_is_refused_with_the_reason(runs, base, why):
    with pytest.raises(PromotionRefused, match=why):
        promotion(runs, A, base=base)


def test_only_the_champion_can_be_rolled_back():
    with pytest.raises(PromotionRefused, match="the base is in use"):
        rollback(all_held(), A, reason="x")
    with pytest.raises(PromotionRefused, match=f"adapter {A} is"):
        rollback(fold(all_held(), by_hand(A), 99), B, reason="x")


@pytest.mark.parametrize(
    ("start", "found"),
    [(A, A), ("b", B), ("ab", C), ("aa", A), ("a", "several"), ("", "none"), ("z", "none"), ("'", "none")],
)
def test_an_adapter_is_named_by_any_start_that_only_it_has(start, found):
    if found in NAMES:
        assert named(all_held(), start).adapter_id == found
    else:
        with pytest.raises(PromotionRefused, match="give more" if found == "several" else "no adapter is called"):
            named(all_held(), start)


def decided(runs: Runs, wish: tuple[str, str]) -> Runs:
    """What becomes of a person's wish, possible or not."""
    what, adapter = wish
    try:
        event = promotion(runs, adapter, base="seedling") if what == "promote" else rollback(runs, adapter, reason="x")
    except PromotionRefused:
        return runs
    return runs if event is None else fold(runs, event, 99)


wishes = st.lists(st.tuples(st.sampled_from(["promote", "rollback"]), st.sampled_from(NAMES)), max_size=12)


@given(wishes)
def test_rolling_back_again_and_again_ends_at_the_base_and_meets_nobody_twice(wishes):
    runs = reduce(decided, wishes, all_held())
    seen = []
    while runs.champion is not None:
        seen.append(runs.champion)
        runs = decided(runs, ("rollback", runs.champion))
    assert len(seen) == len(set(seen))


@pytest.fixture
def log(tmp_path):
    with a_log(tmp_path / "log") as log:
        yield log


def an_adapter(state: Path, content: bytes) -> str:
    """Its files, and its id."""
    folder = state / "adapters" / "new"
    folder.mkdir(parents=True)
    (folder / WEIGHTS).write_bytes(content)
    (folder / CONFIG).write_text("{}")
    adapter_id = adapter_id_of(folder)
    folder.rename(state / "adapters" / adapter_id)
    return adapter_id


@pytest.fixture
def two(log, tmp_path):
    """Two adapters that the gate held."""
    ids = [an_adapter(tmp_path, content) for content in (b"one", b"two")]
    for adapter in ids:
        put(log, *trained(adapter), stream=f"run-s-{adapter}")
    return ids


@pytest.fixture
def promotions(log, tmp_path):
    return Promotions(log, Folders(tmp_path), "seedling")


def champions(log):
    return [row[0] for row in log.query("SELECT adapter_id FROM adapters WHERE status = 'champion'")]


def test_decisions_stand_in_the_adapters_stream_and_the_same_command_twice_has_one_effect(log, two, promotions):
    one, other = two
    for key in ("command-1", "command-1"):
        promotions.promote(Promote(adapter_id=one), key=key)
    promotions.promote(Promote(adapter_id=other), key="command-2")
    for key in ("command-3", "command-3", "command-1"):
        back = Rollback(adapter_id=other, reason="worse by eye")
        promotions.rollback(back, key=key) if key == "command-3" else promotions.promote(
            Promote(adapter_id=one), key=key
        )
    assert champions(log) == [one]
    assert log.query(
        "SELECT stream, type FROM raw.events WHERE type IN ('AdapterPromoted', 'AdapterRolledBack') ORDER BY seq"
    ) == [
        (f"run-s-{one}", "AdapterPromoted"),
        (f"run-s-{other}", "AdapterPromoted"),
        (f"run-s-{other}", "AdapterRolledBack"),
    ]


def test_after_a_rollback_to_the_base_nobody_is_champion(log, two, promotions):
    promotions.promote(Promote(adapter_id=two[0]), key="command-1")
    promotions.rollback(Rollback(adapter_id=two[0], reason="worse by eye"), key="command-2")
    assert champions(log) == []
    assert dict(log.query("SELECT adapter_id, status FROM adapters"))[two[0]] == "rolled_back"


@pytest.mark.parametrize("spoil", [lambda path: path.unlink(), lambda path: path.write_bytes(b"other")])
def test_an_adapter_whose_files_are_not_whole_becomes_champion_on_no_way(log, two, promotions, tmp_path, spoil):
    promotions.promote(Promote(adapter_id=two[0]), key="command-1")
    promotions.promote(Promote(adapter_id=two[1]), key="command-2")
    spoil(tmp_path / "adapters" / two[0] / WEIGHTS)
    with pytest.raises(PromotionRefused, match="cannot be champion"):
        promotions.promote(Promote(adapter_id=two[0]), key="command-3")
    with pytest.raises(PromotionRefused, match="cannot be champion"):
        promotions.rollback(Rollback(adapter_id=two[1], reason="x"), key="command-4")
    assert champions(log) == [two[1]]


def test_a_decision_on_facts_that_are_no_longer_the_newest_is_not_recorded(log, two, promotions):
    runs, versions = promotions._standing()
    put(log, held(two[0]), stream=f"run-s-{two[0]}")
    with pytest.raises(StreamMoved):
        promotions._append(runs, by_hand(two[0]), key="command-1", versions=versions)


@settings(max_examples=20)
@given(wishes)
def test_the_views_and_the_fold_name_the_same_champion(tmp_path_factory, wishes):
    runs = all_held()
    with a_log(tmp_path_factory.mktemp("log")) as log:
        put(log, *(event for adapter in NAMES for event in trained(adapter)))
        for wish in wishes:
            before, runs = runs, decided(runs, wish)
            if runs is not before:
                what, adapter = wish
                put(
                    log,
                    by_hand(adapter, before.champion) if what == "promote" else rollback(before, adapter, reason="x"),
                )
        assert champions(log) == ([runs.champion] if runs.champion else [])
