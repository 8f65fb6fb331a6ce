"""EDGAR's small HTML pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.edgar.pages import Described, Filer, described, sentence_of

JOINT = b"""<div class="companyInfo"><span class="companyName">AMERICAN ELECTRIC POWER CO INC (Filer)
 <acronym title="Central Index Key">CIK</acronym>: <a href="/x">0000004904 (see all company filings)</a></span></div>
<div class="companyInfo"><span class="companyName">AEP TEXAS INC. (Filer) CIK: <a>0001721781</a></span></div>
<div class="companyInfo"><span class="companyName">AEP TEXAS INC. (Filer) CIK: <a>0001721781</a></span></div>
<div class="companyInfo"><span class="companyName">SOMEBODY (Reporting) CIK: <a>0000000001</a></span></div>"""


@pytest.mark.parametrize(
    ("page", "filer"),
    [
        ("1009672/0001564590-18-004771-index.htm", Filer(1009672, "CARBO CERAMICS INC")),
        ("920760/0001628280-17-000327-index.htm", Filer(920760, "LENNAR CORP /NEW/")),
        ("320193/0000912057-00-023442-index.htm", Filer(320193, "APPLE COMPUTER INC")),
    ],
)
def test_a_captured_index_page_names_its_filer(edgar, page, filer):
    assert described((edgar / "files" / page).read_bytes()).filers == (filer,)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("http503-getcurrent-start5100.htm", "SEC.gov | File Unavailable. This page is temporarily unavailable."),
        ("trap-ixviewer-shell-instead-of-10k.htm", "XBRL Viewer"),
        ("http403-missing-index-a.xml", "AccessDenied Access Denied"),
        ("dirlisting-daily-index-2018Q4.htm", "Directory listing"),
    ],
)
def test_any_other_captured_page_names_nobody_and_says_what_it_is(edgar, name, said):
    page = (edgar / "files/_edgar" / name).read_bytes()
    assert described(page) == Described()
    assert sentence_of(page).startswith(said)


def test_all_companies_of_a_joint_filing_are_found_once_in_order():
    assert described(JOINT).filers == (Filer(4904, "AMERICAN ELECTRIC POWER CO INC"), Filer(1721781, "AEP TEXAS INC."))


@given(st.binary(max_size=300) | st.text(alphabet="<>/=\"'&;!-?abspan:0123456789 ", max_size=300).map(str.encode))
def test_no_page_breaks_the_reading(page):
    assert isinstance(described(page), Described)
    assert 0 < len(sentence_of(page)) <= 160


@pytest.mark.parametrize("page", [b"", b"  ", b"<script>alert(1)</script>"])
def test_a_page_that_says_nothing_is_called_so(page):
    assert sentence_of(page) == "an empty page"


def test_only_the_beginning_of_a_huge_page_is_read():
    assert described(b"<p>" + b" " * 2_000_000 + JOINT) == Described()
