"""What a reading tells the log: all of it the first time, only what changed the next."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.chunking import Known, Place, chunk_events, parser_id, retirements
from daemon.filing import ChunkOptions, Extraction, ItemSpan, Passage
from store.events import ChunkAppended, ChunkKept, ChunkRetired, FilingChunked, FoundItem

FILING = "0000320193-26-000001"
TEXTS = ("Sales rose.", "Costs fell.", "Sales  rose.")  # the last is the first one, laid out otherwise


def extraction(*passages):
    """(Item, text, marks) one after the other."""
    found, at = [], 0
    for item, text, marks in passages:
        found.append(Passage(item, at, at + len(text), text, marks=marks))
        at += len(text) + 2
    return Extraction("\n\n".join(text for _, text, _ in passages), tuple(found), ())


def read(log, extracted, parser="p1"):
    """The events of a reading, and `log` (what is known, by chunk id) after it."""
    events = chunk_events(FILING, "train", extracted, parser=parser, known=log)
    return events, folded(log, events)


def folded(log, events):
    after = dict(log)
    for event in events:
        match event:
            case ChunkAppended() | ChunkKept():
                place = Place(event.ordinal, event.char_start, event.char_end, event.by_reference, event.marks)
                after[event.chunk_id] = Known(place)
            case ChunkRetired():
                after[event.chunk_id] = replace(after[event.chunk_id], retired=True, amended_by=event.amended_by)
    return after


def kinds(events):
    return [event.type for event in events]


ONE = extraction(("7", "Sales rose.", ()), ("7", "Costs fell.", ()))
readings = st.lists(
    st.tuples(st.sampled_from(["1", "7", None]), st.sampled_from(TEXTS), st.sampled_from([(), ("no_heading",)])),
    max_size=5,
).map(lambda passages: extraction(*passages))


def test_an_item_is_told_as_it_was_found():
    span = ItemSpan("7", 0, 40, status="full", by_reference=True, marks=("little_prose",), prose=0.25)
    (told,) = chunk_events(FILING, "train", replace(ONE, passages=(), items=(span,)), parser="p1", known={})
    assert isinstance(told, FilingChunked)
    assert told.items == ("7",)
    assert told.found == (
        FoundItem(
            item="7",
            status="full",
            char_start=0,
            char_end=40,
            by_reference=True,
            prose=0.25,
            marks=("little_prose",),
        ),
    )


def test_a_passage_brings_its_marks():
    passage = Passage("7", 0, 11, "Sales rose.", by_reference=True, marks=("no_heading",))
    events, _ = read({}, replace(ONE, passages=(passage,)))
    assert (events[0].by_reference, events[0].marks) == (True, ("no_heading",))


def test_the_parser_is_named_with_what_else_decides_where_chunks_end():
    assert parser_id(ChunkOptions()) != parser_id(ChunkOptions(size=1400))


def test_what_a_newer_parser_finds_too_is_not_told_again():
    _, log = read({}, ONE)
    events, _ = read(log, ONE, "p2")
    assert kinds(events) == ["FilingChunked"]


def test_only_what_is_new_or_gone_is_told():
    _, log = read({}, ONE)
    events, _ = read(log, extraction(("7", "Sales rose.", ()), ("7", "Rents fell.", ())), "p2")
    assert kinds(events) == ["ChunkAppended", "ChunkRetired", "FilingChunked"]
    assert events[2].chunks == 2


def test_a_chunk_that_moved_or_whose_item_failed_a_check_is_kept_where_it_stands_now():
    _, log = read({}, ONE)
    events, _ = read(log, extraction(("7", "Costs fell.", ("no_heading",)), ("7", "Sales rose.", ())), "p2")
    assert kinds(events) == ["ChunkKept", "ChunkKept", "FilingChunked"]
    assert (events[0].ordinal, events[0].char_start, events[0].marks) == (0, 0, ("no_heading",))


def test_a_chunk_that_was_gone_comes_back():
    _, log = read({}, ONE)
    _, log = read(log, extraction(("7", "Sales rose.", ())), "p2")
    events, log = read(log, ONE, "p3")
    assert kinds(events) == ["ChunkKept", "FilingChunked"]
    assert not any(known.retired for known in log.values())


@pytest.mark.parametrize(
    ("extracted", "told"),
    [
        (ONE, []),
        (extraction(("7", "Costs fell.", ()), ("7", "Sales rose.", ())), ["ChunkKept", "ChunkRetired"] * 2),
    ],
)
def test_what_an_amendment_replaced_stays_replaced(extracted, told):
    _, log = read({}, ONE)
    log = {name: replace(known, retired=True, amended_by="a") for name, known in log.items()}
    events, log = read(log, extracted, "p2")
    assert kinds(events) == [*told, "FilingChunked"]
    assert {known.amended_by for known in log.values()} == {"a"}


def test_what_was_replaced_and_is_now_gone_would_not_come_back_with_its_item():
    _, log = read({}, ONE)
    log = {name: replace(known, retired=True, amended_by="a") for name, known in log.items()}
    _, log = read(log, extraction(("1", "Other.", ())), "p2")
    assert {(known.retired, known.amended_by) for known in log.values()} == {(True, None), (False, None)}


def test_a_filing_that_can_no_longer_be_read_keeps_no_chunk():
    _, log = read({}, ONE)
    gone = retirements(FILING, parser="p2", known=log)
    assert len(gone) == 2
    assert retirements(FILING, parser="p2", known=folded(log, gone)) == ()


@given(history=st.lists(readings, min_size=1, max_size=4))
def test_after_any_readings_what_counts_is_what_the_last_one_found(history):
    log, appended = {}, []
    for number, extracted in enumerate(history):
        events, log = read(log, extracted, f"p{number}")
        appended += [event.chunk_id for event in events if event.type == "ChunkAppended"]
    _, fresh = read({}, history[-1])
    assert {name: known for name, known in log.items() if not known.retired} == fresh
    assert len(appended) == len(set(appended))  # no text is stored twice


@given(before=readings, after=readings)
def test_a_second_reading_by_the_same_parser_changes_nothing(before, after):
    _, log = read({}, before)
    _, log = read(log, after, "p2")
    events, _ = read(log, after, "p2")
    assert kinds(events) == ["FilingChunked"]
