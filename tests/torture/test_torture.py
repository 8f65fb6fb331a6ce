"""A little of each kind of torture; `make torture` runs as much as a night allows."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import settings

from tests.torture import campaign, damage, disk, faults, kills, squeeze, store_faults
from tests.torture.machine import LogMachine
from tests.torture.results import Kind, Trial
from tests.torture.template import Template, make

TestALogUnderRandomSteps = LogMachine.TestCase
TestALogUnderRandomSteps.settings = settings(max_examples=3, stateful_step_count=15)


@pytest.fixture
def apart() -> Iterator[ProcessPoolExecutor]:
    """A process that has opened no database: DuckDB's threads do not survive a fork."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        yield pool


def needs(kind: Kind) -> None:
    if (why := campaign.why_not(kind)) is not None:
        pytest.skip(why)


def wrong(trials: list[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial.complaints]


def damaged(number: int, template: Template, rounds: int) -> list[Trial]:
    return list(damage.unit(number, template, rounds))


@pytest.mark.slow
def test_kill_9_loses_and_repeats_nothing_wherever_it_comes() -> None:
    trials = list(kills.unit(1, rounds=4))
    assert wrong(trials) == []
    assert (trials[-1].aim, trials[-1].outcome, trials[-1].events > 50) == ("the end", "whole", True)


@pytest.mark.slow
def test_damage_to_any_file_is_found_healed_or_harmless(tmp_path: Path, apart: ProcessPoolExecutor) -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as maker:
        template = maker.submit(make, tmp_path, 1, train=False).result()
    trials = apart.submit(damaged, 1, template, 10).result()
    assert wrong(trials) == []
    assert [trial.outcome for trial in trials if trial.nth <= 0] == [
        "harmless",
        "lost",
    ]  # control, and what must be seen


@pytest.mark.slow
def test_a_disk_error_is_told_in_a_sentence_and_loses_nothing() -> None:
    needs("fault")
    trials = [*store_faults.unit(1, rounds=4), *faults.unit(3, rounds=2)]
    assert wrong(trials) == []
    assert sum(sum(trial.counts.values()) for trial in trials) > 0


@pytest.mark.slow
def test_a_full_disk_a_lost_permission_and_a_second_service_lose_nothing() -> None:
    needs("squeeze")
    assert wrong(list(squeeze.unit(1, rounds=3))) == []


def test_a_strike_comes_at_the_chosen_call_and_at_no_other(tmp_path: Path) -> None:
    if (why := disk.why_not(fiu=False)) is not None:
        pytest.skip(why)
    lines = store_faults.child(tmp_path, disk.Strike("kill", 1, ("rename",), "manifest.json"), seed=1, appends=2)
    assert lines.returncode == -9
    (struck,) = disk.struck(tmp_path / "record")
    assert (struck.what, Path(struck.path).name) == ("rename", "manifest.json")


def test_a_first_start_that_is_killed_at_any_disk_call_does_not_stop_the_next(tmp_path: Path) -> None:
    if (why := disk.why_not(fiu=False)) is not None:
        pytest.skip(why)
    for nth in (1, 2, 3, 5, 8, 13):
        strike = disk.Strike("torn" if nth % 2 else "kill", nth, (), "log.duckdb")
        assert store_faults.child(tmp_path, strike, seed=1, appends=1).returncode == -9
    assert store_faults.child(tmp_path, disk.Strike("list", 1), seed=1, appends=1).stdout == "2 3\n"
