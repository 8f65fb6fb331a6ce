"""The mirror of the real filings that the tests of polling stand on."""

import json
import re
from datetime import date, timedelta

import pytest

from tests.edgar_mirror import many_companies, mirror
from tests.edgar_submissions import a_head

ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}")


@pytest.fixture(scope="module")
def real(edgar, tmp_path_factory):
    """The folder, and what lies in it."""
    folder = tmp_path_factory.mktemp("real") / "mirror"
    return folder, mirror(edgar, folder)


def listed(folder, cik):
    """{accession: (form, filed, document)} of a company, its pages included."""
    files = [folder / "submissions" / f"CIK{cik:010d}.json", *folder.glob(f"submissions/CIK{cik:010d}-*.json")]
    documents = [json.loads(path.read_text()) for path in files]
    columns = [d["filings"]["recent"] if "filings" in d else d for d in documents]
    names = ("accessionNumber", "form", "filingDate", "primaryDocument")
    rows = [row for column in columns for row in zip(*(column[name] for name in names), strict=True)]
    assert len({row[0] for row in rows}) == len(rows)
    return {accession: rest for accession, *rest in rows}


def test_every_filing_with_a_cik_is_there_once(real):
    _, filings = real
    assert len(filings) == len({filing.accession for filing in filings}) == 70
    assert len({filing.cik for filing in filings}) == 26
    assert all(ACCESSION.fullmatch(filing.accession) for filing in filings)
    assert all(filing.path.stat().st_size > 50_000 for filing in filings)


def test_every_filing_is_listed_by_its_company_under_the_name_it_has(real):
    folder, filings = real
    for filing in filings:
        form, filed, document = listed(folder, filing.cik)[filing.accession]
        assert (form, filed) == (filing.form, filing.filed.isoformat())
        assert filing.path.name == (document or f"{filing.accession}.txt")
        assert filing.period < filing.filed


def test_every_filing_can_be_asked_for_once_it_is_published(real, edgar_of, session):
    folder, filings = real
    edgar = edgar_of(folder, hidden=[filing.accession for filing in filings])
    for filing in filings:
        url = f"{edgar.www_url}/Archives/edgar/data/{filing.path.relative_to(folder / 'Archives/edgar/data')}"
        index = f"{edgar.www_url}/Archives/edgar/data/{filing.cik}/{filing.accession}-index.htm"
        assert [session.head(link, timeout=10).status_code for link in (url, index)] == [404, 403]
        edgar.publish(filing.accession)
        assert [session.head(link, timeout=10).status_code for link in (url, index)] == [200, 200]


def test_every_submissions_file_has_the_shape_of_a_capture(real, edgar):
    folder, _ = real
    newest = json.loads((edgar / "files/320193/CIK0000320193-2026.json").read_text())
    mains = [json.loads(path.read_text()) for path in folder.glob("submissions/CIK??????????.json")]
    assert len(mains) == 26
    for main in mains:
        recent, files = main["filings"]["recent"], main["filings"]["files"]
        assert set(main) == set(newest) and set(recent) <= set(newest["filings"]["recent"])
        assert {1000, 1002} >= {len(column) for column in recent.values()}
        assert files and all(set(page) == set(newest["filings"]["files"][0]) for page in files)
        for page in files:
            rows = json.loads((folder / "submissions" / page["name"]).read_text())
            assert {len(column) for column in rows.values()} == {page["filingCount"]}
            # EDGAR's own bounds are a day off: Tesla's page to 2018-02-11 holds a filing of 2018-02-12.
            newest_row, oldest_row = (date.fromisoformat(end(rows["filingDate"])) for end in (max, min))
            assert abs(newest_row - date.fromisoformat(page["filingTo"])) <= timedelta(days=1)
            assert abs(oldest_row - date.fromisoformat(page["filingFrom"])) <= timedelta(days=1)


def test_a_generated_head_has_a_captured_ones_keys_in_their_order(edgar):
    captured = json.loads((edgar / "files/320193/CIK0000320193-2026.json").read_text())
    assert [*a_head(1, "ONE", ()), "filings"] == list(captured)
    assert list(a_head(1, "ONE", ())["addresses"]["mailing"]) == list(captured["addresses"]["mailing"])


def test_a_capture_that_is_whole_is_served_to_the_byte(real, edgar):
    folder, _ = real
    for name in ("CIK0001009672.json", "CIK0001009672-submissions-001.json"):
        assert (folder / "submissions" / name).read_bytes() == (edgar / "files" / "1009672" / name).read_bytes()


def test_many_companies_are_each_their_own_and_have_no_10k(tmp_path):
    ciks = many_companies(tmp_path, 3)
    found = {cik: listed(tmp_path, cik) for cik in ciks}
    assert [len(rows) for rows in found.values()] == [1000, 1000, 1000]
    assert len({accession for rows in found.values() for accession in rows}) == 3000
    assert not any(form.startswith("10-K") for rows in found.values() for form, *_ in rows.values())
    assert [json.loads((tmp_path / f"submissions/CIK{cik:010d}.json").read_text())["cik"] for cik in ciks] == [
        f"{cik:010d}" for cik in ciks
    ]
