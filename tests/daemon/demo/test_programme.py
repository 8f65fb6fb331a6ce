from datetime import date

import pytest

from daemon.demo.programme import programme
from daemon.samples import HELDOUT_CIKS, Sample, write_samples


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> tuple[Sample, ...]:
    return write_samples(tmp_path_factory.mktemp("samples"))


def test_the_held_out_filings_are_there_at_once_and_are_enough_for_the_gate(samples):
    there = programme(samples).there
    assert {sample.cik for sample in there} == set(HELDOUT_CIKS)
    assert len(there) == 9  # eight clusters are what the gate wants to decide


def test_each_year_brings_one_annual_report_of_every_other_company(samples):
    plan = programme(samples)
    reports = [[s.cik for s in year if s.form == "10-K"] for year in plan.years]
    assert [len(set(year)) for year in reports] == [len(year) for year in reports] == [9, 9, 9]


def test_nothing_is_left_out_and_nothing_comes_twice(samples):
    plan = programme(samples)
    shown = [sample.accession for part in (plan.there, *plan.years) for sample in part]
    assert sorted(shown) == sorted(sample.accession for sample in samples)


def test_a_year_keeps_the_order_of_the_filing_dates(samples):
    for year in programme(samples).years:
        days: list[date] = [sample.filed for sample in year]
        assert days == sorted(days)


def test_an_amendment_appears_with_the_year_that_it_amends(samples):
    amendment = next(sample for sample in samples if sample.form == "10-K/A")
    year = next(year for year in programme(samples).years if amendment in year)
    assert amendment.amends in {sample.accession for sample in year}
