"""Our own extraction reads every sample as it would a real filing: the right Items, whole paragraphs, nothing else."""

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from daemon.identify import identify
from daemon.samples import SAMPLE_MARK
from daemon.samples.pages import pages
from daemon.samples.report import Text

JUNK = re.compile(
    r"<|&#|\{|\}|\[|\]|finsdistill|sample filing|table of contents|\.{4}|^\W*\d+\W*$|\bPAGE\b|ITEM \d+[A-C]?\.|10-K",
    re.IGNORECASE | re.MULTILINE,
)
LONG = 100  # characters: shorter Items say that they say nothing


def plain(text):
    """On one line, with the typewriter's apostrophe: HTML has a typographic one."""
    return " ".join(text.replace("\u2019", "'").split())


def paragraphs(report):
    return [
        part.text for item in report.items for part in item.parts if isinstance(part, Text) and len(part.text) > LONG
    ]


def test_there_are_three_10_ks_of_each_company_and_one_amendment(filings):
    forms = [one.sample.form for one in filings]
    assert (forms.count("10-K"), forms.count("10-K/A")) == (36, 1)
    assert {one.sample.shape for one in filings} == {"ixbrl", "html", "sgml"}


def test_each_item_is_found_once_and_in_order(filings):
    for one in filings:
        meant = [item.number for item in one.report.items]
        assert [span.item for span in one.extraction.items] == meant, one.sample


def test_the_prose_of_an_item_is_found_under_that_item(filings):
    for one in filings:
        for item in one.report.items:
            said = {part.text for part in item.parts if isinstance(part, Text) and len(part.text) > LONG}
            found = " ".join(p.text for p in one.extraction.passages if p.item == item.number)
            assert all(text[:60] in plain(found) for text in said), (one.sample, item.number)


def test_every_paragraph_survives_whole_though_pages_end_within_it(filings):
    for one in filings:
        found = plain(one.extraction.text)
        assert [text for text in paragraphs(one.report) if text not in found] == [], one.sample


def test_pages_do_end_within_paragraphs(filings):
    torn = {
        one.sample.shape
        for one in filings
        for page, after in pairwise(pages(one.report))
        if page and isinstance(page[-1], Text) and isinstance(after[0], Text) and after[0].text[0].islower()
    }
    assert torn == {"ixbrl", "html", "sgml"}


def test_no_tag_page_number_running_head_or_mark_is_in_a_chunk(filings):
    for one in filings:
        assert [p.text for p in one.extraction.passages if JUNK.search(p.text)] == [], one.sample


def test_a_chunk_belongs_to_an_item_and_a_filing_gives_a_dozen_or_two(filings):
    for one in filings:
        assert all(p.item is not None for p in one.extraction.passages)
        assert 12 <= len(one.extraction.passages) <= 22 or one.sample.form == "10-K/A"


def test_who_filed_it_is_found_where_the_shape_says_it(filings):
    for one in filings:
        sample = one.sample
        found = identify(Path(sample.path).name, one.body, None)
        assert (found.company, found.form, found.period) == (sample.company, sample.form, sample.period)
        assert found.ciks == (() if sample.shape == "html" else (sample.cik,))
        assert found.accession == sample.accession or sample.shape != "sgml"


@pytest.mark.parametrize("words", [SAMPLE_MARK.decode(), "This is a sample filing", "figure in it"])
def test_every_document_says_that_it_is_invented(filings, words):
    assert [one.sample for one in filings if words not in " ".join(one.body.decode("latin-1").split())] == []


def test_inline_xbrl_comes_on_one_line_and_on_many(filings):
    lines = {one.body.count(b"\n") > 100 for one in filings if one.sample.shape == "ixbrl"}
    assert lines == {True, False}


def test_inline_xbrl_is_well_formed(filings):
    for one in filings:
        if one.sample.shape == "ixbrl":
            tree = ElementTree.fromstring(one.body)  # noqa: S314 - our own bytes
            named = {element.get("name") for element in tree.iter()}
            assert {"dei:EntityCentralIndexKey", "dei:DocumentType", "us-gaap:Revenues"} <= named


def test_plain_text_was_typed_to_eighty_columns(filings):
    for one in filings:
        if one.sample.shape == "sgml":
            text = one.body.decode("ascii").partition("<TEXT>")[2]
            assert max(map(len, text.splitlines())) <= 80
            assert text.count("<PAGE>") >= 3
