"""A filing's story says how its Items were read, and which of its text no teacher sees."""

from daemon.stories import story
from store.events import AmendmentLinked, FoundItem
from tests.builders import a_chunk, a_chunking, a_fetch, a_filing, a_link, a_retirement, accession


def an_item(item, **changes):
    values = {"status": "full", "char_start": 0, "char_end": 50, "by_reference": False, "prose": 0.9, "marks": ()}
    return FoundItem(item=item, **values | changes)


def test_each_item_is_told_with_its_place_its_chunks_and_why_it_is_not_sent(tell):
    told = tell(
        accession(1),
        a_filing(),
        a_fetch(),
        a_chunk("A."),
        a_chunk("B.", item="8", marks=("little_prose",), char_start=60, char_end=62),
        a_chunking(
            found=(
                an_item("7"),
                an_item("8", char_start=60, char_end=90, prose=0.125, marks=("little_prose",)),
                an_item("10", status="reference", char_start=90, char_end=90),
                an_item("9", status="empty", char_start=90, char_end=90),
            )
        ),
    )
    assert "  Item 7            0-50            1 chunk   90% prose\n" in told
    assert "1 chunk   12% prose  not sent to the teacher: little_prose\n" in told
    assert "  Item 10   says where its text is, no chunks\n  Item 9    holds nothing, no chunks\n" in told


def test_an_amended_filing_says_by_whom_and_what_it_lost(tell):
    amended = a_retirement("A.").model_copy(update={"amended_by": accession(2)})
    link = AmendmentLinked(accession=accession(2), amends=accession(1), items=("7",))
    told = tell(
        accession(1), a_filing(), a_fetch(), a_chunk("A."), a_chunking(), a_filing(2, form="10-K/A"), link, amended
    )
    assert f"amended by {accession(2)} (10-K/A, filed 2025-10-31): it replaces Item 7 and retires 1 chunk" in told
    assert f"amends: {accession(1)}" in tell(accession(2), a_filing(2), a_fetch(2), link)


def test_chunks_of_an_older_reading_are_not_counted_and_replaced_ones_are_told(tell):
    gone = a_retirement("Old.")
    amended = a_retirement("A.").model_copy(update={"amended_by": accession(2)})
    link = AmendmentLinked(accession=accession(2), amends=accession(1), items=("7",))
    chunking = a_chunking(found=(an_item("7"),))
    other = a_filing(2, form="10-K/A", filed=None)
    told = tell(
        accession(1), a_filing(), a_fetch(), a_chunk("Old."), a_chunk("A."), gone, chunking, other, link, amended
    )
    assert "    1 chunk   90% prose  replaced by an amendment\n" in told
    assert f"amended by {accession(2)} (10-K/A): it replaces Item 7" in told


def test_a_held_out_filing_says_so(tell):
    assert "  split: heldout\n" in tell(
        accession(1), a_filing(), a_fetch(), a_chunk("A.", split="heldout"), a_chunking()
    )


def test_an_amendment_that_stands_alone_says_why(tell):
    told = tell(accession(1), a_filing(form="10-K/A", period=None), a_fetch(), a_chunk("A."), a_chunking())
    assert "linked to no original: its period is not known" in told


def test_hundreds_of_links_are_one_line(views):
    facts = (a_filing(), a_fetch(), *(a_link(f"{n}", "A.") for n in range(300)), a_chunking())
    connection = views(*facts)
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW events AS SELECT * REPLACE ('filing-{accession(1)}' AS stream) FROM raw.events"
    )
    (line,) = [line for line in story(connection, accession(1)) if "TextLinked" in line]
    assert "300 TextLinked" in line


def test_chunks_outside_all_items_are_counted(tell):
    assert "  no Item   1 chunk" in tell(accession(1), a_filing(), a_fetch(), a_chunk("A.", item=None), a_chunking())
