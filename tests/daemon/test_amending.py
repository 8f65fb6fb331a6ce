"""Amendments in a log: whatever came first, and wherever a service was killed, the same chunks count."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.amending import Amending
from daemon.chunking import chunk_events
from daemon.filing import ChunkOptions, extract
from daemon.identify import identify
from store.events import FoundItem
from store.ids import chunk_id, text_id
from tests.builders import (
    a_chunk,
    a_chunking,
    a_fetch,
    a_filing,
    a_filing_refusal,
    a_label,
    a_log,
    a_recipe,
    accession,
    an_adoption,
    put,
)

ORIGINAL = {"n": 1, "form": "10-K", "day": 1, "items": {"1": "Lathes.", "7": "Sales rose.", "8": "Assets."}}
SECOND = {"n": 2, "form": "10-K/A", "day": 2, "items": {"7": "Sales fell."}}
THIRD = {"n": 3, "form": "10-K/A", "day": 3, "items": {"7": "Sales were flat.", "8": "Assets."}}
EXHIBITS = {"n": 4, "form": "10-K/A", "day": 4, "items": {}}
MARKED = {"n": 5, "form": "10-K/A", "day": 5, "items": {"1": "Mills."}, "marks": ("little_prose",)}
REPORT = (ORIGINAL, SECOND, THIRD, EXHIBITS, MARKED)


def discovered(n, form, day, **_):
    return a_filing(n, form=form, filed=date(2025, 3, day), period=date(2024, 12, 31))


def chunks_of(n, items, marks=(), **_):
    return [
        a_chunk(
            text,
            filing=n,
            item=item,
            chunk_id=chunk_id(accession(n), item, text_id(text), 0),
            ordinal=ordinal,
            marks=marks,
        )
        for ordinal, (item, text) in enumerate(items.items())
    ]


def chunked(n, items, marks=(), **_):
    found = [
        FoundItem(item=item, status="full", char_start=0, char_end=9, by_reference=False, prose=0.9, marks=marks)
        for item in items
    ]
    return a_chunking(n, items=tuple(items), found=tuple(found))


def read(log, filing):
    facts = (discovered(**filing), *chunks_of(**filing), chunked(**filing))
    put(log, *facts, stream=f"filing-{accession(filing['n'])}")


def counting(log):
    """Texts by the filing that tells them."""
    return set(log.query("SELECT text, accession FROM chunks WHERE NOT retired"))


def links(log):
    return {name: (amends, items) for name, amends, items, _ in log.query("SELECT * FROM amendments")}


EXPECTED = {
    ("Lathes.", accession(1)),
    ("Sales were flat.", accession(3)),
    ("Assets.", accession(3)),
    ("Mills.", accession(5)),
}
LINKS = {
    accession(2): (accession(1), ["7"]),
    accession(3): (accession(1), ["7", "8"]),
    accession(4): (accession(1), []),
    accession(5): (accession(1), []),
}


@settings(max_examples=6, deadline=None)
@given(order=st.permutations(REPORT), killed=st.sets(st.integers(0, 4)))
def test_any_order_of_arrival_and_any_kill_leave_the_same_chunks(tmp_path_factory, order, killed):
    """`killed`: after which filings the service was killed before it looked at amendments; the next one looks first."""
    with a_log(tmp_path_factory.mktemp("log")) as log:
        amending = Amending(log, "p2")
        for number, filing in enumerate(order):
            read(log, filing)
            if number in killed:
                amending.settle()
            else:
                amending.settle_around(accession(filing["n"]))
        assert (counting(log), links(log)) == (EXPECTED, LINKS)

        seq = log.head.seq
        amending.settle()
        amending.settle_around(accession(1))
        assert log.head.seq == seq  # nothing is told twice


@pytest.fixture
def log(tmp_path):
    with a_log(tmp_path) as log:
        yield log


def test_a_replaced_text_keeps_its_label_and_leaves_the_triplets(log):
    put(log, a_recipe(), an_adoption())
    read(log, ORIGINAL)
    put(log, a_label("Sales rose."), a_label("Assets."))
    for filing in (SECOND, THIRD):
        read(log, filing)
    Amending(log, "p2").settle()
    assert log.query("SELECT count(*) FROM labels") == [(2,)]
    assert log.query("SELECT text, accession FROM triplets") == [
        ("Assets.", accession(3))
    ]  # said again, not asked again
    assert log.query("SELECT DISTINCT amended_by FROM chunks WHERE accession = ? AND retired", [accession(1)]) == [
        (accession(3),)
    ]


def test_what_an_amendment_no_longer_tells_counts_again(log):
    for filing in (ORIGINAL, SECOND):
        read(log, filing)
    Amending(log, "p2").settle()
    assert ("Sales rose.", accession(1)) not in counting(log)
    put(log, chunked(**SECOND | {"marks": ("no_heading",)}), stream=f"filing-{accession(2)}")  # read by a newer parser
    Amending(log, "p2").settle_around(accession(2))
    assert ("Sales rose.", accession(1)) in counting(log)
    assert links(log) == {accession(2): (accession(1), [])}


def test_an_amendment_that_cannot_be_read_replaces_nothing(log):
    read(log, ORIGINAL)
    put(log, discovered(**SECOND), a_filing_refusal(2))
    Amending(log, "p2").settle()
    assert links(log) == {}
    assert len(counting(log)) == 3


def test_a_kill_after_an_original_that_cannot_be_read_leaves_no_amendment_unlinked(log):
    read(log, SECOND)
    put(log, a_filing(8, ciks=(7,)), a_chunking(8), discovered(**ORIGINAL), a_fetch(1))
    put(log, a_filing_refusal(1), a_filing(9), a_filing_refusal(9, "not_found"))  # the latter by who fetches
    Amending(log, "p2").settle()
    assert links(log) == {accession(2): (accession(1), ["7"])}


def test_an_amendment_is_linked_as_soon_as_its_original_is_known(log):
    read(log, SECOND)
    put(log, discovered(**ORIGINAL))
    Amending(log, "p2").settle_around(accession(2))
    assert links(log) == {accession(2): (accession(1), ["7"])}


def test_a_persons_word_links_what_no_cover_would(log):
    read(log, ORIGINAL)
    facts = (a_filing(2, form="10-K/A", period=None, amends=accession(1)), *chunks_of(**SECOND), chunked(**SECOND))
    put(log, *facts)
    Amending(log, "p2").settle()
    assert ("Sales rose.", accession(1)) not in counting(log)


def test_a_real_amendment_of_part_iii_replaces_what_only_pointed_elsewhere(log, edgar):
    for name in ("0001104659-25-042659", "0001628280-24-002390", "0001628280-25-003063"):
        body = (edgar / f"files/1318605/{name}.htm").read_bytes()
        who = identify(f"{name}.htm", body, None)
        extraction = extract(body, form=who.form, options=ChunkOptions())
        said = a_filing(1, accession=name, ciks=who.ciks, form=who.form, period=who.period, filed=None)
        put(log, said, *chunk_events(name, "train", extraction, parser="p1", known={}))
    Amending(log, "p1").settle()
    linked = ("0001628280-25-003063", ["10", "11", "12", "13", "14"])
    assert links(log) == {"0001104659-25-042659": linked}
    assert log.query("SELECT count(*) FROM chunks WHERE retired") == [(0,)]  # nothing but references stood there
