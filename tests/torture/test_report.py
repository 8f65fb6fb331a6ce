"""The reliability report says what its figures say, and nothing else."""

from pathlib import Path

import pytest

from tests.torture.report import JSON, MARKDOWN, rendered
from tests.torture.results import Trial
from tests.torture.summary import Summary, summary


def a_trial(**changes: object) -> Trial:
    values = {
        **{"kind": "kill", "unit": 7, "nth": 3, "aim": "sealing", "deed": "SIGKILL to the service"},
        **{"hit": ("sealing",), "outcome": "whole", "events": 10, "ready_s": 1.25, "seconds": 2.0},
    }
    return Trial.model_validate(values | changes)


def test_the_report_in_the_repository_is_what_its_figures_give(root: Path) -> None:
    made = Summary.model_validate_json((root / "docs" / JSON).read_text())
    assert (root / "docs" / MARKDOWN).read_text() == rendered(made)


def test_kills_are_counted_by_the_phase_that_they_hit() -> None:
    told = rendered(summary([], [a_trial(), a_trial(nth=4, hit=("sealing", "publishing"), ready_s=2.5)]))
    assert "| sealing | 2 |" in told and "| publishing | 1 |" in told
    assert "2 kills of 1 states; 20 events checked" in told
    assert "median 1.875, most 2.5 (2 measured)" in told


def test_a_start_on_a_busy_machine_is_told_apart() -> None:
    told = rendered(summary([], [a_trial(), a_trial(ready_s=9.0, busy=True)]))
    assert "median 1.25, most 1.25 (1 measured)" in told
    assert "while the machine was busier than that, which are not judged: 1." in told


def test_what_went_wrong_is_named_with_the_command_that_repeats_it() -> None:
    told = rendered(summary([], [a_trial(outcome="wrong", complaints=("event 5 is lost",))]))
    assert "**1 went wrong**" in told
    assert "`python -m tests.torture kill --unit 7`, trial 3, sealing (SIGKILL to the service): event 5 is lost" in told


@pytest.mark.parametrize(("outcome", "fired"), [("not fired", {}), ("went on", {"write": 2})])
def test_only_faults_that_fired_are_counted(outcome: str, fired: dict[str, int]) -> None:
    trial = a_trial(kind="fault", aim="write", deed="EIO, once", hit=("commit",), outcome=outcome, counts=fired)
    assert summary([], [trial]).faults_fired == bool(fired)
