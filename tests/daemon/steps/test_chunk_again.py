"""Filings read again by a newer parser (here: with other [chunk] settings), and what of it reaches the log."""

import pytest

from daemon.chunking import parser_id
from daemon.commands import Rechunk
from daemon.filing import ChunkOptions, extract
from daemon.rechunking import RechunkRefused
from store.ids import sha256_hex, text_id
from tests.acceptance.driving import amendment, filing
from tests.builders import a_filing_refusal, a_label, a_recipe, accession, an_adoption, put

OTHER = {"size": 400, "overlap": 0}
BAD = b"<html><body><p>nothing here</p></body></html>"


def kinds(log, after=0):
    rows = log.query("SELECT type, count(*) FROM raw.events WHERE seq > ? GROUP BY type ORDER BY type", [after])
    return dict(rows)


def state(log):
    """What counts, without where in the log it was said."""
    return set(
        log.query("SELECT chunk_id, text, ordinal, char_start, char_end, marks::VARCHAR FROM chunks WHERE NOT retired")
    )


def check_offsets(log, blobs):
    """Every chunk that counts stands in the extraction of its filing's parser at its offsets; gives how many there are."""
    count = 0
    for accession_, sha256, form, parser in log.query("SELECT accession, sha256, form, parser FROM filings"):
        options = ChunkOptions(*map(int, parser.partition("/")[2].split("-")))
        assert parser_id(options) == parser
        extraction = extract(blobs.get(sha256), form=form, options=options)
        chunks = log.query(
            "SELECT text, char_start, char_end FROM chunks WHERE accession = ? AND NOT retired", [accession_]
        )
        assert all(extraction.text[start:end] == text for text, start, end in chunks)
        count += len(chunks)
    return count


def test_a_newer_parser_reads_nothing_again_by_itself(upgrades):
    upgrades.service().accept(1)
    upgrades.service().settle()
    seq = upgrades.log.head.seq
    upgrades.service(**OTHER).settle()
    assert upgrades.log.head.seq == seq


def test_what_is_asked_for_is_read_again_and_only_the_changes_are_told(upgrades):
    old = upgrades.service()
    old.accept(1)
    old.settle()
    seq, new = upgrades.log.head.seq, upgrades.service(**OTHER)
    assert not new.ask()
    new.settle()
    assert new.ask() and new.ended == 1
    told = kinds(upgrades.log, seq)
    assert told["ChunkAppended"] and told["ChunkRetired"] and told["FilingChunked"] == 1
    assert check_offsets(upgrades.log, upgrades.blobs) > 10
    assert upgrades.log.query("SELECT parser FROM filings") == [(parser_id(new.options),)]


def test_there_and_back_again_is_as_it_was_and_no_text_is_stored_twice(upgrades):
    old = upgrades.service()
    old.accept(1)
    old.settle()
    before = state(upgrades.log)
    for number, service in enumerate((upgrades.service(**OTHER), upgrades.service(), upgrades.service(**OTHER), old)):
        service.ask(key=f"command-{number}")
        service.settle()
    assert state(upgrades.log) == before
    assert upgrades.log.query("SELECT count(*) - count(DISTINCT chunk_id) FROM raw.chunks") == [(0,)]


def test_the_label_of_a_text_that_is_found_again_stays_in_use(upgrades):
    old = upgrades.service(size=400, overlap=0)
    old.accept(1)
    old.settle()
    put(upgrades.log, a_recipe(), an_adoption())
    for (text,) in upgrades.log.query("SELECT DISTINCT text FROM chunks"):
        put(upgrades.log, a_label(text))
    new = upgrades.service(size=450, overlap=0)
    new.ask()
    new.settle()
    texts = {text_id(text) for _, text, *_ in state(upgrades.log)}
    labelled = {text for (text,) in upgrades.log.query("SELECT text_id FROM triplets")}
    pending = {text for (text,) in upgrades.log.query("SELECT text_id FROM pending")}
    assert labelled and pending
    assert labelled | pending == texts and not labelled & pending
    assert "ChunkKept" in kinds(upgrades.log)


def test_a_killed_service_goes_on_where_it_was(upgrades):
    old = upgrades.service()
    for n in (1, 2, 3):
        old.accept(n)
    old.settle()
    killed = upgrades.service(**OTHER)
    killed.ask()
    killed.step.advance()  # and its command stays in its folder
    seq, new = upgrades.log.head.seq, upgrades.service(**OTHER)
    assert not new.ask()
    new.settle()
    assert new.ask()
    assert kinds(upgrades.log, seq)["FilingChunked"] == 2


def test_what_was_fetched_since_is_read_first(upgrades):
    old = upgrades.service()
    old.accept(1)
    old.settle()
    new = upgrades.service(**OTHER)
    new.ask()
    new.accept(2)
    new.step.advance()
    assert new.log.query("SELECT accession FROM filings WHERE parser = ?", [parser_id(new.options)]) == [
        (accession(2),)
    ]


def test_only_the_filings_that_are_named_are_read_again(upgrades):
    old = upgrades.service()
    for n in (1, 2):
        old.accept(n)
    old.settle()
    new = upgrades.service(**OTHER)
    new.ask(accession(2))
    new.settle()
    assert new.log.query("SELECT accession FROM filings WHERE parser = ?", [parser_id(new.options)]) == [
        (accession(2),)
    ]


def test_lost_bytes_hold_up_no_other_and_change_nothing(upgrades):
    old = upgrades.service()
    lost = old.accept(1)
    old.accept(2)
    old.settle()
    lost.unlink()
    new = upgrades.service(**OTHER)
    new.ask()
    assert new.settle() == {accession(1): "chunked", accession(2): "chunked"}
    assert new.ask()
    assert new.troubles()[0].startswith(f"{accession(1)} could not be read again and stays as it is")


def test_a_filing_that_a_newer_parser_cannot_read_is_refused_and_may_come_back(upgrades):
    old = upgrades.service()
    old.accept(1)
    old.settle()
    before = state(upgrades.log)
    hopeless = upgrades.service(min_prose=1_000_000)  # no Item has so much
    hopeless.ask()
    assert hopeless.settle() == {accession(1): "refused"}
    assert state(upgrades.log) == set()
    again = upgrades.service()
    assert again.ask(key="all")  # it is nobody's chunked filing now
    again.ask(accession(1), key="this one")
    assert again.settle() == {accession(1): "chunked"}
    assert state(upgrades.log) == before


def test_a_filing_that_is_refused_again_for_another_reason_stops_nobody(upgrades):
    service = upgrades.service()
    service.accept(1, BAD)
    crashed = a_filing_refusal(1, "parser_crashed", sha256=sha256_hex(BAD))
    put(upgrades.log, crashed, key=f"refused-{accession(1)}-{sha256_hex(BAD)[:32]}-{parser_id(service.options)}")
    seq = upgrades.log.head.seq
    for key in ("once", "twice"):
        service.ask(accession(1), key=key)
        assert service.settle() == {accession(1): "refused"}
    assert kinds(upgrades.log, seq) == {"FilingRefused": 1}


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (Rechunk(parser="filing-0/1-1-1"), "restart it"),
        (Rechunk(parser=parser_id(ChunkOptions()), accessions=(accession(9),)), "no chunked filing"),
    ],
)
def test_what_this_service_cannot_read_again_is_refused(chunking, command, words):
    with pytest.raises(RechunkRefused, match=words):
        chunking.rechunking.obey(command, key="command-1")


SALES = "Sales of milling machines fell by 12 percent because two large customers in Ohio postponed their orders. " * 4


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_an_amended_item_is_replaced_and_stays_so_when_its_original_is_read_again(upgrades, order):
    service = upgrades.service()
    bodies = {1: filing(1, 2021).encode(), 2: amendment(1, 2021, "7", SALES).encode()}
    for n in order:
        service.accept(n, bodies[n], form="10-K/A" if n == 2 else "10-K")
        service.settle()
    counting = "SELECT DISTINCT accession, item FROM chunks WHERE NOT retired ORDER BY ALL"
    replaced = [(accession(1), "1"), (accession(1), "1A"), (accession(2), "7")]
    assert upgrades.log.query(counting) == replaced

    newer = upgrades.service(**OTHER)
    newer.ask()
    newer.settle()
    assert upgrades.log.query(counting) == replaced
    assert check_offsets(upgrades.log, upgrades.blobs) > 10
