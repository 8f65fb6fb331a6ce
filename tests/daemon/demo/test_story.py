from datetime import date

import pytest

from daemon.demo.story import TYPES, Story
from daemon.samples import Sample
from store import events as e

SAMPLE = Sample(
    accession="9990000001-24-000002",
    cik=9_990_000_001,
    company="Tolvanic Tool Works, Inc.",
    ticker="TLVNX",
    form="10-K",
    filed=date(2024, 3, 1),
    period=date(2023, 12, 31),
    shape="html",
    path="x.htm",
)
CHUNKED = e.FilingChunked(accession=SAMPLE.accession, chunks=19, items=("1",), parser="p", extraction_sha256="0" * 64)
HELD = e.AdapterHeld(adapter_id="a" * 32, unscored=False, reason="not_better", detail="the lower end is not above 0")


@pytest.fixture
def story() -> Story:
    return Story({SAMPLE.accession: SAMPLE})


def test_a_filing_that_was_read_says_how_long_it_took_to_be_found(story):
    story.appears(SAMPLE, at_s=10.0)
    (line,) = story.feed([CHUNKED], now_s=12.5)
    assert line.text == "Tolvanic Tool Works, Inc. (TLVNX), 10-K for 2023: 19 chunks 2.5 s after it appeared"


def test_the_first_line_of_a_kind_says_why_and_the_next_ones_do_not(story):
    first, second = story.feed([HELD, HELD], now_s=0)
    assert first.why is not None
    assert second.why is None


def test_a_decision_names_the_adapter_and_its_reason(story):
    (line,) = story.feed([HELD], now_s=0)
    assert line.text == "aaaaaaaa is held (not_better): the lower end is not above 0"


def test_labels_are_counted_and_told_together(story):
    label = e.ChunkDeadLettered(chunk_id="c", text_id="t", recipe="r", reason="declined", attempts=1)
    (line,) = story.feed([label, label], now_s=0)
    assert line.text == "+2 texts: 0 triplets so far, 2 texts without a usable answer"
    assert list(story.feed([], now_s=1)) == []


def test_every_type_that_is_read_from_the_log_exists():
    assert set(TYPES) <= set(e.__all__)
