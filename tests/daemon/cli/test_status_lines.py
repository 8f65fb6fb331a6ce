from datetime import datetime, timedelta

import pytest

from daemon.cli.status import lines
from daemon.status import HeadlineScore, RecipeStatus, Status, StatusCount, TroubleStatus

WRITTEN = datetime(2026, 11, 22, 12, 0)


def a_status(**changes):
    plain = {
        "written_at": WRITTEN, "purpose": "real", "seq": 1234, "filings": 3, "companies": 2, "heldout_companies": 1,
        "filings_by_status": (StatusCount(name="chunked", count=2), StatusCount(name="refused", count=1)),
        "chunks": 500, "texts": 480, "linked": 30, "labelled": 400, "pending": 80, "refused": 7, "dead_letters": 2,
        "recipe": RecipeStatus(recipe="ab" * 16, teacher="extractive", model="extractive", toy=True, paused=None,
            prompt_tokens=1200, completion_tokens=340),
        "eligible": 300, "threshold": 500, "until_next_training": 200, "snapshots": 0, "adapters": (), "champion": None,
        "newest": None, "scores": (), "labels_last_10_min": 50, "filings_last_24_h": 3, "running": (), "troubles": (),
    }  # fmt: skip
    return Status(**(plain | changes))


def shown(status, *, pid=None, age=timedelta(seconds=3)):
    return "\n".join(lines(status, pid=pid, now=WRITTEN + age))


@pytest.mark.parametrize(
    "words",
    [
        "not running", "figures of 3 seconds ago", "event 1,234", "3 (2 chunked, 1 refused)", "1 held out",
        "500, 480 different texts", "50 chunks (10.0%) need no label of their own: 20 equal another, 30 nearly",
        "80 pending", "7 refused", "2 dead letters", "5.0 a minute", "[toy]",
        "1,200 tokens in, 340 out",
        "200 until the next training", "none: the base is in use",
    ],
)  # fmt: skip
def test_the_screen_says_what_the_contract_lists(words):
    assert words in shown(a_status())


def test_filings_that_another_parser_read_are_told_with_the_command_that_reads_them_again():
    counts = tuple(StatusCount(name=name, count=1) for name in ("filing-1", "filing-2/1-1-1"))
    assert "older" not in shown(a_status(parser="filing-1", filings_by_parser=counts[:1]))
    words = shown(a_status(parser="filing-2/1-1-1", filings_by_parser=counts))
    assert "1 filing was read by another parser: `finsdistill rechunk`" in words


@pytest.mark.parametrize(
    ("age", "words"),
    [
        *((timedelta(seconds=1), "1 second"), (timedelta(seconds=90), "90 seconds")),
        *((timedelta(minutes=5), "5 minutes"), (timedelta(days=3), "3 days")),
    ],
)
def test_old_figures_say_their_age(age, words):
    assert f"figures of {words} ago" in shown(a_status(), age=age)


def test_a_pause_and_a_trouble_stand_out():
    trouble = TroubleStatus(happened_at=WRITTEN, what="disk is slow")
    text = shown(a_status(paused="another recipe is active", troubles=(trouble,)))
    assert "PAUSED       labelling: another recipe is active" in text
    assert "trouble      12:00:00 UTC  disk is slow" in text


@pytest.mark.parametrize(
    ("every", "words"), [(False, "1 held out; 2 watched"), (True, "1 held out; every filer and 2 by name watched")]
)
def test_whose_filings_are_wanted(every, words):
    assert words in shown(a_status(watched=2, every_filer=every))


def test_scores_stand_beside_their_baselines_with_intervals():
    scores = (HeadlineScore(system="lead2", value=0.5, low=0.48, high=0.52, n=300),)
    assert "lead2       0.500 [0.480, 0.520]" in shown(a_status(scores=scores))


def test_a_running_service_names_its_process():
    assert "running (process 42)" in shown(a_status(), pid=42)
