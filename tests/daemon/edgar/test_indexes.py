"""EDGAR's master indexes, real and damaged."""

import gzip
import tracemalloc
import zlib
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.edgar.indexes import Entry, Index, IndexUnreadable, days_listed, read_index
from daemon.edgar.quarters import Quarter, back_to, quarter_of
from tests.edgar_indexes import Filed, an_index

DAY = date(2026, 11, 20)
ROWS = [Filed(number, f"{number:010d}-26-000001", DAY, form) for number, form in enumerate(["10-K", "4", "10-K/A"], 1)]


def all_of(form: str, filed: date) -> bool:
    return True


def annual(form: str, filed: date) -> bool:
    return form.startswith("10-K")


@pytest.mark.parametrize(
    ("name", "rows", "annuals", "first"),
    [
        ("full-master-2025Q4.idx.gz", 275_447, 406, "0001437749-25-038228"),
        ("full-master-1993Q4-excerpt.idx", 20, 6, "0000017206-94-000007"),
    ],
)
def test_a_captured_index_is_read_whole(edgar, name, rows, annuals, first):
    index = read_index((edgar / "files/_edgar" / name).read_bytes(), annual)
    assert (index.rows, len(index.entries), index.entries[0].accession) == (rows, annuals, first)


def test_a_captured_index_names_all_companies_of_a_joint_filing(edgar):
    body = (edgar / "files/_edgar/full-master-2025Q4.idx.gz").read_bytes()
    joint = {entry.accession: entry for entry in read_index(body, annual).entries}["0001104659-25-099508"]
    assert joint == Entry(
        "0001104659-25-099508",
        (922358, 922359, 922360, 1012493),
        "FERRELLGAS PARTNERS L P",
        "10-K",
        date(2025, 10, 15),
    )


@pytest.mark.parametrize(
    "name",
    [
        "daily-form.20200318.idx",  # sorted by form, without bars: another file
        "dirlisting-daily-index-2018Q4.htm",
        "http403-missing-index-a.xml",
        "http503-getcurrent-start5100.htm",
        "company_tickers-2026.json",
    ],
)
def test_a_captured_page_that_is_no_master_index_is_not_taken_for_one(edgar, name):
    with pytest.raises(IndexUnreadable, match=r"no line with the names|a line of it has more"):
        read_index((edgar / "files/_edgar" / name).read_bytes(), all_of)


def test_a_captured_listing_names_the_days_that_have_an_index(edgar):
    days = days_listed((edgar / "files/_edgar/dirlisting-daily-index-2018Q4.htm").read_bytes())
    assert (len(days), days[0], days[-1]) == (60, date(2018, 10, 1), date(2018, 12, 31))
    assert date(2018, 11, 22) not in days  # Thanksgiving


@pytest.mark.parametrize("daily", [True, False])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_both_kinds_are_read_packed_or_not(daily, pack, newline):
    body = pack(an_index(ROWS, DAY, daily=daily).replace(b"\n", newline))
    index = read_index(body, annual)
    assert (index.rows, [entry.form for entry in index.entries]) == (3, ["10-K", "10-K/A"])
    assert {entry.filed for entry in index.entries} == {DAY}


@pytest.mark.parametrize(
    ("name", "read"),
    [
        (b"A|B CO", "A|B CO"),
        (b"NESTL\xc9 SA", "NESTL\xc9 SA"),
        ("NESTLÉ SA".encode(), "NESTLÉ SA"),
        (b"  BLANKS   AND\tTABS ", "BLANKS AND TABS"),
        (b"", ""),
        (b"x" * 900, "x" * 200),
    ],
)
def test_a_name_is_read_whatever_it_holds(name, read):
    body = an_index([], DAY, daily=True) + b"7|" + name + b"|10-K|20261120|edgar/data/7/0000000007-26-000001.txt  \n"
    (entry,) = read_index(body, all_of).entries
    assert (entry.company, entry.ciks) == (read, (7,))


@pytest.mark.parametrize(
    "row",
    [
        b"7|X|10-K|20261320|edgar/data/7/0000000007-26-000001.txt",
        b"0|X|10-K|20261120|edgar/data/0/0000000007-26-000001.txt",
        b"7|X|10-K|20261120|edgar/data/7/../../0000000007-26-000001.txt",
        b"7|X|10-K|20261120|https://elsewhere/0000000007-26-000001.txt",
        b"7|X|20261120|edgar/data/7/0000000007-26-000001.txt",
        b"",
        b"a word from the webmaster",
    ],
)
def test_a_row_that_is_none_is_passed_over(row):
    body = an_index(ROWS[:1], DAY, daily=True) + row + b"\n" + an_index(ROWS[1:2], DAY, daily=True).splitlines()[-1]
    assert len(read_index(body, all_of).entries) == 2


LAST = an_index(ROWS[-1:], DAY, daily=True).splitlines()[-1]


@pytest.mark.parametrize("left", range(1, len(LAST)))
def test_an_index_that_stops_within_its_last_row_is_cut(left):
    body = an_index(ROWS, DAY, daily=True).rstrip(b"\n")
    with pytest.raises(IndexUnreadable, match="ends within a row"):
        read_index(body[:-left], all_of)


@pytest.mark.parametrize("kept", [3, 20, 100, 180])
def test_gzip_that_stops_or_is_damaged_is_cut(kept):
    packed = gzip.compress(an_index(ROWS, DAY, daily=True))
    for body in (packed[:kept], packed[:kept] + bytes(20) + packed[kept + 20 :]):
        with pytest.raises(IndexUnreadable):
            read_index(body, all_of)


def test_a_day_on_which_nothing_was_filed_is_an_index_too():
    assert read_index(an_index([], DAY, daily=True), all_of) == Index(0, ())


def test_an_index_of_more_filings_than_there_can_be_is_refused(monkeypatch):
    monkeypatch.setattr("daemon.edgar.indexes._MOST", 2)
    with pytest.raises(IndexUnreadable, match="more than 2 filings"):
        read_index(an_index(ROWS, DAY, daily=True), all_of)


@pytest.mark.parametrize("filler", [b"\0", b" " * 50_000 + b"\n"])
def test_a_bomb_eats_no_memory(filler, monkeypatch):
    monkeypatch.setattr("daemon.edgar.indexes._LARGEST", 10_000_000)
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = an_index([], DAY, daily=True)
    bomb = (
        b"".join(packer.compress(part) for part in [head, *[filler * (1_000_000 // len(filler))] * 15]) + packer.flush()
    )
    tracemalloc.start()
    with pytest.raises(IndexUnreadable, match="more than"):
        read_index(bomb, all_of)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 6_000_000


@given(st.binary(max_size=300) | st.text(alphabet="|0123456789-/.\n edgartx", max_size=300).map(str.encode))
def test_no_bytes_break_the_reading(body):
    for whole in (body, an_index([], DAY, daily=True) + body, gzip.compress(body), b"\x1f\x8b" + body):
        with suppress(IndexUnreadable):
            assert read_index(whole, all_of).rows >= 0
    assert isinstance(days_listed(body), tuple)


@given(st.dates(date(1993, 1, 1), date(2100, 1, 1)), st.dates(date(1993, 1, 1), date(2100, 1, 1)))
def test_quarters_follow_each_other_from_the_newest_back(one, other):
    quarters = list(back_to(quarter_of(min(one, other)), quarter_of(max(one, other))))
    assert quarters == sorted(set(quarters), reverse=True)
    assert len(quarters) == (quarters[0].year - quarters[-1].year) * 4 + quarters[0].number - quarters[-1].number + 1
    assert all(quarter_of(quarter.last) == quarter for quarter in quarters)


def test_a_quarter_is_called_as_people_do():
    assert (Quarter(2021, 3).name, Quarter(2021, 4).last) == ("2021-Q3", date(2021, 12, 31))
