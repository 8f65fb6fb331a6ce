"""Which of a filing's files is read."""

from datetime import date
from pathlib import Path

import pytest

from daemon.discovery import Candidate, to_read
from daemon.edgar.pages import Described, Document, described
from daemon.filing.document import MAX_BYTES

WHOLE = "0000000001-26-000001"
PLAIN = Candidate(WHOLE, (1,), "10-K", date(2026, 3, 1))


def a_page(*documents: tuple[str, str], whole: int | None = 1000) -> Described:
    rest = [] if whole is None else [Document(f"{WHOLE}.txt", "", whole)]
    return Described(documents=(*(Document(name, kind, 10) for name, kind in documents), *rest))


@pytest.mark.parametrize(
    ("page", "name"),
    [
        (a_page(("a.htm", "10-K"), ("b.htm", "EX-21")), "a.htm"),
        (a_page(("cover.htm", "COVER"), ("x.htm", "EX-10"), ("a.htm", "10-K")), "a.htm"),
        (a_page(("other.htm", "10-K405"), ("b.htm", "EX-21")), "other.htm"),
        (a_page(("a.pdf", "10-K"), ("a.htm", "10-K")), "a.htm"),
        (a_page(("../../a.htm", "10-K")), None),
        (a_page(("b.htm", "EX-21")), None),
        (a_page(), None),
        (Described(), None),
        (a_page(("a.htm", "10-K"), ("b.htm", "EX-13.1")), None),
        (a_page(("a.htm", "10-K"), ("b.htm", "EX-13"), whole=MAX_BYTES + 1), "a.htm"),
        (a_page(("a.htm", "10-K"), ("b.htm", "EX-13"), whole=None), "a.htm"),
    ],
)
def test_the_main_document_is_read_or_the_whole_where_an_annual_report_is_with_it(page, name):
    assert to_read(PLAIN, page) == name


def test_what_the_companys_own_list_names_is_the_main_document():
    named = Candidate(WHOLE, (1,), "10-K", date(2026, 3, 1), document="named.htm")
    assert to_read(named, a_page(("a.htm", "10-K"))) == "named.htm"
    assert to_read(named, Described()) == "named.htm"


@pytest.mark.parametrize(
    ("page", "name", "period"),
    [
        ("1009672/0001564590-18-004771", "crr-10k_20171231.htm", date(2017, 12, 31)),
        ("920760/0001628280-17-000327", "len-20161130x10k.htm", date(2016, 11, 30)),
        ("320193/0000912057-00-023442", None, date(2000, 4, 1)),
    ],
)
def test_a_captured_index_page_says_it_and_the_period(edgar: Path, page, name, period):
    found = described((edgar / "files" / f"{page}-index.htm").read_bytes())
    assert (to_read(PLAIN, found), found.period) == (name, period)
