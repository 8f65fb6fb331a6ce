"""Which company a person means."""

import os

import pytest

from daemon.directory import Directory, UnknownCompany
from daemon.edgar.problems import EdgarUnavailable
from daemon.edgar.tickers import Named, ticker_table

TABLE = b'{"0":{"cik_str":9001,"ticker":"OURS","title":"Ours Inc"},"1":{"cik_str":9002,"ticker":"BRK-B","title":"B"}}'


class Edgar:
    """Answers with a table, or with nothing; counts."""

    def __init__(self, body=TABLE):
        self.body, self.asked = body, 0

    def tickers(self):
        self.asked += 1
        if self.body is None:
            raise EdgarUnavailable("https://www.sec.gov/files/company_tickers.json", "away")
        return ticker_table(self.body), self.body


@pytest.mark.parametrize(
    ("name", "cik"),
    [
        ("AAPL", 320193),
        (" msft ", 789019),
        ("GOOG", 1652044),
        ("320193", 320193),
        ("0000320193", 320193),
        ("CIK0000320193", 320193),
        ("cik320193", 320193),
        ("123456", 123456),
    ],
)
def test_the_default_companies_and_every_cik_need_no_network(tmp_path, name, cik):
    edgar = Edgar(None)
    assert Directory(tmp_path, edgar).find(name).cik == cik
    assert edgar.asked == 0


def test_any_other_ticker_is_asked_for_once_and_kept_over_a_restart(tmp_path):
    edgar = Edgar()
    directory = Directory(tmp_path, edgar)
    assert directory.find("ours") == Named(9001, "OURS", "Ours Inc")
    assert directory.find("BRK.B").cik == 9002
    assert Directory(tmp_path, None).find("OURS").cik == 9001
    assert Directory(tmp_path, None).find("9001") == Named(9001, "OURS", "Ours Inc")
    assert edgar.asked == 1


def test_who_has_no_edgar_to_ask_is_told_so_and_how_to_name_the_company(tmp_path):
    with pytest.raises(UnknownCompany, match=r"known without EDGAR has the ticker 'KO'.*its CIK"):
        Directory(tmp_path, None).find("KO")


def test_an_unknown_ticker_is_looked_for_in_a_newer_table_once_a_day(tmp_path):
    edgar = Edgar()
    now_s = [0.0]
    directory = Directory(tmp_path, edgar, clock_s=lambda: now_s[0])
    for hours in (0, 1, 23, 25):
        if directory._path.exists() and hours < 25:
            os.utime(directory._path, (0, 0))
        now_s[0] = hours * 3600.0
        with pytest.raises(UnknownCompany, match="NEW"):
            directory.find("NEW")
    assert edgar.asked == 2


@pytest.mark.parametrize("name", ["", "0", "CIK", "99999999999", "NO SUCH", "٣٢٠١٩٣", "-1"])
def test_what_is_neither_ticker_nor_cik_is_unknown(tmp_path, name):
    with pytest.raises(UnknownCompany):
        Directory(tmp_path, None).find(name)


def test_while_edgar_is_away_a_ticker_is_not_unknown_but_unanswered(tmp_path):
    with pytest.raises(EdgarUnavailable):
        Directory(tmp_path, Edgar(None)).find("OURS")


@pytest.mark.parametrize("kept", [b"", b"{", b"<html>", b"{}"])
def test_a_damaged_copy_is_fetched_again(tmp_path, kept):
    (tmp_path / "company_tickers.json").write_bytes(kept)
    assert Directory(tmp_path, Edgar()).find("OURS").cik == 9001


def test_a_copy_that_was_deleted_under_us_is_fetched_again(tmp_path):
    directory = Directory(tmp_path, Edgar())
    directory.find("OURS")
    (tmp_path / "company_tickers.json").unlink()
    with pytest.raises(UnknownCompany):
        directory.find("NEW")
