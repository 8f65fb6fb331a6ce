"""The lists of filings: every capture can be read, and whatever else comes is made safe or refused."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from daemon.edgar.addresses import filing_url, index_url, rebased
from daemon.edgar.submissions import Listed, Page, Rows, Submissions, listed, needed

ACCESSION = "0000320193-25-000079"
NAMES = ("accessionNumber", "filingDate", "reportDate", "form", "primaryDocument")


def captures(edgar):
    return sorted(edgar.glob("files/*/CIK*.json"))


def rows(**changes):
    columns = {
        "accessionNumber": [ACCESSION],
        "filingDate": ["2025-10-31"],
        "reportDate": ["2025-09-27"],
        "form": ["10-K"],
        "primaryDocument": ["aapl-20250927.htm"],
    }
    return Rows.model_validate({name: column for name, column in (columns | changes).items() if column is not None})


def test_every_capture_gives_all_its_rows(edgar):
    assert len(captures(edgar)) == 27
    for path in captures(edgar):
        raw = json.loads(path.read_text())
        columns = raw.get("filings", {}).get("recent", raw)
        model = Submissions.model_validate(raw).filings.recent if "filings" in raw else Rows.model_validate(raw)
        found = list(listed(model))
        assert [row.accession for row in found] == columns.get("accessionNumber", []), path.name
        assert [row.form for row in found] == [form.upper() for form in columns.get("form", [])]
        assert all(row.filed is not None for row in found)


def test_a_captured_10_k_is_what_it_is(edgar):
    raw = json.loads((edgar / "files/320193/CIK0000320193-2026.json").read_text())
    submissions = Submissions.model_validate(raw)
    assert (submissions.cik, submissions.name, submissions.tickers[0]) == (320193, "Apple Inc.", "AAPL")
    newest = next(row for row in listed(submissions.filings.recent) if row.form == "10-K")
    assert newest == Listed(ACCESSION, "10-K", date(2025, 10, 31), date(2025, 9, 27), "aapl-20250927.htm")


@pytest.mark.parametrize("cik", ["0000320193", "320193", 320193])
def test_a_cik_comes_padded_or_not(cik):
    assert Submissions.model_validate({"cik": cik}).cik == 320193


@pytest.mark.parametrize(
    "raw", [{}, {"cik": "0"}, {"cik": "x"}, {"cik": 10**10}, [], {"cik": 1, "filings": {"recent": []}}]
)
def test_what_is_no_list_is_refused(raw):
    with pytest.raises(ValidationError):
        Submissions.model_validate(raw)


@pytest.mark.parametrize("missing", ["reportDate", "primaryDocument"])
def test_a_field_that_edgar_dropped_is_no_obstacle(missing):
    assert len(list(listed(rows(**{missing: None})))) == 1


@pytest.mark.parametrize("name", ["filingDate", "form"])
def test_arrays_of_unequal_length_are_refused_where_a_shift_would_lie(name):
    with pytest.raises(ValidationError, match=r"1 accessions but \d"):
        rows(**{name: []})


@given(st.fixed_dictionaries({}, optional={name: st.lists(st.text() | st.none(), max_size=4) for name in NAMES}))
def test_whatever_stands_in_the_arrays_gives_safe_rows_or_a_refusal(columns):
    try:
        found = list(listed(Rows.model_validate(columns)))
    except ValidationError:
        return
    assert len(found) <= len(columns.get("accessionNumber", []))


HOSTILE = ["../../etc/passwd", "/etc/passwd", "a/../../b", "..", "a/b/c.htm", "a.htm?x", "a.htm#x", "a\\b", "a\nb.htm"]
HOSTILE += [
    "%2e%2e/x",
    "http://example.com/x",
    "//example.com/x",
    "a\0.htm",
    ".hidden",
    "a" * 130,
    "ä.htm",
    "a/.",
    "-x",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_document_name_that_leads_elsewhere_is_passed_over(name):
    assert list(listed(rows(primaryDocument=[name]))) == []


@given(st.text(alphabet="ab0./\\%?#:@ \n\0-_~", max_size=20))
def test_no_document_name_leads_out_of_its_filings_folder(name):
    for row in listed(rows(primaryDocument=[name])):
        url = filing_url("https://www.sec.gov", 320193, row.accession, row.document)
        path = url.removeprefix("https://www.sec.gov/Archives/edgar/data/320193/")
        assert path != url
        assert path == f"{ACCESSION}.txt" or path.startswith("000032019325000079/")
        assert ".." not in path.split("/") and not set(url) & set(" \n\0?#\\")


@pytest.mark.parametrize(
    "accession", ["", "320193-25-79", f"{ACCESSION}/..", f" {ACCESSION}", f"{ACCESSION}\n", "٠٠٠٠٣٢٠١٩٣-٢٥-٠٠٠٠٧٩"]
)
def test_an_accession_that_is_none_is_passed_over(accession):
    assert list(listed(rows(accessionNumber=[accession]))) == []


@pytest.mark.parametrize(
    ("written", "day"),
    [("2025-10-31", date(2025, 10, 31)), ("2025-10-31T16:05:00.000Z", date(2025, 10, 31)), ("", None), ("soon", None)],
)
def test_a_day_is_a_day_or_unknown(written, day):
    assert next(listed(rows(filingDate=[written]))).filed == day


def test_an_empty_document_name_means_the_whole_submission():
    (row,) = listed(rows(primaryDocument=[""]))
    assert row.document is None
    assert filing_url("https://www.sec.gov", 320193, row.accession, row.document).endswith(
        f"/data/320193/{ACCESSION}.txt"
    )


def test_addresses_are_edgars(edgar):
    (row,) = listed(rows())
    folder = "https://www.sec.gov/Archives/edgar/data/320193/000032019325000079"
    assert filing_url("https://www.sec.gov", 320193, row.accession, row.document) == f"{folder}/aapl-20250927.htm"
    assert index_url("https://www.sec.gov", 320193, ACCESSION) == f"{folder}/{ACCESSION}-index.htm"
    assert rebased(f"{folder}/x.htm", "http://127.0.0.1:1").startswith("http://127.0.0.1:1/Archives/")


@pytest.mark.parametrize(
    ("last", "asked"),
    [("2015-01-01", True), ("2014-12-31", True), ("2014-01-01", False), (None, True)],
)
def test_only_pages_that_may_hold_something_wanted_are_asked_for(last, asked):
    page = Page(name="CIK0000320193-submissions-001.json", filingTo=last)
    assert bool(needed((page,), date(2015, 1, 1))) is asked


@pytest.mark.parametrize(
    "name", ["../x.json", "CIK1-submissions-001.json", "CIK0000320193.json", "CIK0000320193-submissions-001.json\n"]
)
def test_a_page_has_edgars_name_or_the_list_is_refused(name):
    with pytest.raises(ValidationError):
        Page.model_validate({"name": name})
