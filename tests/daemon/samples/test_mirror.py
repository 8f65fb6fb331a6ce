"""The mirror folder is laid out as EDGAR is, and its JSON has the shape of real captures."""

import json
from collections import Counter
from itertools import pairwise

import pytest

from daemon.samples import HELDOUT_CIKS, SAMPLE_CIKS, SAMPLE_MARK, is_sample
from daemon.samples.companies import COMPANIES

REAL = "files/320193/CIK0000320193-2026.json"


def submissions(folder):
    return [json.loads(path.read_text()) for path in sorted((folder / "submissions").iterdir())]


@pytest.fixture(scope="session")
def rows(folder, filings):
    """Each sample with its row of `filings.recent`."""
    listed = {}
    for answer in submissions(folder):
        recent = answer["filings"]["recent"]
        for place, accession in enumerate(recent["accessionNumber"]):
            listed[accession] = {name: column[place] for name, column in recent.items()}
    return [(one.sample, listed[one.sample.accession]) for one in filings]


def test_every_company_has_a_ticker_and_submissions(folder, filings):
    table = json.loads((folder / "files/company_tickers.json").read_text())
    assert [entry["cik_str"] for entry in table.values()] == [company.cik for company in COMPANIES]
    assert [int(answer["cik"]) for answer in submissions(folder)] == [company.cik for company in COMPANIES]


def test_a_row_leads_to_its_document(folder, rows):
    for sample, row in rows:
        bare = sample.accession.replace("-", "")
        place = f"{bare}/{row['primaryDocument']}" if row["primaryDocument"] else f"{sample.accession}.txt"
        assert sample.path == f"Archives/edgar/data/{sample.cik}/{place}"
        assert (folder / sample.path).stat().st_size == row["size"]
        assert (row["form"], row["filingDate"], row["reportDate"]) == (
            sample.form, str(sample.filed), str(sample.period)
        )  # fmt: skip


def test_only_full_submissions_have_no_primary_document(rows):
    assert all((row["primaryDocument"] == "") == (sample.shape == "sgml") for sample, row in rows)


def test_the_newest_row_comes_first_and_other_forms_stand_between(folder, filings):
    for answer in submissions(folder):
        recent = answer["filings"]["recent"]
        assert recent["filingDate"] == sorted(recent["filingDate"], reverse=True)
        assert Counter(recent["form"])["8-K"] == 6
        assert len(set(recent["accessionNumber"])) == len(recent["form"]) >= 18


def test_the_json_has_the_keys_and_types_of_a_real_capture(folder, filings, edgar):
    real = json.loads((edgar / REAL).read_text())
    for answer in submissions(folder):
        assert list(answer) == list(real)
        assert list(answer["addresses"]["business"]) == list(real["addresses"]["business"])
        recent, wanted = answer["filings"]["recent"], real["filings"]["recent"]
        assert list(recent) == list(wanted)
        assert all(type(value) in set(map(type, wanted[name])) for name, values in recent.items() for value in values)


def test_no_real_company_has_such_a_ticker_or_name(edgar):
    real = json.loads((edgar / "files/_edgar/company_tickers-2026.json").read_text()).values()
    assert {company.ticker for company in COMPANIES}.isdisjoint(entry["ticker"] for entry in real)
    assert {company.name.upper() for company in COMPANIES}.isdisjoint(entry["title"].upper() for entry in real)
    assert max(entry["cik_str"] for entry in real) * 1000 < SAMPLE_CIKS.start


def test_samples_come_by_date_with_companies_mixed(filings):
    dates = [one.sample.filed for one in filings]
    assert dates == sorted(dates)
    ciks = [one.sample.cik for one in filings]
    assert sum(a == b for a, b in pairwise(ciks)) <= 1


def test_eight_held_out_filings_come_before_a_third_of_the_others(filings):
    # Promotion needs eight clusters: in the order of dates they are there when the first training has its labels.
    heldout = [place for place, one in enumerate(filings) if one.sample.cik in HELDOUT_CIKS]
    assert len(heldout) == 9
    assert heldout[7] - 7 <= 28 // 3


def test_training_companies_file_for_the_same_three_years_each_with_its_like(filings):
    # The demo lets one such year appear before each training.
    years = Counter(one.sample.period.year for one in filings if one.sample.cik not in HELDOUT_CIKS)
    assert years == {2022: 9, 2023: 10, 2024: 9}


@pytest.mark.parametrize(
    ("ciks", "accession", "body", "answer"),
    [
        ([9_990_000_001], "local-0123456789ab", None, True),
        ([320193, 9_990_000_999], "0000320193-24-000123", None, True),
        ([], "9990000001-24-000002", None, True),
        ([], "local-0123456789ab", b"<html><!-- " + SAMPLE_MARK + b" -->", True),
        ([320193], "0000320193-24-000123", b"<html>finsdistill</html>", False),
        ([9_990_000_000, 9_990_001_000], "9990001000-24-000001", None, False),
        ([], "local-0123456789ab", None, False),
    ],
)
def test_a_sample_is_told_by_any_one_of_its_marks(ciks, accession, body, answer):
    assert is_sample(ciks, accession, body) is answer


def test_every_sample_is_told_by_each_of_its_marks_alone(filings):
    for one in filings:
        assert is_sample([one.sample.cik], "local-0")
        assert is_sample([], one.sample.accession)
        assert is_sample([], "local-0", one.body)
